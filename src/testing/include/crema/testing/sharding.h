// Divides tests into shards that take equally long, by what they took before. Every shard of the
// same suites and the same records makes the same division, whoever computes it.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace crema::testing {

struct Shard {
  unsigned index = 1, count = 1;  // from 1
};

// What a suite took when it last ran as a whole.
struct SuiteTime {
  std::chrono::nanoseconds duration{0};
  std::map<std::string, std::chrono::nanoseconds> tests;  // of the top level
};
using SuiteTimes = std::map<std::string, SuiteTime, std::less<>>;  // by the suite's name

// A suite, or some of its tests: those that are named, or all but those that are named, so that a
// test nobody knew runs too.
struct ShardPart {
  std::string suite;
  std::vector<std::string> only, without;
  bool whole() const { return only.empty() && without.empty(); }
  bool operator==(const ShardPart&) const = default;
};

// [0] is shard 1. Suites that would make a shard too long are divided, if `divisible`.
std::vector<std::vector<ShardPart>> divide(std::span<const std::string> suites,
                                           const SuiteTimes& times, unsigned count, bool divisible);

}  // namespace crema::testing
