// Secrets in a text, by rules: where, and which. Nothing here decides what may be shown of one.
#pragma once

#include "crema/scan/secrets/secret_rules.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct SecretMatch {
  const SecretRule* rule = nullptr;
  std::size_t begin = 0;  // of the match, in the text
  std::size_t end = 0;
  std::string match;
  std::string secret;  // "" for a rule of paths
  double entropy = 0;
  std::vector<SecretMatch> companions;  // of required rules
};

// Shannon's, in bits a character, over the bytes.
double entropy_of(std::string_view text);

// As gitleaks' detectRule: matches from left to right, without those that are allowed, whose
// entropy is too low or whose line says `gitleaks:allow`. `rules` are those whose keywords are
// there.
std::vector<SecretMatch> find_secrets(std::string_view path, std::string_view text,
                                      const SecretRules& all,
                                      std::span<const SecretRule* const> rules);

// Without those of generic rules that a special rule has found on the same line.
void drop_generic(std::string_view text, std::vector<SecretMatch>& matches);

}  // namespace crema::scan
