// per-vu-iterations: each user does the same number of iterations.
#include "executor_row.h"

#include <fmt/format.h>

#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 3> kMembers = {"vus", "iterations", "maxDuration"};

void check(const Scenario& scenario, ScenarioProblems& problems) {
  check_vus(scenario, problems);
  if (iterations_of(scenario) < 1) {
    problems.push_back({"iterations", fmt::format("iterations must be at least 1, but is {}",
                                                  iterations_of(scenario))});
  }
  check_max_duration(scenario, problems);
}

VuPlan plan(const Scenario& scenario, const Striping& striping) {
  return level_plan(scenario, max_duration_of(scenario),
                    {.planned = striping.scale(vus_of(scenario))});
}

// A segment has fewer users, each with all of its iterations.
std::int64_t count(const Scenario& scenario, const Striping& /*striping*/) {
  return iterations_of(scenario);
}

bool works(const Scenario& scenario, const Striping& striping) {
  return striping.scale(vus_of(scenario)) > 0;
}

std::string text(const Scenario& scenario, const Striping& striping) {
  return fmt::format("{} iterations for each of {} VUs{}", iterations_of(scenario),
                     striping.scale(vus_of(scenario)),
                     facts(scenario, "maxDuration: " + format_duration(max_duration_of(scenario))));
}

}  // namespace

constinit const ExecutorRow kPerVuIterations = {
    .kind = ExecutorKind::per_vu_iterations,
    .members = kMembers,
    .check = check,
    .plan = plan,
    .regular_duration = max_duration_of,
    .has_work = works,
    .describe = text,
    .sharing_users = no_sharing,
    .iterations = count,
};

}  // namespace crema::load
