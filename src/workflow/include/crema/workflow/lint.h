// What GitHub accepts in a workflow and its author would regret: one table of rules, each with an
// id, a severity and a hint for every finding.
#pragma once

#include "crema/workflow/model.h"

#include <string_view>
#include <vector>

namespace crema::workflow {

struct LintRule {
  std::string_view id;  // "lint/floating-ref", the code of its diagnostics
  Severity severity = Severity::warning;
  std::string_view summary;
};

const std::vector<LintRule>& lint_rules();

// The findings of all rules, by place.
std::vector<Diagnostic> lint(const Workflow& workflow);

}  // namespace crema::workflow
