#include "crema/load/schedule/execution_plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

struct ScenarioStep {
  VuStep step;
  std::size_t scenario = 0;
};

std::vector<const Scenario*> in_order(const Scenarios& scenarios) {
  std::vector<const Scenario*> order;
  for (const auto& [name, scenario] : scenarios) order.push_back(&scenario);
  // By name already; those with the same start time keep that order.
  std::sort(order.begin(), order.end(), [](const Scenario* a, const Scenario* b) {
    return std::pair(start_time_of(*a), std::string_view(a->name)) <
           std::pair(start_time_of(*b), std::string_view(b->name));
  });
  return order;
}

// The steps of all scenarios, by time; those of one moment by scenario, those of one scenario as
// they are.
std::vector<ScenarioStep> all_steps(const std::vector<const Scenario*>& order,
                                    const Striping& striping) {
  std::vector<ScenarioStep> steps;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (VuStep step : planned_users(*order[i], striping)) {
      step.at += start_time_of(*order[i]);
      steps.push_back({step, i});
    }
  }
  std::vector<std::size_t> places(steps.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(steps[a].step.at, a) < std::pair(steps[b].step.at, b);
  });
  std::vector<ScenarioStep> sorted;
  sorted.reserve(steps.size());
  for (const std::size_t place : places) sorted.push_back(steps[place]);
  return sorted;
}

VuPlan summed(const std::vector<ScenarioStep>& steps, std::size_t scenarios) {
  std::vector<VuStep> current(scenarios);
  VuStep sum;
  VuPlan plan;
  for (const auto& [step, scenario] : steps) {
    sum.at = step.at;
    sum.planned += step.planned - current[scenario].planned;
    sum.unplanned += step.unplanned - current[scenario].unplanned;
    current[scenario] = step;
    if (plan.empty() || plan.back().planned != sum.planned ||
        plan.back().unplanned != sum.unplanned) {
      plan.push_back(sum);
    }
  }
  return plan;
}

}  // namespace

ExecutionPlan plan_execution(const Scenarios& scenarios, const Striping& striping) {
  ExecutionPlan plan;
  plan.in_order = in_order(scenarios);
  plan.users = summed(all_steps(plan.in_order, striping), plan.in_order.size());
  plan.total_duration = end_of(plan.users);
  plan.max_vus = most_possible(plan.users);
  plan.planned_vus = most_planned(plan.users);
  for (const Scenario* scenario : plan.in_order) {
    plan.descriptions.push_back(scenario->name + ": " + describe(*scenario, striping));
  }
  return plan;
}

std::string execution_headline(const ExecutionPlan& plan, const Striping& striping) {
  const auto count = plan.in_order.size();
  // k6 shows tenths of a second; halves go up, as Go rounds.
  constexpr auto kTenth = std::chrono::milliseconds(100);
  const Nanoseconds rounded = (plan.total_duration + kTenth / 2) / kTenth * kTenth;
  return fmt::format("({:.2f}%) {} scenario{}, {} max VUs, {} max duration (incl. graceful stop):",
                     striping.length().value() * 100, count, count > 1 ? "s" : "", plan.max_vus,
                     format_duration(rounded));
}

}  // namespace crema::load
