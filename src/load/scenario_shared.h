// What the runs of one scenario on all threads have in common.
#pragma once

#include "crema/load/schedule/options.h"
#include "crema/load/schedule/segment.h"
#include "crema/load/script/execution_facts.h"

#include <atomic>
#include <cstdint>
#include <string>

namespace crema::load {

struct ScenarioShared {
  const Scenario* scenario = nullptr;
  ScenarioFacts facts;
  std::string exec = "default";
  Striping instance;       // of this instance's iterations among those of all instances
  std::int64_t users = 0;  // this instance has at most, where iterations arrive at given times
  Nanoseconds min_iteration_duration{0};
  bool reuse_connections = true;  // from one iteration to the next
  const TextMap* tags = nullptr;  // of the options

  std::atomic<std::int64_t> started{0};  // iterations
  std::atomic<std::int64_t> completed{0};
  std::atomic<std::int64_t> total{0};   // to be run, where it is known
  std::atomic<std::int64_t> active{0};  // users in it now
  std::atomic<bool> warned{false};      // of too few users
  std::atomic<std::uint64_t> dropped{0};
};

}  // namespace crema::load
