#include "run_series.h"

#include "crema/load/metrics/recorder.h"

#include <gtest/gtest.h>

#include <numeric>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

constexpr sys::WallTime kStart{std::chrono::seconds(1'700'000'000)};

struct Measured {
  Registry registry;
  Builtins builtins{registry};
  TagStore tags;
  Recorder recorder{registry, builtins, tags};
  Collector collector{registry};

  void request(double milliseconds, bool failed, sys::WallTime time) {
    recorder.add_request(recorder.http_series(tags.empty()), {.waiting = milliseconds}, failed,
                         time);
  }
  RunRecord record(sys::WallTime begin, sys::WallTime end) {
    collector.add(recorder.take());
    return run_series({.collector = collector,
                       .builtins = builtins,
                       .begin = begin,
                       .end = end,
                       .generator = {.cpu_share = 0.25, .steal_share = 0.01, .loop_lag_p99_ms = 2},
                       .script_hash = "abc"});
  }
};

TEST(RunSeries, KeepsWholeSecondsOnly) {
  Measured measured;
  measured.request(1, false, kStart + 700ms);
  measured.request(2, false, kStart + 1100ms);
  measured.request(3, true, kStart + 1900ms);
  measured.request(4, false, kStart + 3100ms);
  measured.request(5, false, kStart + 4100ms);
  const auto record = measured.record(kStart + 500ms, kStart + 4200ms);
  ASSERT_EQ(record.series.size(), 1u);
  const auto& blocks = record.series[0].blocks;
  ASSERT_EQ(blocks.size(), 3u) << "seconds 1 to 3";
  EXPECT_EQ(blocks[0].requests, 2u);
  EXPECT_EQ(blocks[0].failures, 1u);
  EXPECT_EQ(blocks[0].latency_sum_ns, 5'000'000u);
  EXPECT_EQ(blocks[1], TimeBlock{}) << "a second without requests is one of its own";
  EXPECT_EQ(blocks[2].requests, 1u);
}

TEST(RunSeries, HasNothingOfATestThatNeverRan) {
  Measured measured;
  EXPECT_TRUE(measured.record({}, {}).series[0].blocks.empty());
}

TEST(RunSeries, TellsTheFactsOfMachineAndGenerator) {
  Measured measured;
  auto& recorder = measured.recorder;
  recorder.add(recorder.series(*measured.builtins.iterations, measured.tags.empty()), 7, kStart);
  recorder.add(recorder.series(*measured.builtins.dropped_iterations, measured.tags.empty()), 2,
               kStart);
  const auto facts = measured.record(kStart, kStart + 2s).facts;
  EXPECT_EQ(facts.iterations, 7u);
  EXPECT_EQ(facts.dropped, 2u);
  EXPECT_EQ(facts.script_hash, "abc");
  EXPECT_DOUBLE_EQ(facts.generator_cpu_share, 0.25);
  EXPECT_DOUBLE_EQ(facts.loop_lag_p99_ms, 2);
  EXPECT_FALSE(facts.cpu_model.empty());
  EXPECT_GT(facts.cores, 0u);
}

// Latencies of the two kinds of buckets agree within what their widths allow.
TEST(RunSeries, CarriesLatenciesOver) {
  for (const double milliseconds : {0.0005, 0.0123, 0.5, 1.0, 9.99, 123.4, 5000.0}) {
    Timeline timeline;
    timeline.add(Timeline::Meaning::duration, milliseconds, kStart);
    timeline.add(Timeline::Meaning::requests, 1, kStart);
    const auto block = block_of(timeline.take().at(0));
    ASSERT_EQ(block.latency.size(), 1u);
    const auto from = static_cast<double>(latency_from(block.latency[0].key));
    EXPECT_NEAR(from, milliseconds * 1e6, milliseconds * 1e6 * 0.004 + 1) << milliseconds;
  }
}

TEST(RunSeries, LosesNoRequestWhereBucketsMeet) {
  Timeline timeline;
  for (int i = 0; i < 1000; ++i) {
    timeline.add(Timeline::Meaning::duration, 0.00001 * i, kStart);
    timeline.add(Timeline::Meaning::requests, 1, kStart);
  }
  const auto block = block_of(timeline.take().at(0));
  const auto sum = std::accumulate(
      block.latency.begin(), block.latency.end(), std::uint64_t{0},
      [](std::uint64_t all, const LatencyBucket& bucket) { return all + bucket.count; });
  EXPECT_EQ(sum, 1000u);
  for (std::size_t i = 1; i < block.latency.size(); ++i)
    EXPECT_LT(block.latency[i - 1].key, block.latency[i].key);
}

}  // namespace
}  // namespace crema::load
