// constant-vus: as many users as asked for, each doing iterations until the duration ends.
#include "executor_row.h"

#include <fmt/format.h>

#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 2> kMembers = {"vus", "duration"};

void check(const Scenario& scenario, ScenarioProblems& problems) {
  check_vus(scenario, problems);
  check_duration(scenario, problems);
}

VuPlan plan(const Scenario& scenario, const Striping& striping) {
  return level_plan(scenario, duration_of(scenario), {.planned = striping.scale(vus_of(scenario))});
}

bool works(const Scenario& scenario, const Striping& striping) {
  return striping.scale(vus_of(scenario)) > 0;
}

std::string text(const Scenario& scenario, const Striping& striping) {
  return fmt::format("{} looping VUs for {}{}", striping.scale(vus_of(scenario)),
                     format_duration(duration_of(scenario)), facts(scenario, ""));
}

}  // namespace

constinit const ExecutorRow kConstantVus = {
    .kind = ExecutorKind::constant_vus,
    .members = kMembers,
    .check = check,
    .plan = plan,
    .regular_duration = duration_of,
    .has_work = works,
    .describe = text,
    .sharing_users = no_sharing,
    .iterations = no_iterations,
};

}  // namespace crema::load
