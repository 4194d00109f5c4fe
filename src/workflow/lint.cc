#include "crema/workflow/lint.h"

#include "lint_rules.h"

#include <algorithm>
#include <tuple>

namespace crema::workflow {
namespace {

struct Row {
  LintRule rule;
  LintCheck check;
};

constexpr Severity kWarning = Severity::warning;
constexpr Severity kError = Severity::error;

constexpr Row kRows[] = {
    {{"lint/always-true", kWarning, "a condition with text around `${{ }}` is always true"},
     check_always_true},
    {{"lint/wrong-type", kWarning, "an expression never gives what its key takes"},
     check_wrong_type},
    {{"lint/retired-action", kWarning, "GitHub refuses or has abandoned this version of an action"},
     check_retired_actions},
    {{"lint/floating-ref", kWarning, "an action's branch may change under the workflow"},
     check_floating_refs},
    {{"lint/target-checkout", kError, "code of a stranger runs with the repository's rights"},
     check_target_checkout},
    {{"lint/script-injection", kError, "text anyone can write becomes part of a script"},
     check_script_injection},
    {{"lint/deprecated-command", kWarning, "a workflow command GitHub has replaced"},
     check_deprecated_commands},
    {{"lint/unknown-shell", kError, "a shell the runner does not know"}, check_shells},
    {{"lint/password-in-file", kError, "a registry password is written out"},
     check_literal_passwords},
    {{"lint/unknown-step", kError, "no earlier step has this id"}, check_step_references},
    {{"lint/unknown-need", kError, "a job or output that `needs` does not offer"},
     check_need_references},
    {{"lint/unknown-matrix-key", kError, "the matrix has no such key"}, check_matrix_references},
    {{"lint/unknown-input", kError, "the workflow declares no such input"}, check_input_references},
    {{"lint/whole-context", kWarning, "a whole context in a text shows as `Object`"},
     check_whole_contexts},
    {{"lint/cron-too-often", kWarning, "GitHub starts scheduled runs every five minutes at most"},
     check_cron_times},
    {{"lint/only-negative-filter", kError, "a filter of nothing but `!` patterns matches nothing"},
     check_negative_filters},
    {{"lint/bad-pattern", kError, "a filter pattern that is malformed or can match nothing"},
     check_patterns},
    {{"lint/input-default", kError, "an input's default is not among what it takes"},
     check_input_defaults},
    {{"lint/runner-label", kWarning, "a runner image that is retired or misspelt"},
     check_runner_labels},
    {{"lint/wait-for-foreground", kWarning, "a step waits for one that has already ended"},
     check_wait_targets},
};

}  // namespace

const std::vector<LintRule>& lint_rules() {
  static const std::vector<LintRule> rules = [] {
    std::vector<LintRule> all;
    for (const Row& row : kRows) all.push_back(row.rule);
    return all;
  }();
  return rules;
}

std::vector<Diagnostic> lint(const Workflow& workflow) {
  std::vector<Diagnostic> findings;
  for (const Row& row : kRows) {
    LintReport report(row.rule, findings);
    row.check(workflow, report);
  }
  std::sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.span.line, a.span.column, a.code, a.message) <
           std::tie(b.span.line, b.span.column, b.code, b.message);
  });
  return findings;
}

}  // namespace crema::workflow
