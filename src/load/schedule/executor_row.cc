#include "executor_row.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::load {

std::int64_t no_sharing(const Scenario& /*scenario*/) { return 0; }
std::int64_t no_iterations(const Scenario& /*scenario*/, const Striping& /*striping*/) { return 0; }

void check_vus(const Scenario& scenario, ScenarioProblems& problems) {
  const std::int64_t vus = vus_of(scenario);
  if (vus < 1) problems.push_back({"vus", fmt::format("vus must be at least 1, but is {}", vus)});
  if (vus > kMostVus) problems.push_back({"vus", fmt::format("vus must be at most {}", kMostVus)});
}

void check_duration(const Scenario& scenario, ScenarioProblems& problems) {
  if (!scenario.duration) {
    problems.push_back({"", "duration is missing"});
  } else if (*scenario.duration < kLeastDuration) {
    problems.push_back({"duration", fmt::format("duration must be at least 1s, but is {}",
                                                format_duration(*scenario.duration))});
  }
}

void check_max_duration(const Scenario& scenario, ScenarioProblems& problems) {
  if (max_duration_of(scenario) >= kLeastDuration) return;
  problems.push_back({"maxDuration", fmt::format("maxDuration must be at least 1s, but is {}",
                                                 format_duration(max_duration_of(scenario)))});
}

void check_time_unit(const Scenario& scenario, std::int64_t highest_rate,
                     ScenarioProblems& problems) {
  const Nanoseconds unit = time_unit_of(scenario);
  if (unit <= Nanoseconds(0)) {
    problems.push_back({"timeUnit", fmt::format("timeUnit must be more than 0, but is {}",
                                                format_duration(unit))});
  } else if (highest_rate > unit.count()) {
    problems.push_back({"timeUnit", fmt::format("{} iterations in {} are more than one a "
                                                "nanosecond",
                                                highest_rate, format_duration(unit))});
  }
}

void check_arrival_vus(const Scenario& scenario, ScenarioProblems& problems) {
  if (!scenario.pre_allocated_vus) {
    problems.push_back({"", "preAllocatedVUs is missing"});
  } else if (*scenario.pre_allocated_vus < 0) {
    problems.push_back({"preAllocatedVUs", fmt::format("preAllocatedVUs must not be negative, but "
                                                       "is {}",
                                                       *scenario.pre_allocated_vus)});
  }
  if (max_vus_of(scenario) < pre_allocated_vus_of(scenario)) {
    problems.push_back(
        {"maxVUs", fmt::format("maxVUs must not be less than preAllocatedVUs, but {} "
                               "is less than {}",
                               max_vus_of(scenario), pre_allocated_vus_of(scenario))});
  }
  if (max_vus_of(scenario) > kMostVus) {
    problems.push_back({"maxVUs", fmt::format("maxVUs must be at most {}", kMostVus)});
  }
}

void check_stages(const Scenario& scenario, ScenarioProblems& problems) {
  const auto stages = stages_of(scenario);
  if (stages.empty()) problems.push_back({"", "stages must have at least one stage"});
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& [duration, target] = stages[i];
    if (!duration) {
      problems.push_back({"stages", fmt::format("stage {} has no duration", i + 1)});
    } else if (*duration < Nanoseconds(0)) {
      problems.push_back(
          {"stages", fmt::format("the duration of stage {} must not be negative, but "
                                 "is {}",
                                 i + 1, format_duration(*duration))});
    }
    if (!target) {
      problems.push_back({"stages", fmt::format("stage {} has no target", i + 1)});
    } else if (*target < 0) {
      problems.push_back({"stages", fmt::format("the target of stage {} must not be negative, but "
                                                "is {}",
                                                i + 1, *target)});
    }
  }
}

std::span<const Stage> stages_of(const Scenario& scenario) {
  return scenario.stages ? std::span<const Stage>(*scenario.stages) : std::span<const Stage>();
}

Nanoseconds stages_duration(const Scenario& scenario) {
  Nanoseconds sum{0};
  for (const Stage& stage : stages_of(scenario)) sum += stage.duration.value_or(Nanoseconds(0));
  return sum;
}

std::int64_t highest_target(const Scenario& scenario, std::int64_t start) {
  for (const Stage& stage : stages_of(scenario)) start = std::max(start, stage.target.value_or(0));
  return start;
}

double per_second(const Scenario& scenario, std::int64_t rate, Fraction share) {
  // One division, so that what is shown is rounded once: 4.675 is not to become 4.67.
  const auto above = static_cast<long double>(rate) * static_cast<long double>(share.numerator);
  const auto below = static_cast<long double>(time_unit_of(scenario).count()) *
                     static_cast<long double>(share.denominator);
  return static_cast<double>(above * 1e9L / below);
}

VuPlan level_plan(const Scenario& scenario, Nanoseconds regular, VuStep users) {
  return {users, {.at = regular + graceful_stop_of(scenario)}};
}

VuPlan arrival_plan(const Scenario& scenario, Nanoseconds regular, const Striping& striping) {
  const std::int64_t planned = striping.scale(pre_allocated_vus_of(scenario));
  const std::int64_t most = striping.scale(max_vus_of(scenario));
  return level_plan(scenario, regular, {.planned = planned, .unplanned = most - planned});
}

std::string facts(const Scenario& scenario, std::string own) {
  std::vector<std::string> all;
  if (!own.empty()) all.push_back(std::move(own));
  if (scenario.exec) all.push_back("exec: " + *scenario.exec);
  if (const auto start = start_time_of(scenario); start > Nanoseconds(0)) {
    all.push_back("startTime: " + format_duration(start));
  }
  if (const auto stop = graceful_stop_of(scenario); stop > Nanoseconds(0)) {
    all.push_back("gracefulStop: " + format_duration(stop));
  }
  return all.empty() ? "" : " (" + join(all, ", ") + ")";
}

}  // namespace crema::load
