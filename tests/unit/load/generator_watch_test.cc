#include "generator_watch.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

LoopStatistics turns(int count, Duration each) {
  LoopStatistics statistics;
  for (int i = 0; i < count; ++i) statistics.turn_times.add(each);
  return statistics;
}

TEST(GeneratorWatch, LooksAtWhatCameSinceItBegan) {
  GeneratorWatch watch;
  const auto before = turns(1000, 50ms);
  watch.begin(Time(1s), {before});
  auto after = before;
  after.turn_times.add(turns(1000, 100us).turn_times);
  const auto facts = watch.end(Time(2s), std::vector{after});
  EXPECT_NEAR(facts.loop_lag_p99_ms, 0.1, 0.02) << "init code was slow, the test was not";
}

TEST(GeneratorWatch, TakesTheLaterOfTurnsAndTimers) {
  GeneratorWatch watch;
  watch.begin(Time(1s), {LoopStatistics{}, LoopStatistics{}});
  auto first = turns(1000, 100us);
  auto second = turns(1000, 100us);
  for (int i = 0; i < 1000; ++i) second.timer_delays.add(3ms);
  EXPECT_NEAR(watch.end(Time(2s), std::vector{first, second}).loop_lag_p99_ms, 3, 0.4);
}

TEST(GeneratorWatch, SaysNothingOfAHandfulOfTurns) {
  GeneratorWatch watch;
  watch.begin(Time(1s), {LoopStatistics{}});
  EXPECT_EQ(watch.end(Time(2s), std::vector{turns(20, 50ms)}).loop_lag_p99_ms, 0);
}

TEST(GeneratorWatch, CountsTheTimeOfThisProcess) {
  GeneratorWatch watch;
  const auto begin = std::chrono::steady_clock::now();
  watch.begin(Time(begin.time_since_epoch()), {LoopStatistics{}});
  volatile std::uint64_t work = 0;
  while (std::chrono::steady_clock::now() - begin < 200ms) work = work + 1;
  const auto end = Time(std::chrono::steady_clock::now().time_since_epoch());
  const auto facts = watch.end(end, std::vector{LoopStatistics{}});
  // Others may have had the core most of the time; none of it would be a wrong measure.
  EXPECT_GT(facts.cpu_share, 0.02);
  EXPECT_LT(facts.cpu_share, 1.3);
  EXPECT_GE(facts.steal_share, 0);
  EXPECT_LE(facts.steal_share, 1);
}

}  // namespace
}  // namespace crema::load
