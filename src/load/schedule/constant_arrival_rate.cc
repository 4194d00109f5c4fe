// constant-arrival-rate: iterations start at equal distances, whether or not earlier ones ended.
#include "executor_row.h"

#include <fmt/format.h>

#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 5> kMembers = {"rate", "timeUnit", "duration",
                                                      "preAllocatedVUs", "maxVUs"};

void check(const Scenario& scenario, ScenarioProblems& problems) {
  if (!scenario.rate) {
    problems.push_back({"", "rate is missing"});
  } else if (*scenario.rate < 1) {
    problems.push_back({"rate", fmt::format("rate must be at least 1, but is {}", *scenario.rate)});
  }
  check_time_unit(scenario, rate_of(scenario), problems);
  check_duration(scenario, problems);
  check_arrival_vus(scenario, problems);
}

VuPlan plan(const Scenario& scenario, const Striping& striping) {
  return arrival_plan(scenario, duration_of(scenario), striping);
}

bool works(const Scenario& scenario, const Striping& striping) {
  return striping.scale(max_vus_of(scenario)) > 0;
}

std::string text(const Scenario& scenario, const Striping& striping) {
  const std::int64_t least = striping.scale(pre_allocated_vus_of(scenario));
  const std::int64_t most = striping.scale(max_vus_of(scenario));
  // The segment has the rate in proportion to its users.
  const double rate =
      most > 0 ? per_second(scenario, rate_of(scenario), {most, max_vus_of(scenario)}) : 0;
  std::string range = fmt::format("maxVUs: {}", least);
  if (most > least) range += fmt::format("-{}", most);
  return fmt::format("{:.2f} iterations/s for {}{}", rate, format_duration(duration_of(scenario)),
                     facts(scenario, range));
}

}  // namespace

constinit const ExecutorRow kConstantArrivalRate = {
    .kind = ExecutorKind::constant_arrival_rate,
    .members = kMembers,
    .check = check,
    .plan = plan,
    .regular_duration = duration_of,
    .has_work = works,
    .describe = text,
    .sharing_users = max_vus_of,
    .iterations = no_iterations,
};

}  // namespace crema::load
