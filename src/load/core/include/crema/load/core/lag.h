// How late things happened on a loop: a histogram of small, fixed size.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace crema::load {

// Durations counted in steps of an eighth of a power of two: what it says is at most 12.5 % above
// the truth, and never below it.
class LagHistogram {
 public:
  void add(std::chrono::nanoseconds duration);
  void add(const LagHistogram& other);
  // Takes away what was counted before: `earlier` is this histogram as it stood then. The longest
  // stays that of all time.
  void remove(const LagHistogram& earlier);
  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds longest() const { return longest_; }
  // The duration that `share` of all (0 to 1) did not exceed; zero while nothing was added.
  std::chrono::nanoseconds quantile(double share) const;

 private:
  static constexpr std::size_t kSteps = 8;
  std::array<std::uint64_t, 64 * kSteps> counts_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds longest_{0};
};

// What a loop did with its time. A turn is one round: timers, fibers that are ready, the kernel.
struct LoopStatistics {
  std::uint64_t turns = 0;
  std::chrono::nanoseconds busy{0};     // in turns
  std::chrono::nanoseconds waiting{0};  // in the kernel, with nothing to do
  LagHistogram turn_times;              // how long an event could wait before it was looked at
  LagHistogram timer_delays;            // how long after its time a timer ran
};

}  // namespace crema::load
