#include "crema/load/core/loop.h"

#include "crema/sys/host.h"

#include <gtest/gtest.h>

#include <thread>

using namespace std::chrono_literals;

namespace crema::load {
namespace {

class LoopTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
};

TEST_F(LoopTest, RunsFibersInTheirOrderAndTakesTurnsOnYield) {
  std::string order;
  for (const char name : {'a', 'b', 'c'}) {
    loop->spawn([&order, name, this] {
      order += name;
      loop->yield();
      order += name;
    });
  }
  loop->run_until_done();
  EXPECT_EQ(order, "abcabc");
}

TEST_F(LoopTest, SleepersWakeInTheOrderOfTheirTimes) {
  const auto start = loop->now();
  std::vector<int> order;
  for (const int milliseconds : {30, 10, 20, 10}) {
    loop->spawn([&, milliseconds] {
      const auto until = start + std::chrono::milliseconds(milliseconds);
      EXPECT_EQ(loop->sleep_until(until), WakeReason::timeout);
      EXPECT_GE(loop->now(), until);
      order.push_back(milliseconds);
    });
  }
  loop->run_until_done();
  EXPECT_EQ(order, (std::vector{10, 10, 20, 30}));
}

TEST_F(LoopTest, AnEarlyTimerLeftFromAnEarlierWaitEndsNoLaterWait) {
  loop->spawn([this] {
    // The first wait leaves a timer behind at 10 ms; the second ends later than that.
    const auto self = loop->current();
    loop->post([this, self] { loop->wake(self); });
    EXPECT_EQ(loop->park(loop->now() + 10ms), WakeReason::ready);
    const auto until = loop->now() + 30ms;
    EXPECT_EQ(loop->sleep_until(until), WakeReason::timeout);
    EXPECT_GE(loop->now(), until);
    // And one that ends earlier than the timer that is left.
    loop->post([this, self] { loop->wake(self); });
    EXPECT_EQ(loop->park(loop->now() + 10s), WakeReason::ready);
    EXPECT_EQ(loop->sleep_until(loop->now() + 5ms), WakeReason::timeout);
  });
  const auto start = loop->now();
  loop->run_until_done();
  EXPECT_LT(loop->now() - start, 5s);
}

TEST_F(LoopTest, AnInterruptEndsEveryWaitUntilItIsCleared) {
  std::vector<WakeReason> reasons;
  const auto sleeper = loop->spawn([&] {
    reasons.push_back(loop->sleep_until(loop->now() + 1h));
    EXPECT_TRUE(loop->interrupted());
    reasons.push_back(loop->park());
    loop->clear_interrupt(loop->current());
    reasons.push_back(loop->park(loop->now() + 1ms));
  });
  loop->spawn([&] { loop->interrupt(sleeper); });
  loop->run_until_done();
  EXPECT_EQ(reasons,
            (std::vector{WakeReason::interrupted, WakeReason::interrupted, WakeReason::timeout}));
  EXPECT_FALSE(loop->alive(sleeper));
}

TEST_F(LoopTest, ANameOfAFiberThatEndedWakesNobody) {
  const auto first = loop->spawn([] {});
  loop->run_until_done();
  bool woken = false;
  const auto second =
      loop->spawn([&] { woken = loop->park(loop->now() + 5ms) == WakeReason::ready; });
  loop->spawn([&] {
    EXPECT_EQ(first.state, second.state) << "the state is used again";
    EXPECT_FALSE(loop->wake(first));
    loop->interrupt(first);
  });
  loop->run_until_done();
  EXPECT_FALSE(woken);
}

TEST_F(LoopTest, TasksOfOtherThreadsRunInTheirOrder) {
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop->post([&seen, i] { seen.push_back(i); });
    loop->post([this] { loop->stop(); });
  });
  loop->run();
  other.join();
  ASSERT_EQ(seen.size(), 1000U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_F(LoopTest, StopFromAnotherThreadEndsALoopThatWaits) {
  std::thread other([this] {
    std::this_thread::sleep_for(5ms);
    loop->stop();
  });
  loop->run();
  other.join();
}

TEST_F(LoopTest, CallbacksRunOnceUnlessCancelled) {
  int ran = 0;
  const auto start = loop->now();
  const auto kept = loop->call_at(start + 2ms, [&] { ++ran; });
  const auto gone = loop->call_at(start + 1ms, [&] { ran += 100; });
  EXPECT_TRUE(loop->cancel(gone));
  EXPECT_FALSE(loop->cancel(gone));
  EXPECT_FALSE(loop->cancel({}));
  loop->call_at(start + 4ms, [this] { loop->stop(); });
  loop->run();
  EXPECT_EQ(ran, 1);
  EXPECT_FALSE(loop->cancel(kept));
}

TEST_F(LoopTest, ACallbackThatSetsItselfAnewLetsOthersRun) {
  int ran = 0;
  std::function<void()> again = [&] {
    if (++ran < 1'000'000) loop->call_at(loop->turn_time(), again);
  };
  again();
  loop->spawn([this] {
    loop->sleep_until(loop->now() + 5ms);
    loop->stop();
  });
  loop->run();
  EXPECT_GT(ran, 1);
  EXPECT_LT(ran, 1'000'000);
}

TEST_F(LoopTest, ManyTimersKeepTheirOrderThroughRemovals) {
  const auto start = loop->now();
  std::vector<TimerId> timers;
  std::vector<int> seen;
  unsigned random = 7;
  for (int i = 0; i < 20'000; ++i) {
    random = random * 1664525 + 1013904223;
    const auto offset = static_cast<int>(random >> 12) % 20'000;
    timers.push_back(loop->call_at(start + std::chrono::microseconds(offset),
                                   [&seen, offset] { seen.push_back(offset); }));
  }
  std::size_t left = timers.size();
  for (std::size_t i = 0; i < timers.size(); i += 3) left -= loop->cancel(timers[i]) ? 1 : 0;
  loop->call_at(start + 25ms, [this] { loop->stop(); });
  loop->run();
  EXPECT_EQ(seen.size(), left);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_F(LoopTest, DeepStacksCanBeUsedAgain) {
  const std::function<int(int)> deep = [&](int left) {
    std::array<volatile char, 1024> frame{};
    frame[0] = static_cast<char>(left);
    return left == 0 ? 0 : deep(left - 1) + (frame[0] == static_cast<char>(left) ? 1 : 0);
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) {
      loop->spawn([&] {
        EXPECT_EQ(deep(50), 50);
        loop->yield();
        const auto stack = loop->current_stack();
        // Not the address of a variable, which a sanitizer may keep elsewhere.
        const auto* const here = static_cast<const std::byte*>(__builtin_frame_address(0));
        EXPECT_GT(here, stack.lowest);
        EXPECT_LT(here, stack.lowest + stack.size);
      });
    }
    loop->run_until_done();
  }
}

TEST_F(LoopTest, TheEndOfALoopEndsItsFibers) {
  int ended = 0;
  auto* const running = loop.get();  // reset() clears the pointer first
  for (int i = 0; i < 10; ++i) {
    loop->spawn([&ended, running] {
      running->sleep_until(running->now() + 1h);
      running->yield();
      ++ended;
    });
  }
  loop->spawn([this] { loop->stop(); });
  loop->run();
  loop.reset();
  EXPECT_EQ(ended, 10);
}

TEST_F(LoopTest, LatenessOfTimersAndLengthOfTurnsAreKnown) {
  loop->spawn([this] {
    loop->spawn([this] { loop->sleep_until(loop->now() + 1ms); });
    loop->yield();
    loop->yield();
    // Holds the thread up past the other's time.
    const auto until = loop->now() + 20ms;
    while (loop->now() < until) {
    }
  });
  loop->run_until_done();
  const auto& statistics = loop->statistics();
  EXPECT_GE(statistics.timer_delays.longest(), 10ms);
  EXPECT_GE(statistics.turn_times.quantile(1.0), 20ms);
  EXPECT_GE(statistics.busy, 20ms);
}

TEST(LagHistogramTest, QuantilesAreAtMostAnEighthAbove) {
  LagHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  for (int i = 1; i <= 100'000; ++i) histogram.add(std::chrono::nanoseconds(i * 10));
  for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const auto exact = share * 1e6;
    const auto told = static_cast<double>(histogram.quantile(share).count());
    EXPECT_GE(told, exact);
    EXPECT_LE(told, exact * 1.125);
  }
  EXPECT_EQ(histogram.longest(), 1ms);
}

}  // namespace
}  // namespace crema::load
