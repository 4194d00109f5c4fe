// The checks behind the rules of lint.cc, and what they report to.
#pragma once

#include "crema/workflow/lint.h"

#include <string>

namespace crema::workflow {

// Findings of one rule.
class LintReport {
 public:
  LintReport(const LintRule& rule, std::vector<Diagnostic>& findings)
      : rule_(rule), findings_(findings) {}

  Diagnostic& add(const Span& span, std::string message, std::string hint) {
    Diagnostic finding{.code = std::string(rule_.id),
                       .message = std::move(message),
                       .span = span,
                       .severity = rule_.severity};
    finding.hint = std::move(hint);
    findings_.push_back(std::move(finding));
    return findings_.back();
  }

 private:
  const LintRule& rule_;
  std::vector<Diagnostic>& findings_;
};

using LintCheck = void (*)(const Workflow& workflow, LintReport& report);

// lint_conditions.cc
void check_always_true(const Workflow& workflow, LintReport& report);
void check_wrong_type(const Workflow& workflow, LintReport& report);
// lint_actions.cc
void check_retired_actions(const Workflow& workflow, LintReport& report);
void check_floating_refs(const Workflow& workflow, LintReport& report);
void check_target_checkout(const Workflow& workflow, LintReport& report);
// lint_scripts.cc
void check_script_injection(const Workflow& workflow, LintReport& report);
void check_deprecated_commands(const Workflow& workflow, LintReport& report);
void check_shells(const Workflow& workflow, LintReport& report);
void check_literal_passwords(const Workflow& workflow, LintReport& report);
// lint_references.cc
void check_step_references(const Workflow& workflow, LintReport& report);
void check_need_references(const Workflow& workflow, LintReport& report);
void check_matrix_references(const Workflow& workflow, LintReport& report);
void check_input_references(const Workflow& workflow, LintReport& report);
void check_whole_contexts(const Workflow& workflow, LintReport& report);
// lint_triggers.cc
void check_cron_times(const Workflow& workflow, LintReport& report);
void check_negative_filters(const Workflow& workflow, LintReport& report);
void check_patterns(const Workflow& workflow, LintReport& report);
void check_input_defaults(const Workflow& workflow, LintReport& report);
// lint_runners.cc
void check_runner_labels(const Workflow& workflow, LintReport& report);
void check_wait_targets(const Workflow& workflow, LintReport& report);

}  // namespace crema::workflow
