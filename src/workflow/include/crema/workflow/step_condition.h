// Whether a step runs, and why: the step-level twin of decide_job. Reference: actions/runner
// StepsRunner and Expressions/{Success,Failure,Always,Cancelled}Function.
#pragma once

#include "crema/workflow/expand.h"

#include <optional>
#include <string_view>

namespace crema::workflow {

// What success(), failure() and cancelled() of a step look at.
struct StepStatusView {
  JobStatus job = JobStatus::success;  // `job.status` at this moment
  // `github.action_status`: set for the steps of a composite action's main stage, whose success()
  // and failure() look at the action instead of at the job.
  std::optional<JobStatus> action;
};

// success(), failure(), always(), cancelled() of a step-level `if`, of `pre-if` and of `post-if`.
void add_step_status_functions(expr::Scope& scope, const StepStatusView& view);

Result<Decision> decide_step(const Step& step, expr::Scope scope, const StepStatusView& view);

// The same for a condition that stands elsewhere (`post-if`, a composite's step). `source` is the
// text as written, "" where there was none.
Result<Decision> decide_step_condition(const Token& condition, std::string_view source,
                                       expr::Scope scope, const StepStatusView& view);

}  // namespace crema::workflow
