// The binary form of a delta: what goes in comes out, and nothing else is believed.
#include "crema/load/metrics/delta.h"

#include "k6_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

// Every type of metric, a sub-metric, a part, a histogram, seconds, groups.
Delta full_delta(Registry& registry, const Builtins& builtins) {
  TagStore tags({.values_of_a_key = 5, .sets = 20});
  Recorder recorder(registry, builtins, tags, false, true);
  const sys::WallTime now(1'700'000'000'123'456'789ns);
  const auto* set = tags.with(tags.empty(), "expected_response", "true");
  for (int i = 0; i < 70'000; ++i)
    recorder.add_request(recorder.http_series(set), {.waiting = i * 0.37, .receiving = -0.5},
                         i % 2 == 0, now + i * 50us);
  for (int i = 0; i < 8; ++i) {
    const auto* many = tags.with(tags.empty(), "url", std::to_string(i));
    recorder.add(recorder.series(*builtins.vus, many), i, now);
    recorder.add(recorder.series(*builtins.iteration_duration, many), 0.1 * i, now);
    recorder.add(recorder.series(*builtins.http_req_duration_intended, many), 0.1 * i, now);
  }
  const auto* bought = tags.with(tags.with(tags.empty(), "scenario", "buy"), "group", "::shop");
  recorder.add(recorder.series(*builtins.checks, tags.with(bought, "check", "is, {fine}")), 1, now);
  recorder.root_group().group("outer \n ü")->group("inner")->check("deep")->passes = 7;
  recorder.root_group().check("top")->fails = 1;
  return recorder.take();
}

TEST(Delta, ComesBackAsItWas) {
  Registry registry;
  const Builtins builtins(registry);
  const auto bytes = serialise(full_delta(registry, builtins));
  Registry other;  // whose metrics have other numbers
  ASSERT_TRUE(other.declare("first_one", MetricType::trend));
  const Builtins others(other);
  auto read = parse_delta(bytes, other);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->overflow, 9U);
  EXPECT_EQ(serialise(*read), bytes);
  Collector here(registry), there(other);
  here.add(full_delta(registry, builtins));
  there.add(std::move(*read));
  EXPECT_EQ(here.seconds(), there.seconds());
  EXPECT_EQ(here.requests(), there.requests());
  EXPECT_FALSE(here.requests().empty());
  const auto& mine = std::get<TrendSink>(*here.total(*builtins.http_req_duration));
  const auto& theirs = std::get<TrendSink>(*there.total(*others.http_req_duration));
  EXPECT_EQ(mine.sum(), theirs.sum());
  EXPECT_EQ(mine.max(), theirs.max());
  EXPECT_EQ(mine.quantile(0.99), theirs.quantile(0.99));
  EXPECT_NE(there.total(*other.find_sub_metric("http_req_duration{expected_response:true}")),
            nullptr);
  const auto& [key, sink] = *there.parts().all().begin();
  EXPECT_EQ(key.part, (PartKey{"buy", "::shop", "is, {fine}"}));
  EXPECT_EQ(key.metric, others.checks);
  EXPECT_EQ(std::get<RateSink>(sink).trues, 1U);
  EXPECT_EQ(there.root_group().groups()[0]->groups()[0]->checks()[0]->passes, 7U);
}

TEST(Delta, DeclaresWhatTheReaderDoesNotHave) {
  Registry registry;
  const Builtins builtins(registry);
  TagStore tags;
  Recorder recorder(registry, builtins, tags);
  const auto made = registry.declare("orders_made", MetricType::counter, ValueType::data);
  ASSERT_TRUE(made);
  recorder.add(recorder.series(**made, tags.empty()), 2, {});
  Registry other;
  const Builtins others(other);
  ASSERT_TRUE(parse_delta(serialise(recorder.take()), other));
  ASSERT_NE(other.find("orders_made"), nullptr);
  EXPECT_EQ(other.find("orders_made")->contains, ValueType::data);
}

TEST(Delta, IsRefusedWhereverItIsCutOff) {
  Registry registry;
  const Builtins builtins(registry);
  const auto bytes = serialise(full_delta(registry, builtins));
  for (std::size_t size = 0; size < bytes.size(); size += size < 2000 ? 1 : 997) {
    const auto read = parse_delta(std::string_view(bytes).substr(0, size), registry);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, "load/delta");
  }
  EXPECT_FALSE(parse_delta(bytes + "x", registry));
}

TEST(Delta, IsRefusedWhereItLies) {
  Registry registry;
  const Builtins builtins(registry);
  const auto refused = [&](std::string bytes) {
    const auto read = parse_delta("CLMD" + bytes, registry);
    return read ? "accepted" : read.error().message;
  };
  using namespace std::string_literals;
  EXPECT_THAT(refused("\x03"s), ::testing::HasSubstr("version 3"));
  EXPECT_THAT(refused("\x02\x00\xff\xff\xff\xff\x0f"s), ::testing::HasSubstr("more than there is"));
  EXPECT_THAT(refused("\x02" + std::string(10, '\xff')), ::testing::HasSubstr("too large"));
  EXPECT_THAT(refused("\x02\x00\x01\x09\x00\x02xx\x00"s), ::testing::HasSubstr("not known"));
  // `vus` is a gauge, and no counter.
  EXPECT_THAT(refused("\x02\x00\x01\x00\x00\x03vus\x00\x01\x00\x00\x00\x00\x00"s),
              ::testing::HasSubstr("gauge already"));
  std::string deep = "\x02\x00\x00\x00\x00"s;
  for (int i = 0; i < 200; ++i) deep += "\x00\x01\x01g"s;
  EXPECT_THAT(refused(deep + "\x00\x00"s), ::testing::HasSubstr("too deeply"));
}

}  // namespace
}  // namespace crema::load
