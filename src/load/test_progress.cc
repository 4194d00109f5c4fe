// What a running test tells of itself once a second.
#include "running_test.h"
#include "virtual_user.h"

#include "crema/load/metrics/histogram.h"
#include "crema/load/schedule/executor.h"

#include <algorithm>

namespace crema::load {
namespace {

// The last second that is over: the one that runs is not whole.
Progress::Rates last_second(const std::map<std::int64_t, Second>& seconds) {
  if (seconds.size() < 2) return {};
  const Second& second = std::prev(seconds.end(), 2)->second;
  return {.requests = second.requests,
          .failed = second.failed,
          .iterations = second.iterations,
          .p50 = quantile(second.durations, 0.50),
          .p95 = quantile(second.durations, 0.95),
          .p99 = quantile(second.durations, 0.99)};
}

}  // namespace

Progress RunningTest::progress() const {
  const Time now = host_.clock->monotonic();
  Progress progress{.elapsed = now - scenarios_started_,
                    .most_users = facts_.vus_initialized,
                    .completed = facts_.iterations_completed,
                    .interrupted = facts_.iterations_interrupted,
                    .now = last_second(collector_.seconds())};
  for (const auto& scenario : scenarios_) {
    const Nanoseconds elapsed = now - scenarios_started_ - start_time_of(*scenario->scenario);
    const bool begun = elapsed > Nanoseconds(0) && scenario->facts.progress;
    progress.users += scenario->active;
    progress.dropped += scenario->dropped;
    progress.scenarios.push_back(
        {.name = scenario->facts.name,
         .share = begun ? std::clamp(scenario->facts.progress(), 0.0, 1.0) : 0,
         .users = scenario->active,
         .elapsed = elapsed,
         .duration = regular_duration(*scenario->scenario)});
  }
  for (const auto& metric : thresholds_.metrics())
    for (const auto& condition : metric.conditions)
      progress.thresholds.push_back({metric.name(), condition.expression.source, condition.passed});
  return progress;
}

}  // namespace crema::load
