// A run second by second: the raw material of plots, and of comparing one run with another.
#pragma once

#include "crema/load/metrics/histogram.h"
#include "crema/sys/host.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace crema::load {

// What happened in one second of wall time.
struct Second {
  std::int64_t second = 0;         // since 1970-01-01 UTC
  SparseHistogram durations;       // of http_req_duration, in milliseconds
  std::uint64_t duration_sum = 0;  // of the same, in nanoseconds
  // Of http_req_duration_intended, in milliseconds: empty where no arrival times are promised.
  SparseHistogram intended;
  // Requests that went wrong, by failure_code(); sorted by it.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> failures;
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  std::uint64_t iterations = 0;
  std::uint64_t dropped_iterations = 0;
  std::uint64_t checks_passed = 0;
  std::uint64_t checks_failed = 0;
  std::uint64_t data_sent = 0;      // bytes
  std::uint64_t data_received = 0;  // bytes
  std::optional<std::uint64_t> vus;

  // Both are of the same second.
  void merge(const Second& other);
  bool operator==(const Second&) const = default;
};

// Seconds as they come, of one thread.
class Timeline {
 public:
  // What a sample means for its second; known by its metric.
  enum class Meaning : std::uint8_t {
    none,
    duration,
    intended,
    requests,
    failed,
    iterations,
    dropped_iterations,
    checks,
    data_sent,
    data_received,
    vus,
  };

  void add(Meaning meaning, double value, sys::WallTime time);
  void add_failure(std::uint32_t code, sys::WallTime time);
  // What came since the last call, in order. A second may come again with more in it.
  std::vector<Second> take();

 private:
  struct Open {
    Second counts;
    Histogram durations;
    Histogram intended;
    std::map<std::uint32_t, std::uint64_t> failures;
  };
  Open& open(std::int64_t second);
  Open& at(sys::WallTime time);

  std::map<std::int64_t, Open> open_;
  Open* last_ = nullptr;
  std::int64_t last_begin_ = 0;  // nanoseconds
};

}  // namespace crema::load
