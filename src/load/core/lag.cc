#include "crema/load/core/lag.h"

#include <algorithm>
#include <bit>

namespace crema::load {
namespace {

constexpr unsigned kStepBits = 3;

std::size_t step_of(std::uint64_t nanoseconds) {
  if (nanoseconds < (1U << kStepBits)) return nanoseconds;
  const auto exponent = static_cast<unsigned>(std::bit_width(nanoseconds)) - 1 - kStepBits;
  return (std::size_t{exponent} << kStepBits) + (nanoseconds >> exponent);
}

// The largest number that is counted in a step.
std::uint64_t end_of_step(std::size_t step) {
  if (step < (1U << kStepBits)) return step;
  const auto exponent = (step >> kStepBits) - 1;
  const auto mantissa = (step & ((1U << kStepBits) - 1)) + (1U << kStepBits);
  return ((mantissa + 1) << exponent) - 1;
}

}  // namespace

void LagHistogram::add(std::chrono::nanoseconds duration) {
  duration = std::max(duration, std::chrono::nanoseconds(0));
  ++counts_[step_of(static_cast<std::uint64_t>(duration.count()))];
  ++count_;
  longest_ = std::max(longest_, duration);
}

void LagHistogram::add(const LagHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  longest_ = std::max(longest_, other.longest_);
}

void LagHistogram::remove(const LagHistogram& earlier) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] -= earlier.counts_[i];
  count_ -= earlier.count_;
}

std::chrono::nanoseconds LagHistogram::quantile(double share) const {
  if (count_ == 0) return {};
  const auto wanted = static_cast<double>(count_) * std::clamp(share, 0.0, 1.0);
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < counts_.size(); ++step) {
    seen += counts_[step];
    if (seen > 0 && static_cast<double>(seen) >= wanted) {
      const auto end = std::chrono::nanoseconds(static_cast<std::int64_t>(end_of_step(step)));
      return std::min(end, longest_);
    }
  }
  return longest_;
}

}  // namespace crema::load
