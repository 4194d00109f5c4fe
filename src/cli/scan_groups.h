// Findings put together as a reader works through them: by the upgrade that fixes them, else by
// their rule.
#pragma once

#include "crema/scan/scan_run.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

struct FindingGroup {
  std::string title;  // the rule's, or "Upgrade golang.org/x/crypto to v0.45.0"
  std::string name;   // the rule's id and what others call it; "" for upgrades
  evidence::FindingSeverity severity = evidence::FindingSeverity::note;
  bool upgrade = false;
  std::string fix;  // what to do; of an upgrade ""
  // By state, severity, place; none that is suppressed.
  std::vector<const evidence::Finding*> members;
  std::size_t fresh = 0;  // how many of them are new
};

// The most severe first; of equal ones those with the most findings.
std::vector<FindingGroup> groups_of(std::span<const scan::Found> found,
                                    std::span<const scan::Rule> rules);

// The first paragraph of Markdown as plain text, without code blocks and marks.
std::string plain_paragraph(std::string_view markdown);

}  // namespace crema::cli
