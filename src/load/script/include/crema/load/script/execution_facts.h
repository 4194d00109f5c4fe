// What k6/execution tells a script: facts of the test, of the scenario, of the user's iteration.
#pragma once

#include "crema/base/sync.h"
#include "crema/load/core/loop.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace crema::load {

// Of the whole test, shared by all users on all threads.
struct TestFacts {
  std::atomic<std::uint64_t> iterations_completed{0};
  std::atomic<std::uint64_t> iterations_interrupted{0};
  std::atomic<std::int64_t> vus_active{0};
  std::atomic<std::int64_t> vus_initialized{0};
  std::atomic<std::int64_t> started{0};  // nanoseconds of the monotonic clock; 0 before
  std::atomic<bool> failed{false};       // exec.test.fail() was called
  std::atomic<bool> ending{false};       // no iteration starts any more
  // exec.test.abort(): asks the engine to end the test. Called on the user's thread.
  std::function<void(const std::string& reason)> abort;
};

// Of a scenario, shared by its users.
struct ScenarioFacts {
  std::string name;
  std::string executor;
  std::int64_t start_time = 0;  // milliseconds since 1970
  Time started{};
  // Between 0 and 1, as the executor sees it. Called from any thread.
  std::function<double()> progress;
};

// Of one iteration.
struct IterationFacts {
  const ScenarioFacts* scenario = nullptr;  // null outside scenarios: in setup and teardown
  std::int64_t vu_in_instance = 0;
  std::int64_t vu_in_test = 0;
  std::int64_t iteration = 0;              // __ITER
  std::int64_t iteration_in_scenario = 0;  // of this user
  std::int64_t scenario_iteration_in_instance = 0;
  std::int64_t scenario_iteration_in_test = 0;
  Time intended = kNever;  // when it was to start, where its executor has times
};

}  // namespace crema::load
