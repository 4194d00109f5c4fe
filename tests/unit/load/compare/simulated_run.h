// Runs made up of random latencies, the same every time.
#pragma once

#include "random.h"

#include "crema/load/compare/series.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace crema::load {

// Between 0 and 1, without either.
inline double uniform(SplitMix& random) {
  return (static_cast<double>(random.next() >> 11U) + 0.5) * 0x1p-53;
}

inline double normal(SplitMix& random) {
  return std::sqrt(-2 * std::log(uniform(random))) *
         std::cos(2 * std::numbers::pi * uniform(random));
}

// A second of 200 log-normal latencies around `median_ms`, all slower by a common `shift`.
inline std::vector<std::uint64_t> latencies(SplitMix& random, double median_ms, double shift) {
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(
        static_cast<std::uint64_t>(median_ms * 1e6 * std::exp(shift + 0.3 * normal(random))));
  }
  return all;
}

// `failures` of the 200 requests in each second fail.
inline RunRecord simulated_run(std::uint64_t seed, int seconds, double median_ms,
                               std::uint64_t failures = 0) {
  SplitMix random(seed);
  RunRecord record{.facts = {.cpu_model = "Example 3000",
                             .cores = 4,
                             .commit = "4f1c2a7",
                             .script_hash = "e3b0c442",
                             .generator_cpu_share = 0.4,
                             .steal_share = 0.001,
                             .loop_lag_p99_ms = 0.2,
                             .iterations = 6000,
                             .dropped = 0},
                   .series = {{.name = "http_req_duration"}}};
  for (int second = 0; second < seconds; ++second) {
    const auto shift = 0.02 * normal(random);
    record.series.front().blocks.push_back(
        time_block(latencies(random, median_ms, shift), failures));
  }
  return record;
}

}  // namespace crema::load
