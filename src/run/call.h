// What passes between a caller and the reusable workflow it calls: secrets in, outputs out (inputs:
// workflow/inputs.h). Reference: GitHub's documentation of reusable workflows.
#pragma once

#include "plan.h"

#include "crema/base/result.h"
#include "crema/expr/expression.h"

namespace crema::run {

// The `secrets` context of the called workflow: the caller's own where they are inherited, else
// those that are named.
Result<expr::Value> call_secrets(const workflow::Job& caller, const expr::Scope& scope,
                                 const expr::Value& callers_secrets);

// Its outputs, once all its jobs have ended. `scope` has github, inputs and vars.
Result<Outputs> call_outputs(const WorkflowRun& called, expr::Scope scope);

}  // namespace crema::run
