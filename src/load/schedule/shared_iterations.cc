// shared-iterations: a number of iterations that all users take from, whoever is free first.
#include "executor_row.h"

#include <fmt/format.h>

#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 3> kMembers = {"vus", "iterations", "maxDuration"};

void check(const Scenario& scenario, ScenarioProblems& problems) {
  check_vus(scenario, problems);
  if (iterations_of(scenario) < vus_of(scenario)) {
    problems.push_back({scenario.iterations ? "iterations" : "vus",
                        fmt::format("iterations must not be fewer than vus, but {} is less than {}",
                                    iterations_of(scenario), vus_of(scenario))});
  }
  check_max_duration(scenario, problems);
}

VuPlan plan(const Scenario& scenario, const Striping& striping) {
  const std::int64_t users = striping.scale(vus_of(scenario));
  if (users == 0) return {{}};
  return level_plan(scenario, max_duration_of(scenario), {.planned = users});
}

std::int64_t count(const Scenario& scenario, const Striping& striping) {
  const auto shares = striping.among(vus_of(scenario));
  return shares ? shares->scale(iterations_of(scenario)) : 0;
}

bool works(const Scenario& scenario, const Striping& striping) {
  return striping.scale(vus_of(scenario)) > 0 && count(scenario, striping) > 0;
}

std::string text(const Scenario& scenario, const Striping& striping) {
  return fmt::format("{} iterations shared among {} VUs{}", count(scenario, striping),
                     striping.scale(vus_of(scenario)),
                     facts(scenario, "maxDuration: " + format_duration(max_duration_of(scenario))));
}

}  // namespace

constinit const ExecutorRow kSharedIterations = {
    .kind = ExecutorKind::shared_iterations,
    .members = kMembers,
    .check = check,
    .plan = plan,
    .regular_duration = max_duration_of,
    .has_work = works,
    .describe = text,
    .sharing_users = vus_of,
    .iterations = count,
};

}  // namespace crema::load
