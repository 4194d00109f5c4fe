// What each executor tells of itself: a row of the executors' table, and what several rows share.
#pragma once

#include "crema/load/schedule/executor.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct ExecutorRow {
  ExecutorKind kind;
  // Its own members in k6's order, behind those that every scenario has.
  std::span<const std::string_view> members;
  void (*check)(const Scenario&, std::vector<ScenarioProblem>&);
  VuPlan (*plan)(const Scenario&, const Striping&);
  Nanoseconds (*regular_duration)(const Scenario&);
  bool (*has_work)(const Scenario&, const Striping&);
  std::string (*describe)(const Scenario&, const Striping&);
  // Users whose number shares the iterations among segments; 0: they follow the users themselves.
  std::int64_t (*sharing_users)(const Scenario&);
  std::int64_t (*iterations)(const Scenario&, const Striping&);
};

const ExecutorRow& executor_row(ExecutorKind kind);

extern const ExecutorRow kConstantVus;
extern const ExecutorRow kSharedIterations;
extern const ExecutorRow kPerVuIterations;
extern const ExecutorRow kRampingVus;
extern const ExecutorRow kConstantArrivalRate;
extern const ExecutorRow kRampingArrivalRate;

// Answers that several executors give.
std::int64_t no_sharing(const Scenario& scenario);
std::int64_t no_iterations(const Scenario& scenario, const Striping& striping);

using ScenarioProblems = std::vector<ScenarioProblem>;
// The least duration that k6 takes, except for stages.
inline constexpr Nanoseconds kLeastDuration = std::chrono::seconds(1);
inline constexpr std::int64_t kMostVus = 100'000'000;

void check_vus(const Scenario& scenario, ScenarioProblems& problems);
void check_duration(const Scenario& scenario, ScenarioProblems& problems);
void check_max_duration(const Scenario& scenario, ScenarioProblems& problems);
void check_time_unit(const Scenario& scenario, std::int64_t highest_rate,
                     ScenarioProblems& problems);
void check_arrival_vus(const Scenario& scenario, ScenarioProblems& problems);
void check_stages(const Scenario& scenario, ScenarioProblems& problems);

std::span<const Stage> stages_of(const Scenario& scenario);
Nanoseconds stages_duration(const Scenario& scenario);
// The highest of `start` and the stages' targets.
std::int64_t highest_target(const Scenario& scenario, std::int64_t start);

// Iterations a second at `rate` a time unit, for the share of a segment.
double per_second(const Scenario& scenario, std::int64_t rate, Fraction share);

// `users` from the start to the end of the graceful stop.
VuPlan level_plan(const Scenario& scenario, Nanoseconds regular, VuStep users);
VuPlan arrival_plan(const Scenario& scenario, Nanoseconds regular, const Striping& striping);

// " (maxDuration: 10m0s, exec: x, startTime: 5s, gracefulStop: 30s)": the executor's own facts, if
// any, before those of every scenario; "" without any.
std::string facts(const Scenario& scenario, std::string own);

}  // namespace crema::load
