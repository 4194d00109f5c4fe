// The k6 that steps call: the one on the job's PATH, else crema's own.
#pragma once

#include "crema/run/action.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

// The words before `run` or `inspect`. An installed k6 comes first on the PATH, crema under that
// name last; without both it is `crema load`.
std::vector<std::string> k6_program(const run::ActionContext& context);

// What an exit code of k6 says, after a colon; "" for those that say nothing of their own.
std::string_view k6_exit_text(int code);

}  // namespace crema::actions
