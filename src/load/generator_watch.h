// How the generator itself fared while the scenarios ran: its CPU time, how late its loops were,
// and what the hypervisor took from the machine.
#pragma once

#include "crema/load/core/loop.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace crema::load {

// Shares are from 0 to 1; a share that this machine does not tell is 0.
struct GeneratorFacts {
  double cpu_share = 0;  // of the time of the cores that the generator's threads may use
  double steal_share = 0;
  double loop_lag_p99_ms = 0;  // the later of: turns of the loops, timers beside their time
};

class GeneratorWatch {
 public:
  // Both with the statistics of all loops at that time, in the same order.
  void begin(Time now, std::vector<LoopStatistics> loops);
  GeneratorFacts end(Time now, std::span<const LoopStatistics> loops) const;

 private:
  struct Ticks {
    std::uint64_t all = 0, stolen = 0;
  };
  static Ticks machine_ticks();
  static Duration process_time();

  Time begin_{};
  Duration process_{};
  Ticks ticks_;
  std::vector<LoopStatistics> loops_;
};

// "Intel(R) Xeon(R) ..."; "unknown" where the kernel does not say.
std::string cpu_model();

}  // namespace crema::load
