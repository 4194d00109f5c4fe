// A finding that the team knows of and accepts, for a reason and for a time; and the ledger that
// says which waivers were used, which no longer match anything and which are over.
#pragma once

#include "crema/base/diagnostic.h"
#include "crema/evidence/finding.h"
#include "crema/scan/core/fingerprint.h"
#include "crema/scan/core/tree_scan.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// All that is said must hold; what is empty is not asked.
struct Waiver {
  std::vector<std::string> rules;  // ids or aliases in any case; `CKV_AWS*` stands for all such
  std::string family;              // "secrets"
  std::vector<std::string> paths;  // as PathPattern has them, from the root of the tree
  std::vector<std::string> path_expressions;  // RE2, found anywhere in "/" and the path
  std::string subject;  // a name with stars: a resource, "golang.org/x/crypto@*"
  std::string fingerprint;
  std::string content;  // as Found has it: of a secret its keyed hash
  // Only what this commit brought, where what is found names a commit; a start of its name will do.
  std::string commit;
  std::uint32_t line = 0;
  // How near the code may come to what is vulnerable: a waiver because nothing imports a package
  // does not cover the same finding once something does. `unknown` covers any.
  evidence::Reach claim = evidence::Reach::unknown;

  std::string reason;
  std::string owner;
  std::string until;   // its last day, "2026-12-31"; "" for good
  bool known = false;  // an entry of a baseline: what it covers is known, not suppressed
  Span place;          // where it stands
};

bool covers(const Waiver& waiver, const Found& found);

struct Ledger {
  std::size_t suppressed = 0;
  std::size_t known = 0;
  // Of waivers and markers that covered nothing, or are over: "waiver/unused", "waiver/expired".
  // One that is over covers nothing any more.
  std::vector<Diagnostic> warnings;
};

// Sets state and suppressions of what waivers and markers cover. `today` is "2026-11-25".
Ledger apply_waivers(std::span<Found> found, std::span<const Waiver> waivers,
                     std::span<const FileMarkers> markers, std::string_view today);

}  // namespace crema::scan
