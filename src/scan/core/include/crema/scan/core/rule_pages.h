// Where rules come from: pages that are part of the program, and those of the team's own folder.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/rule.h"

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace crema::scan {

// A page of rules/ as it was built in.
struct RulePage {
  std::string_view name;  // "rules/docker/CRM-DOCKER-001.md"
  std::string_view text;
};

// Errors are parse_rule's, and "rule/twice" where two pages have the same id.
Result<std::vector<Rule>> parse_rules(std::span<const RulePage> pages);
// All *.md of a folder, by name, README.md left out. Errors as above, and "rule/unreadable".
Result<std::vector<Rule>> read_rules(const std::filesystem::path& folder);

}  // namespace crema::scan
