// What a running test tells of itself once a second.
#include "load_document.h"
#include "running_test.h"
#include "virtual_user.h"

#include "crema/load/metrics/histogram.h"
#include "crema/load/schedule/executor.h"

#include <algorithm>

namespace crema::load {
namespace {

// What a worker has not handed over yet belongs to one of the last seconds.
constexpr std::int64_t kSecondsThatChange = 4;

// The last second that is over: the one that runs is not whole.
Progress::Rates last_second(const std::map<std::int64_t, Second>& seconds) {
  if (seconds.size() < 2) return {};
  const Second& second = std::prev(seconds.end(), 2)->second;
  return {.requests = second.requests,
          .failed = second.failed,
          .iterations = second.iterations,
          .users = second.vus.value_or(0),
          .p50 = quantile(second.durations, 0.50),
          .p95 = quantile(second.durations, 0.95),
          .p99 = quantile(second.durations, 0.99)};
}

}  // namespace

Progress RunningTest::progress() const {
  const bool over = scenarios_ended_ != Time{};
  const Time now = over ? scenarios_ended_ : host_.clock->monotonic();
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
         .executor = std::string(scenario->facts.executor),
         .share = begun ? std::clamp(scenario->facts.progress(), 0.0, 1.0) : 0,
         .users = scenario->active,
         .completed = scenario->completed,
         .dropped = scenario->dropped,
         .start = start_time_of(*scenario->scenario),
         .elapsed = elapsed,
         .duration = regular_duration(*scenario->scenario)});
  }
  for (const auto& metric : thresholds_.metrics())
    for (const auto& condition : metric.conditions)
      progress.thresholds.push_back(
          {metric.name(), condition.expression.source, condition.passed, condition.value});
  return progress;
}

TestMoment RunningTest::moment() const {
  TestMoment moment{.state = document_state({.collector = collector_,
                                             .builtins = builtins_,
                                             .thresholds = thresholds_,
                                             .progress = progress(),
                                             .script = request_.script,
                                             .begin = wall_started_,
                                             .measured = nullptr,
                                             .exit = {}}),
                    .seconds = {}};
  const auto now =
      std::chrono::floor<std::chrono::seconds>(host_.clock->wall().time_since_epoch()).count();
  const auto& seconds = collector_.seconds();
  for (auto second = seconds.lower_bound(now - kSecondsThatChange);
       second != seconds.end() && second->first < now; ++second)
    if (second->first >=
        std::chrono::ceil<std::chrono::seconds>(wall_started_.time_since_epoch()).count())
      moment.seconds.emplace(second->first, document_second(second->second, wall_started_));
  return moment;
}

std::string RunningTest::document(const TestOutcome& outcome) const {
  return load_document({.collector = collector_,
                        .builtins = builtins_,
                        .thresholds = thresholds_,
                        .progress = progress(),
                        .script = request_.script,
                        .begin = wall_started_,
                        .measured = &outcome.measured.facts,
                        .exit = outcome.exit},
                       wall_started_ + (scenarios_ended_ - scenarios_started_));
}

}  // namespace crema::load
