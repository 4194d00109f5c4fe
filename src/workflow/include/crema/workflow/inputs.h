// The `inputs` context of a called workflow: what the caller gives, checked and typed against what
// the workflow declares. (Of a dispatched one: dispatch_inputs in trigger.h.)
#pragma once

#include "crema/workflow/model.h"

namespace crema::workflow {

// `scope` is the caller's job's. Values must have the declared type, as GitHub demands; what is not
// given takes its default, or '' / false / 0.
Result<expr::Value> call_inputs(const ReusableCall& call, const expr::Scope& scope);

}  // namespace crema::workflow
