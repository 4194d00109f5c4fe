#include "crema/load/compare/series.h"

#include <algorithm>
#include <bit>

namespace crema::load {
namespace {

constexpr std::uint32_t kParts = 1U << kLatencyPartsBits;

}  // namespace

std::uint32_t latency_key(std::uint64_t nanoseconds) {
  const auto bits = static_cast<std::uint32_t>(std::bit_width(nanoseconds));
  // The leading bit and the nine after it remain.
  const auto shift = bits > kLatencyPartsBits + 1 ? bits - kLatencyPartsBits - 1 : 0;
  return (shift << kLatencyPartsBits) + static_cast<std::uint32_t>(nanoseconds >> shift);
}

std::uint64_t latency_from(std::uint32_t key) {
  if (key < 2 * kParts) return key;
  const auto shift = (key >> kLatencyPartsBits) - 1;
  return static_cast<std::uint64_t>((key & (kParts - 1)) + kParts) << shift;
}

std::uint64_t latency_width(std::uint32_t key) {
  return key < 2 * kParts ? 1 : std::uint64_t{1} << ((key >> kLatencyPartsBits) - 1);
}

TimeBlock time_block(std::span<const std::uint64_t> latencies_ns, std::uint64_t failures) {
  TimeBlock block{.requests = latencies_ns.size(), .failures = failures};
  std::vector<std::uint32_t> keys;
  keys.reserve(latencies_ns.size());
  for (const auto latency : latencies_ns) {
    block.latency_sum_ns += latency;
    keys.push_back(latency_key(latency));
  }
  std::ranges::sort(keys);
  for (const auto key : keys) {
    if (block.latency.empty() || block.latency.back().key != key)
      block.latency.push_back({.key = key});
    ++block.latency.back().count;
  }
  return block;
}

const RunSeries* RunRecord::find(std::string_view name) const {
  const auto found = std::ranges::find(series, name, &RunSeries::name);
  return found == series.end() ? nullptr : &*found;
}

}  // namespace crema::load
