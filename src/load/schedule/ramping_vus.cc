// ramping-vus: users that come and go along a line through the stages' targets.
#include "executor_row.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <limits>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 3> kMembers = {"startVUs", "stages", "gracefulRampDown"};
constexpr std::int64_t kMostSteps = 10'000'000;

void check_ramps(const Scenario& scenario, ScenarioProblems& problems) {
  std::int64_t users = start_vus_of(scenario);
  std::int64_t steps = 0;
  for (const Stage& stage : stages_of(scenario)) {
    const std::int64_t target = stage.target.value_or(users);
    if (target < 0 || target > kMostVus || users < 0 || users > kMostVus) return;
    steps += stage.duration.value_or(Nanoseconds(0)).count() == 0 ? 1 : std::abs(target - users);
    users = target;
  }
  if (steps <= kMostSteps) return;
  problems.push_back({"stages", fmt::format("the stages start and stop users {} times; {} is the "
                                            "most",
                                            steps, kMostSteps)});
}

void check(const Scenario& scenario, ScenarioProblems& problems) {
  const std::int64_t start = start_vus_of(scenario);
  if (start < 0) {
    problems.push_back(
        {"startVUs", fmt::format("startVUs must not be negative, but is {}", start)});
  }
  const std::int64_t highest = highest_target(scenario, start);
  if (highest <= 0) {
    problems.push_back({"stages",
                        "there never is a user: startVUs or the target of a stage must be "
                        "more than 0"});
  }
  check_stages(scenario, problems);
  if (highest > kMostVus) {
    problems.push_back({"stages", fmt::format("startVUs and targets must be at most {}, but one is "
                                              "{}",
                                              kMostVus, highest)});
  }
  if (graceful_ramp_down_of(scenario) < Nanoseconds(0)) {
    problems.push_back(
        {"gracefulRampDown", fmt::format("gracefulRampDown must not be negative, but is {}",
                                         format_duration(graceful_ramp_down_of(scenario)))});
  }
  check_ramps(scenario, problems);
}

void add_step(VuPlan& plan, Nanoseconds at, std::int64_t users) {
  if (plan.back().planned != users) plan.push_back({.at = at, .planned = users});
}

// The users of one stage from `from` to `to`, all of which the segment sees, though it steps only
// where one of its own comes or goes.
void add_stage(VuPlan& plan, const Striping& striping, std::int64_t from, std::int64_t to,
               Nanoseconds length, Nanoseconds end) {
  const std::int64_t own_from = striping.scale(from);
  const std::int64_t own_to = striping.scale(to);
  if (length.count() == 0) return add_step(plan, end, own_to);
  const auto before_end = [&](std::int64_t steps) {
    return Nanoseconds(
        static_cast<std::int64_t>(__int128{length.count()} * steps / std::abs(to - from)));
  };
  // User n of all is thing n - 1; it is there at the moment when the line reaches n.
  for (std::int64_t own = own_from; own < own_to; ++own) {
    add_step(plan, end - before_end(to - (striping.thing(own) + 1)), own + 1);
  }
  // On the way down it stays until the line has reached n - 1: a step later than in a mirror.
  for (std::int64_t own = own_from; own > own_to; --own) {
    add_step(plan, end - before_end(striping.thing(own - 1) - to), own - 1);
  }
}

// The steps without graceful periods, and without the end of the last stage.
VuPlan raw_steps(const Scenario& scenario, const Striping& striping) {
  std::int64_t users = start_vus_of(scenario);
  VuPlan plan = {{.planned = striping.scale(users)}};
  Nanoseconds end{0};
  for (const Stage& stage : stages_of(scenario)) {
    const Nanoseconds length = stage.duration.value_or(Nanoseconds(0));
    const std::int64_t target = stage.target.value_or(users);
    end += length;
    if (target != users) add_stage(plan, striping, users, target, length, end);
    users = target;
  }
  return plan;
}

// Users that stop may go on for the graceful period: at each moment as many are needed as there
// were at any moment of the period before it. Steps at or after `end` are left out. k6 forgets a
// rise within the period of a deeper drop to another number, and its plan goes back in time there.
class Reservation {
 public:
  Reservation(Nanoseconds period, Nanoseconds end) : period_(period), end_(end) {}

  VuPlan of(const VuPlan& raw) {
    for (const VuStep& step : raw) {
      release_before(step.at);
      if (step.planned < active_) hold(step.at + period_);
      active_ = step.planned;
      if (plan_.empty() || active_ > plan_.back().planned) plan_.push_back(step);
    }
    release_before(Nanoseconds::max());
    return std::move(plan_);
  }

 private:
  struct Held {
    std::int64_t users;
    Nanoseconds until;
  };

  void hold(Nanoseconds until) {
    while (!held_.empty() && held_.back().users <= active_) held_.pop_back();
    held_.push_back({active_, until});
  }

  // What a step at the very end of a period needs is needed without a gap.
  void release_before(Nanoseconds time) {
    while (!held_.empty() && held_.front().until < time) {
      const Nanoseconds until = held_.front().until;
      held_.pop_front();
      const std::int64_t needed =
          std::max(active_, held_.empty() ? std::int64_t{0} : held_.front().users);
      if (until < end_ && needed < plan_.back().planned) {
        plan_.push_back({.at = until, .planned = needed});
      }
    }
  }

  Nanoseconds period_;
  Nanoseconds end_;
  std::int64_t active_ = 0;
  std::deque<Held> held_;  // fewer and longer from front to back
  VuPlan plan_;
};

VuPlan plan(const Scenario& scenario, const Striping& striping) {
  const Nanoseconds end = stages_duration(scenario) + graceful_stop_of(scenario);
  VuPlan steps = raw_steps(scenario, striping);
  if (const auto period = graceful_ramp_down_of(scenario); period > Nanoseconds(0)) {
    steps = Reservation(period, end).of(steps);
  }
  if (steps.back().planned != 0) steps.push_back({.at = end});
  return steps;
}

bool works(const Scenario& scenario, const Striping& striping) {
  return striping.scale(highest_target(scenario, start_vus_of(scenario))) > 0;
}

std::string text(const Scenario& scenario, const Striping& striping) {
  const auto period = format_duration(graceful_ramp_down_of(scenario));
  return fmt::format("Up to {} looping VUs for {} over {} stages{}",
                     striping.scale(highest_target(scenario, start_vus_of(scenario))),
                     format_duration(stages_duration(scenario)), stages_of(scenario).size(),
                     facts(scenario, "gracefulRampDown: " + period));
}

}  // namespace

VuPlan active_users(const Scenario& scenario, const Striping& striping) {
  VuPlan steps = raw_steps(scenario, striping);
  if (steps.back().planned != 0) steps.push_back({.at = stages_duration(scenario)});
  return steps;
}

constinit const ExecutorRow kRampingVus = {
    .kind = ExecutorKind::ramping_vus,
    .members = kMembers,
    .check = check,
    .plan = plan,
    .regular_duration = stages_duration,
    .has_work = works,
    .describe = text,
    .sharing_users = no_sharing,
    .iterations = no_iterations,
};

}  // namespace crema::load
