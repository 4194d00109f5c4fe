#include "crema/load/schedule/vu_plan.h"

#include <algorithm>

namespace crema::load {

std::int64_t most_planned(const VuPlan& plan) {
  std::int64_t most = 0;
  for (const VuStep& step : plan) most = std::max(most, step.planned);
  return most;
}

std::int64_t most_possible(const VuPlan& plan) {
  std::int64_t most = 0;
  for (const VuStep& step : plan) most = std::max(most, step.planned + step.unplanned);
  return most;
}

Nanoseconds end_of(const VuPlan& plan) { return plan.empty() ? Nanoseconds(0) : plan.back().at; }

}  // namespace crema::load
