// Whether a run measured the system and not its own generator or its neighbours.
#pragma once

#include "crema/load/compare/series.h"

#include <string>
#include <vector>

namespace crema::load {

struct GuardLimits {
  double generator_cpu_share = 0.8;
  double loop_lag_p99_ms = 1;
  double dropped_share = 0.001;  // of the iterations that were due
  // A percent of stolen time is usual for shared machines. Beyond, latencies of milliseconds are
  // the hypervisor's as much as the server's.
  double steal_share = 0.02;
};

struct Breach {
  std::string code;  // stable: "load/generator-busy"
  double measured = 0;
  double limit = 0;
  std::string message;  // with both numbers
  std::string hint;     // starts with a verb
};

// What makes a run invalid; empty for one that is valid. A fact that is no number, or negative, is
// a breach too: nobody measured it.
std::vector<Breach> check_run(const RunFacts& facts, const GuardLimits& limits = {});

// What makes two runs no pair: other machines, other scripts.
std::vector<Breach> check_pair(const RunFacts& base, const RunFacts& fresh);

}  // namespace crema::load
