// What can be told of a scenario from its executor alone, before anything runs: one table for all
// six executors.
#pragma once

#include "crema/base/result.h"
#include "crema/load/schedule/scenario.h"
#include "crema/load/schedule/segment.h"
#include "crema/load/schedule/vu_plan.h"

#include <string>
#include <vector>

namespace crema::load {

// What is wrong with a setting, in words that go behind "scenario x: ".
struct ScenarioProblem {
  std::string member;  // "stages"; "" where it is none alone
  std::string text;
};

// Everything that is wrong with a scenario's settings; empty when all is well. What k6 refuses is
// refused, and so is what this program cannot hold: more than 100,000,000 users, ramps of more than
// 10,000,000 steps, times beyond 292 years, more than one iteration a nanosecond.
std::vector<ScenarioProblem> scenario_problems(const Scenario& scenario);

// All that follows takes a scenario without problems, and the striping of the whole test.

// The users it needs from its start to the end of its graceful periods, for one segment.
VuPlan planned_users(const Scenario& scenario, const Striping& striping);

// How long new iterations are started, counted from the scenario's start; for executors that count
// iterations, at most.
Nanoseconds regular_duration(const Scenario& scenario);

// Whether the segment has anything to do.
bool has_work(const Scenario& scenario, const Striping& striping);

// The iterations of the segment: of shared-iterations all of them, of per-vu-iterations those of
// each user; 0 for other executors.
std::int64_t planned_iterations(const Scenario& scenario, const Striping& striping);

// How the scenario's iterations are dealt to segments: in proportion to the users that each segment
// has, where they are counted or timed for all users together. Fails when the segment has none.
Result<Striping> iteration_striping(const Scenario& scenario, const Striping& striping);

// "10 looping VUs for 30s (gracefulStop: 30s)".
std::string describe(const Scenario& scenario, const Striping& striping);

// ramping-vus only: the users that are to be running, without graceful periods, and 0 at the end of
// the last stage. Users start in order and stop in the reverse one: the last started stops first.
// A stage from m to n users has the n-th running at its end; ramping down, a user stops one step
// later than it would have started on the way up. A stage of no duration jumps.
VuPlan active_users(const Scenario& scenario, const Striping& striping);

}  // namespace crema::load
