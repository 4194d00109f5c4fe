// Metrics by name, sub-metrics by their tags.
#include "crema/load/metrics/metric.h"

#include "crema/load/metrics/tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace crema::load {
namespace {

TEST(Registry, GivesTheSameMetricForTheSameNameAndType) {
  Registry registry;
  const auto first = registry.declare("orders", MetricType::counter);
  const auto again = registry.declare("orders", MetricType::counter, ValueType::time);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(*first, *again);
  EXPECT_EQ((*again)->contains, ValueType::number);
  const auto other = registry.declare("orders", MetricType::trend);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "load/metric-type");
  EXPECT_THAT(other.error().message, ::testing::HasSubstr("counter already"));
}

TEST(Registry, HoldsNamesToTheRule) {
  Registry registry;
  for (const auto& name : std::vector<std::string>{"ab", "_a", "A9_", std::string(129, 'x')})
    EXPECT_TRUE(registry.declare(name, MetricType::gauge)) << name;
  for (const auto& name :
       std::vector<std::string>{"", "a", "9a", "a-b", "a b", "é1", "a{b}", std::string(130, 'x')}) {
    const auto made = registry.declare(name, MetricType::gauge);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, "load/metric-name");
  }
}

TEST(Registry, DeclaresOnManyThreads) {
  Registry registry;
  const Builtins builtins(registry);
  const std::size_t before = registry.metrics().size();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const auto made = registry.declare("m_" + std::to_string(i), MetricType::rate);
        if (!made || registry.find((*made)->name) != *made) std::abort();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto metrics = registry.metrics();
  EXPECT_EQ(metrics.size(), before + 200U);
  for (std::size_t i = 0; i < metrics.size(); ++i) EXPECT_EQ(metrics[i]->id, i);
}

TEST(Registry, KnowsTheBuiltInOnes) {
  Registry registry;
  const Builtins builtins(registry);
  EXPECT_EQ(builtins.data_sent->contains, ValueType::data);
  EXPECT_EQ(builtins.http_req_duration->type, MetricType::trend);
  EXPECT_EQ(registry.find("grpc_streams_msgs_sent"), builtins.grpc_streams_msgs_sent);
  EXPECT_NE(registry.find_sub_metric("http_req_duration{expected_response:true}"), nullptr);
  EXPECT_EQ(registry.find("nothing"), nullptr);
}

TEST(SubMetrics, MatchTagsThatAreAllThere) {
  Registry registry;
  const Builtins builtins(registry);
  TagStore tags;
  const auto* set = tags.with(tags.with(tags.empty(), "group", "::API Gateway"), "kind", "slow");
  struct Case {
    std::string name;
    bool matches;
  };
  for (const auto& [name, matches] : std::vector<Case>{
           {"checks{kind:slow}", true},
           {"checks{kind:fast}", false},
           {"checks{group:::API Gateway}", true},
           {"checks{ kind : \"slow\" , 'group':::API Gateway}", true},
           {"checks{kind:slow,group:::other}", false},
           {"checks{none:}", true},
           {"checks{none:x}", false},
       }) {
    const auto sub = registry.declare_sub_metric(name);
    ASSERT_TRUE(sub) << name;
    EXPECT_EQ((*sub)->matches(*set), matches) << name;
    EXPECT_EQ(*registry.declare_sub_metric(name), *sub);
  }
  EXPECT_EQ(registry.sub_metrics(*builtins.checks).size(), 7U);
}

TEST(SubMetrics, SayWhatIsWrongWithThem) {
  Registry registry;
  const Builtins builtins(registry);
  for (const auto& [name, code] : std::vector<std::pair<std::string, std::string>>{
           {"checks", "load/sub-metric"},
           {"checks{a:b", "load/sub-metric"},
           {"checks{}", "load/sub-metric"},
           {"checks{a}", "load/sub-metric"},
           {"checks{:a}", "load/sub-metric"},
           {"checks{a:b,}", "load/sub-metric"},
           {"nothing{a:b}", "load/unknown-metric"},
       }) {
    const auto made = registry.declare_sub_metric(name);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, code) << name;
    EXPECT_FALSE(made.error().hint.empty());
  }
}

}  // namespace
}  // namespace crema::load
