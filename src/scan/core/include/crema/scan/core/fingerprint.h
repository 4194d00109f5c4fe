// What makes a finding the same finding tomorrow: neither its line nor its file's name.
#pragma once

#include "crema/evidence/finding.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace crema::scan {

// A finding as a scanner gives it, with what it is known by. Both parts must hold still when code
// moves: the subject names the thing (a resource's address, a module, the function around), the
// content what is wrong with it (the tokens, the advisory; of a secret only a keyed hash).
struct Found {
  evidence::Finding finding;
  std::string subject;
  std::string content;
  // The lines of the thing it is about (a resource, a function), for what is said inside it; 0
  // where there is none.
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
  // Of a finding in a history: the commit that brought it, in hexadecimal; "" in a tree.
  std::string commit;
};

// Gives each finding its fingerprint: a hash of family, rule, subject, content, and of its number
// among those that are equal in all of these. Equal ones are numbered in the order they stand in,
// so that three of them stay three, whichever file is renamed.
void set_fingerprints(std::span<Found> all);

// HMAC-SHA-256 in hexadecimal, of a secret's value: a plain hash of a weak password can be guessed.
std::string keyed_hash(std::string_view key, std::string_view value);

}  // namespace crema::scan
