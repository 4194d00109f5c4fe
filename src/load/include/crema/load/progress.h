// How a load test stands while it runs, once a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace crema::load {

struct Progress {
  struct OfScenario {
    std::string name;
    std::string executor;  // "constant-vus"
    double share = 0;      // done, 0 to 1
    std::int64_t users = 0;
    std::int64_t completed = 0;  // iterations
    std::uint64_t dropped = 0;
    std::chrono::nanoseconds start{0};    // since the first may begin
    std::chrono::nanoseconds elapsed{0};  // since its start; below 0 before it
    std::chrono::nanoseconds duration{0};
  };
  // Of the last whole second.
  struct Rates {
    std::uint64_t requests = 0;
    std::uint64_t failed = 0;
    std::uint64_t iterations = 0;
    std::uint64_t users = 0;
    double p50 = 0;  // milliseconds
    double p95 = 0;
    double p99 = 0;
  };
  struct OfThreshold {
    std::string metric;
    std::string condition;
    bool passed = true;
    std::optional<double> value;  // what was measured, in the metric's unit; none yet
  };
  std::chrono::nanoseconds elapsed{0};
  std::int64_t users = 0;
  std::int64_t most_users = 0;
  std::uint64_t completed = 0;
  std::uint64_t interrupted = 0;
  std::uint64_t dropped = 0;
  Rates now;
  std::vector<OfScenario> scenarios;
  std::vector<OfThreshold> thresholds;  // as they were judged last
};

}  // namespace crema::load
