#include "side_seconds.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

constexpr sys::WallTime kCycle{std::chrono::seconds(1'700'000'000)};  // a multiple of four

struct Sides {
  Registry registry;
  Builtins builtins{registry};
  TagStore tags;
  Recorder recorder{registry, builtins, tags, true};
  SideSeconds seconds;

  void request(std::string_view side, double milliseconds, sys::WallTime time) {
    const auto* set = tags.with(tags.empty(), kSideTag, side);
    recorder.add_request(recorder.http_series(set), {.waiting = milliseconds}, false, time);
  }
  SideSeconds::Sides take(sys::WallTime begin, sys::WallTime end) {
    seconds.add(recorder.take_points());
    return seconds.take(begin, end);
  }
};

TEST(SideSeconds, TakeTurns) {
  std::string turns;
  const auto first = std::chrono::floor<std::chrono::seconds>(kCycle.time_since_epoch()).count();
  for (int i = 0; i < 8; ++i) turns += side_of(first + i);
  EXPECT_EQ(turns, "abbaabba");
}

TEST(SideSeconds, AreKeptApartBlockByBlock) {
  Sides sides;
  for (int i = 0; i < 8; ++i) {
    const auto time = kCycle + std::chrono::seconds(i) + 500ms;
    const bool a = i % 4 == 0 || i % 4 == 3;
    for (int n = 0; n <= i; ++n) sides.request(a ? "a" : "b", a ? 1 : 2, time);
  }
  const auto [a, b] = sides.take(kCycle - 200ms, kCycle + 8s);
  ASSERT_EQ(a.blocks.size(), 4u);
  ASSERT_EQ(b.blocks.size(), 4u);
  EXPECT_EQ(a.blocks[1].requests, 4u) << "second 3";
  EXPECT_EQ(b.blocks[1].requests, 3u) << "second 2";
  EXPECT_EQ(a.blocks[0].latency_sum_ns, 1'000'000u);
  EXPECT_EQ(b.blocks[0].latency_sum_ns, 4'000'000u);
}

TEST(SideSeconds, CountWhatEndsLateForItsOwnTurn) {
  Sides sides;
  sides.request("a", 900, kCycle + 1200ms);
  sides.request("b", 900, kCycle + 3100ms);
  sides.request("a", 900, kCycle + 3200ms);
  const auto [a, b] = sides.take(kCycle - 1ms, kCycle + 4s);
  EXPECT_EQ(a.blocks[0].requests, 1u);
  EXPECT_EQ(a.blocks[1].requests, 1u);
  EXPECT_EQ(b.blocks[0].requests, 0u);
  EXPECT_EQ(b.blocks[1].requests, 1u);
}

TEST(SideSeconds, LeaveOutCyclesThatAreNotWhole) {
  Sides sides;
  for (int i = 0; i < 11; ++i) sides.request("a", 1, kCycle + std::chrono::seconds(i));
  EXPECT_EQ(sides.take(kCycle + 1s, kCycle + 11s).a.blocks.size(), 2u) << "seconds 4 to 7";
}

TEST(SideSeconds, PassOverSamplesWithoutASide) {
  Sides sides;
  sides.request("c", 1, kCycle);
  const auto [a, b] = sides.take(kCycle - 1s, kCycle + 4s);
  EXPECT_EQ(a.blocks[0].requests + b.blocks[0].requests, 0u);
}

}  // namespace
}  // namespace crema::load
