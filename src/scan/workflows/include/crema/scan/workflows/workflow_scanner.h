// The scanner of GitHub workflows, composite actions and Dependabot's settings; and of scan health:
// security steps that cannot fail, cannot run, or whose findings reach nobody.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/rule_pages.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/core/scanner.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace crema::scan {

struct WorkflowSettings {
  // Frameworks are "github-actions" and "health".
  RuleSelection selection;
  // For CRM-GHA-022: "owner/*", "owner/name", "owner/name@ref". When `allowed_uses` is not empty,
  // whatever it does not name is forbidden.
  std::vector<std::string> forbidden_uses;
  std::vector<std::string> allowed_uses;
  // For CRM-HEALTH-015: whether a path of the tree is there. Without it the rule finds nothing.
  std::function<bool(const std::string& path)> exists;
};

// Errors are those of parse_rules.
Result<std::unique_ptr<Scanner>> make_workflow_scanner(WorkflowSettings settings);

std::span<const RulePage> github_actions_rules();
std::span<const RulePage> health_rules();

}  // namespace crema::scan
