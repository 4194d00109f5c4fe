// How many virtual users a scenario, or a whole test, needs at each moment.
#pragma once

#include "crema/load/schedule/duration.h"

#include <cstdint>
#include <vector>

namespace crema::load {

// From `at` on, `planned` users are needed, and `unplanned` more may be made while the test runs.
struct VuStep {
  Nanoseconds at{0};
  std::int64_t planned = 0;
  std::int64_t unplanned = 0;

  bool operator==(const VuStep&) const = default;
};

// Ordered by time. Two steps may have the same time: users that a ramp of no duration starts and
// stops at once still get their graceful period. Before the first step no users are needed.
using VuPlan = std::vector<VuStep>;

std::int64_t most_planned(const VuPlan& plan);
std::int64_t most_possible(const VuPlan& plan);  // planned and unplanned ones of one moment
Nanoseconds end_of(const VuPlan& plan);          // of the last step; 0 without any

}  // namespace crema::load
