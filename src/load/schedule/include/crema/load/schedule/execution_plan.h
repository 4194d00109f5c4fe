// All scenarios of a test together: how long it runs, how many users it needs, and what it says of
// itself at its start.
#pragma once

#include "crema/load/schedule/executor.h"

#include <string>
#include <vector>

namespace crema::load {

struct ExecutionPlan {
  VuPlan users;                           // from the start of the test, over all scenarios
  Nanoseconds total_duration{0};          // with the graceful periods of all scenarios
  std::int64_t max_vus = 0;               // at most at one time, unplanned ones included
  std::int64_t planned_vus = 0;           // to be there before the test starts
  std::vector<const Scenario*> in_order;  // by start time, then by name
  std::vector<std::string> descriptions;  // of each in that order: "default: 10 looping VUs ..."
};

// The scenarios must be valid and outlive the plan.
ExecutionPlan plan_execution(const Scenarios& scenarios, const Striping& striping);

// What k6 prints above the descriptions: "(100.00%) 1 scenario, 10 max VUs, 1m0s max duration
// (incl. graceful stop):".
std::string execution_headline(const ExecutionPlan& plan, const Striping& striping);

}  // namespace crema::load
