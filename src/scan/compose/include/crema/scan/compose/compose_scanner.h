// The scanner of compose files: services as Compose starts them, with anchors, merge keys,
// `extends` and the defaults of variables.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/rule.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/core/scanner.h"

#include <memory>
#include <string_view>
#include <vector>

namespace crema::scan {

struct ComposeSettings {
  RuleSelection selection;
  std::vector<Rule> extra_rules;  // the team's own; those of other frameworks are left alone
};

// Errors are "rule/..." for a page that is wrong.
Result<std::unique_ptr<Scanner>> make_compose_scanner(ComposeSettings settings);

// compose.yaml, docker-compose.prod.yml, web.compose.yml: YAML with "compose" as a word of its
// name.
bool is_compose_name(std::string_view path);

}  // namespace crema::scan
