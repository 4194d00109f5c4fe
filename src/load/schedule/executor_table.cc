// The table of executors, and what every scenario has whatever its executor is.
#include "executor_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<const ExecutorRow*, kExecutorKinds> kTable = {
    &kConstantVus, &kSharedIterations,    &kPerVuIterations,
    &kRampingVus,  &kConstantArrivalRate, &kRampingArrivalRate};

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

void check_common(const Scenario& scenario, ScenarioProblems& problems) {
  if (scenario.name.empty()) problems.push_back({"", "its name must not be empty"});
  if (!std::all_of(scenario.name.begin(), scenario.name.end(), is_name_character)) {
    problems.push_back({"", "its name may have latin letters, digits, _ and - only"});
  }
  if (scenario.exec && scenario.exec->empty()) {
    problems.push_back({"exec", "exec must name a function, but is empty"});
  }
  if (start_time_of(scenario) < Nanoseconds(0)) {
    problems.push_back({"startTime", fmt::format("startTime must not be negative, but is {}",
                                                 format_duration(start_time_of(scenario)))});
  }
  if (graceful_stop_of(scenario) < Nanoseconds(0)) {
    problems.push_back({"gracefulStop", fmt::format("gracefulStop must not be negative, but is {}",
                                                    format_duration(graceful_stop_of(scenario)))});
  }
}

// All times of a plan are sums of these.
void check_end(const Scenario& scenario, ScenarioProblems& problems) {
  __int128 end = 0;
  for (const auto part :
       {start_time_of(scenario), graceful_stop_of(scenario), duration_of(scenario),
        max_duration_of(scenario), graceful_ramp_down_of(scenario)}) {
    end += std::max<std::int64_t>(part.count(), 0);
  }
  for (const Stage& stage : stages_of(scenario)) {
    end += std::max<std::int64_t>(stage.duration.value_or(Nanoseconds(0)).count(), 0);
  }
  if (end > Nanoseconds::max().count()) {
    problems.push_back({"", "it would end after more than 292 years"});
  }
}

}  // namespace

const ExecutorRow& executor_row(ExecutorKind kind) {
  return *kTable[static_cast<std::size_t>(kind)];
}

std::vector<ScenarioProblem> scenario_problems(const Scenario& scenario) {
  std::vector<ScenarioProblem> problems;
  check_common(scenario, problems);
  executor_row(scenario.executor).check(scenario, problems);
  check_end(scenario, problems);
  return problems;
}

VuPlan planned_users(const Scenario& scenario, const Striping& striping) {
  return executor_row(scenario.executor).plan(scenario, striping);
}

Nanoseconds regular_duration(const Scenario& scenario) {
  return executor_row(scenario.executor).regular_duration(scenario);
}

bool has_work(const Scenario& scenario, const Striping& striping) {
  return executor_row(scenario.executor).has_work(scenario, striping);
}

std::int64_t planned_iterations(const Scenario& scenario, const Striping& striping) {
  return executor_row(scenario.executor).iterations(scenario, striping);
}

Result<Striping> iteration_striping(const Scenario& scenario, const Striping& striping) {
  const std::int64_t users = executor_row(scenario.executor).sharing_users(scenario);
  if (users == 0 && executor_row(scenario.executor).sharing_users == no_sharing) return striping;
  return striping.among(users);
}

std::string describe(const Scenario& scenario, const Striping& striping) {
  return executor_row(scenario.executor).describe(scenario, striping);
}

}  // namespace crema::load
