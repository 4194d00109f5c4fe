// From samples on threads to totals, and every second of the way.
#include "crema/load/metrics/recorder.h"

#include "crema/load/metrics/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

sys::WallTime at(std::chrono::nanoseconds since) { return sys::WallTime(1'700'000'000s + since); }

struct Thread {
  explicit Thread(const Registry& registry, const Builtins& builtins, bool points = false)
      : recorder(registry, builtins, tags, points) {}
  TagStore tags;
  Recorder recorder;
};

TEST(Recorder, CountsARequestInItsNineMetrics) {
  Registry registry;
  const Builtins builtins(registry);
  Thread thread(registry, builtins, true);
  const auto* tags = thread.tags.with(thread.tags.empty(), "expected_response", "true");
  const auto& series = thread.recorder.http_series(tags);
  thread.recorder.add_request(series, {.blocked = 9, .sending = 1, .waiting = 20, .receiving = 3},
                              false, at(0s));
  thread.recorder.add_request(thread.recorder.http_series(thread.tags.empty()), {.waiting = 50},
                              true, at(1s));
  const auto points = thread.recorder.take_points();
  EXPECT_EQ(points.size(), 18U);
  EXPECT_EQ(points[1].series->metric().name, "http_req_duration");
  EXPECT_EQ(points[1].value, 24);
  Collector collector(registry);
  collector.add(thread.recorder.take());
  const auto& all = std::get<TrendSink>(*collector.total(*builtins.http_req_duration));
  EXPECT_EQ(all.sum(), 74);
  const auto& expected = std::get<TrendSink>(
      *collector.total(*registry.find_sub_metric("http_req_duration{expected_response:true}")));
  EXPECT_EQ(expected.sum(), 24);
  EXPECT_EQ(std::get<RateSink>(*collector.total(*builtins.http_req_failed)).rate(), 0.5);
  EXPECT_EQ(std::get<CounterSink>(*collector.total(*builtins.http_reqs)).sum(), 2);
  EXPECT_EQ(collector.total(*builtins.iterations), nullptr);
}

TEST(Recorder, LeavesTheJudgementOut) {
  Registry registry;
  const Builtins builtins(registry);
  Thread thread(registry, builtins);
  thread.recorder.add_request(thread.recorder.http_series(thread.tags.empty()), {}, std::nullopt,
                              at(0s));
  Collector collector(registry);
  collector.add(thread.recorder.take());
  EXPECT_EQ(collector.total(*builtins.http_req_failed), nullptr);
  EXPECT_NE(collector.total(*builtins.http_reqs), nullptr);
}

TEST(Recorder, PassesOverWhatIsNoNumber) {
  Registry registry;
  const Builtins builtins(registry);
  Thread thread(registry, builtins);
  auto* series = thread.recorder.series(*builtins.http_reqs, thread.tags.empty());
  EXPECT_FALSE(thread.recorder.add(series, std::nan(""), at(0s)));
  EXPECT_FALSE(thread.recorder.add(series, INFINITY, at(0s)));
  EXPECT_TRUE(thread.recorder.take().totals.empty());
}

TEST(Recorder, KeepsARecordOfEverySecond) {
  Registry registry;
  const Builtins builtins(registry);
  Thread thread(registry, builtins);
  auto& recorder = thread.recorder;
  const auto* none = thread.tags.empty();
  for (int i = 0; i < 30; ++i)
    recorder.add_request(recorder.http_series(none), {.waiting = 10.0 + i}, i % 3 == 0,
                         at(i * 100ms));
  recorder.add(recorder.series(*builtins.vus, none), 5, at(500ms));
  recorder.add(recorder.series(*builtins.data_sent, none), 300, at(1500ms));
  Collector collector(registry);
  collector.add(recorder.take());
  recorder.add_request(recorder.http_series(none), {.waiting = 1}, false, at(2999ms));
  recorder.add_check(*recorder.root_group().check("ok"), recorder.series(*builtins.checks, none),
                     false, at(2999ms));
  collector.add(recorder.take());
  ASSERT_EQ(collector.seconds().size(), 3U);
  const auto& first = collector.seconds().at(1'700'000'000);
  EXPECT_EQ(first.requests, 10U);
  EXPECT_EQ(first.failed, 4U);
  EXPECT_EQ(first.vus, 5U);
  EXPECT_EQ(first.duration_sum, 145'000'000U);
  EXPECT_NEAR(quantile(first.durations, 0.5), 14.5, 0.02);
  EXPECT_EQ(collector.seconds().at(1'700'000'001).data_sent, 300U);
  const auto& last = collector.seconds().at(1'700'000'002);
  EXPECT_EQ(last.requests, 11U);
  EXPECT_EQ(count_of(last.durations), 11U);
  EXPECT_EQ(last.checks_failed, 1U);
  EXPECT_EQ(collector.root_group().checks()[0]->fails, 1U);
}

TEST(Recorder, TalliesRequestsByScenarioNameAndMethod) {
  Registry registry;
  const Builtins builtins(registry);
  Thread thread(registry, builtins);
  auto& recorder = thread.recorder;
  const auto series = [&](std::vector<Tag> tags) -> const HttpSeries& {
    return recorder.http_series(thread.tags.with_all(thread.tags.empty(), tags));
  };
  const std::vector<Tag> menu = {{"scenario", "browse"}, {"name", "menu"}, {"method", "GET"}};
  auto broken = menu;
  broken.push_back({"status", "503"});
  broken.push_back({"error_code", "1503"});
  auto odd = menu;
  odd.push_back({"status", "204"});
  recorder.add_request(series(menu), {.waiting = 10}, false, at(0s));
  recorder.add_request(series(broken), {.waiting = 30}, true, at(1s));
  recorder.add_request(series(odd), {.waiting = 20}, true, at(1s));
  recorder.add(recorder.series(*builtins.http_req_duration_intended, thread.tags.empty()), 40,
               at(1s));
  Collector collector(registry);
  collector.add(recorder.take());
  recorder.add_request(series(broken), {.waiting = 30}, true, at(1s));
  collector.add(recorder.take());
  ASSERT_EQ(collector.requests().size(), 1U);
  const auto& tally = collector.requests().begin()->second;
  EXPECT_EQ(tally.kind, (RequestKind{"browse", "menu", "GET"}));
  EXPECT_EQ(tally.requests, 4U);
  EXPECT_EQ(tally.failed, 3U);
  EXPECT_EQ(tally.duration_sum, 90'000'000U);
  EXPECT_NEAR(quantile(tally.durations, 0), 10, 0.02);
  const auto& second = collector.seconds().at(1'700'000'001);
  using Counts = std::vector<std::pair<std::uint32_t, std::uint64_t>>;
  EXPECT_EQ(second.failures, (Counts{{204, 1}, {1503, 2}}));
  EXPECT_NEAR(quantile(second.intended, 0.5), 40, 0.05);
}

TEST(Recorder, CountsKindsOfRequestsBeyondALimitTogether) {
  Registry registry;
  const Builtins builtins(registry);
  Thread thread(registry, builtins);
  Collector collector(registry);
  for (std::size_t i = 0; i < kMostRequestKinds + 5; ++i) {
    const auto name = std::to_string(i);
    const std::vector<Tag> tags = {{"name", name}};
    thread.recorder.add_request(
        thread.recorder.http_series(thread.tags.with_all(thread.tags.empty(), tags)), {}, false,
        at(0s));
  }
  collector.add(thread.recorder.take());
  EXPECT_EQ(collector.requests().size(), kMostRequestKinds + 1);
  EXPECT_EQ(collector.requests().at({"", std::string(kOverflowValue), ""}).requests, 5U);
}

TEST(Recorder, CountsWhatWentIntoOverflow) {
  Registry registry;
  const Builtins builtins(registry);
  TagStore tags({.values_of_a_key = 3, .sets = 100});
  Recorder recorder(registry, builtins, tags);
  for (int i = 0; i < 10; ++i) {
    const auto* set = tags.with(tags.empty(), "url", "/" + std::to_string(i));
    recorder.add(recorder.series(*builtins.iterations, set), 1, at(0s));
  }
  Collector collector(registry);
  collector.add(recorder.take());
  EXPECT_EQ(collector.overflow(), 7U);
  EXPECT_EQ(std::get<CounterSink>(*collector.total(*builtins.iterations)).sum(), 10);
}

// Threads that give their deltas now and then are together what one recorder would have been.
TEST(Collector, MakesOneOfManyThreads) {
  constexpr int kSamples = 60'000;
  for (const int factor : {1, 3}) {  // below and above the limit of exact samples
    Registry registry;
    const Builtins builtins(registry);
    Thread single(registry, builtins);
    std::array<std::vector<Delta>, 3> deltas;
    const auto value_of = [](int i) { return std::fmod(i * 7.31, 977.0); };
    const auto add = [&](Thread& thread, int i) {
      const auto* tags =
          thread.tags.with(thread.tags.empty(), "expected_response", i % 5 == 0 ? "false" : "true");
      thread.recorder.add_request(thread.recorder.http_series(tags), {.waiting = value_of(i)},
                                  i % 5 == 0, at(i * 100us));
    };
    for (int i = 0; i < kSamples * factor; ++i) add(single, i);
    std::vector<std::thread> threads;
    for (int number = 0; number < 3; ++number) {
      threads.emplace_back([&, number] {
        Thread thread(registry, builtins);
        for (int i = number; i < kSamples * factor; i += 3) {
          add(thread, i);
          if (i % 5000 == number)
            deltas[static_cast<std::size_t>(number)].push_back(thread.recorder.take());
        }
        deltas[static_cast<std::size_t>(number)].push_back(thread.recorder.take());
      });
    }
    for (auto& thread : threads) thread.join();
    Collector whole(registry), merged(registry);
    whole.add(single.recorder.take());
    for (auto& of_thread : deltas) {
      for (auto& delta : of_thread) merged.add(std::move(delta));
    }
    const auto& one = std::get<TrendSink>(*whole.total(*builtins.http_req_duration));
    const auto& many = std::get<TrendSink>(*merged.total(*builtins.http_req_duration));
    EXPECT_EQ(one.exact(), factor == 1);
    EXPECT_EQ(many.exact(), one.exact());
    EXPECT_EQ(many.sum(), one.sum());
    EXPECT_EQ(many.buckets(), one.buckets());
    EXPECT_TRUE(std::ranges::equal(many.samples(), one.samples()));
    EXPECT_EQ(merged.seconds(), whole.seconds());
  }
}

}  // namespace
}  // namespace crema::load
