// ramping-arrival-rate: iterations start at a rate that follows a line through the stages' targets.
#include "executor_row.h"

#include <fmt/format.h>

#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 5> kMembers = {"startRate", "timeUnit", "stages",
                                                      "preAllocatedVUs", "maxVUs"};

void check(const Scenario& scenario, ScenarioProblems& problems) {
  if (start_rate_of(scenario) < 0) {
    problems.push_back({"startRate", fmt::format("startRate must not be negative, but is {}",
                                                 start_rate_of(scenario))});
  }
  check_time_unit(scenario, highest_target(scenario, start_rate_of(scenario)), problems);
  check_stages(scenario, problems);
  check_arrival_vus(scenario, problems);
}

VuPlan plan(const Scenario& scenario, const Striping& striping) {
  return arrival_plan(scenario, stages_duration(scenario), striping);
}

bool works(const Scenario& scenario, const Striping& striping) {
  return striping.scale(max_vus_of(scenario)) > 0;
}

std::string text(const Scenario& scenario, const Striping& striping) {
  std::string range = fmt::format("maxVUs: {}", striping.scale(pre_allocated_vus_of(scenario)));
  if (max_vus_of(scenario) > pre_allocated_vus_of(scenario)) {
    range += fmt::format("-{}", striping.scale(max_vus_of(scenario)));
  }
  const double rate =
      per_second(scenario, highest_target(scenario, start_rate_of(scenario)), striping.length());
  return fmt::format("Up to {:.2f} iterations/s for {} over {} stages{}", rate,
                     format_duration(stages_duration(scenario)), stages_of(scenario).size(),
                     facts(scenario, range));
}

}  // namespace

constinit const ExecutorRow kRampingArrivalRate = {
    .kind = ExecutorKind::ramping_arrival_rate,
    .members = kMembers,
    .check = check,
    .plan = plan,
    .regular_duration = stages_duration,
    .has_work = works,
    .describe = text,
    .sharing_users = max_vus_of,
    .iterations = no_iterations,
};

}  // namespace crema::load
