// What a test says of itself before it starts, as k6 does.
#pragma once

#include "crema/load/schedule/execution_plan.h"
#include "crema/load/schedule/options.h"

#include <string>

namespace crema::load {

// `execution` is "local", or where else the load is made.
std::string start_text(const std::string& execution, const std::string& script,
                       const std::string& outputs, const ExecutionPlan& plan,
                       const Striping& striping);

}  // namespace crema::load
