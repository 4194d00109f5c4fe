// What a run leaves for comparison: for each named series, equal blocks of time with their
// requests, failures and latencies, and the facts of the machine and the generator.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// Latencies are counted in log-linear buckets, as HdrHistogram has them: every power of two is cut
// in 512 equal parts, so that a bucket's middle is within 1/1024 (0.1 %) of what fell in it, and
// whole nanoseconds below 1,024 are exact. Keys are integers, so that merging is adding.
constexpr std::uint32_t kLatencyPartsBits = 9;
// No key is larger; a reader refuses those that are.
constexpr std::uint32_t kLargestLatencyKey = ((64 - kLatencyPartsBits) << kLatencyPartsBits) + 511;

std::uint32_t latency_key(std::uint64_t nanoseconds);
// The smallest whole number of nanoseconds in the bucket, and how many the bucket holds.
std::uint64_t latency_from(std::uint32_t key);
std::uint64_t latency_width(std::uint32_t key);

struct LatencyBucket {
  std::uint32_t key = 0;
  std::uint64_t count = 0;

  friend bool operator==(const LatencyBucket&, const LatencyBucket&) = default;
};

// One stretch of time of one series.
struct TimeBlock {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;  // of the requests
  // Exact, so that a mean is not that of buckets.
  std::uint64_t latency_sum_ns = 0;
  std::vector<LatencyBucket> latency;  // ascending keys, no empty bucket

  friend bool operator==(const TimeBlock&, const TimeBlock&) = default;
};

// The block of requests that took so long; `failures` of them failed.
TimeBlock time_block(std::span<const std::uint64_t> latencies_ns, std::uint64_t failures = 0);

struct RunSeries {
  std::string name;  // "http_req_duration", or with tags: "http_req_duration{name:login}"
  std::vector<TimeBlock> blocks;

  friend bool operator==(const RunSeries&, const RunSeries&) = default;
};

// What a verdict depends on beside the numbers. Shares are from 0 to 1.
struct RunFacts {
  std::string cpu_model;
  std::uint32_t cores = 0;
  std::string commit;       // of the code under load; empty when unknown
  std::string script_hash;  // SHA-256 in hexadecimal
  // Of the time of the cores that the generator's threads may use.
  double generator_cpu_share = 0;
  // Of the machine's time, what its hypervisor gave to others.
  double steal_share = 0;
  double loop_lag_p99_ms = 0;    // how late the event loops of the generator were
  std::uint64_t iterations = 0;  // that were started
  std::uint64_t dropped = 0;     // that were due and found no free virtual user

  friend bool operator==(const RunFacts&, const RunFacts&) = default;
};

struct RunRecord {
  RunFacts facts;
  double block_seconds = 1;  // of every block of every series; above 0
  std::vector<RunSeries> series;

  const RunSeries* find(std::string_view name) const;

  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

}  // namespace crema::load
