// Shards take equally long, and every test is in one of them.
#include "crema/testing/sharding.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace crema::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// How long each shard takes, by the times that are known; tests nobody knew count nothing.
std::vector<nanoseconds> loads_of(const std::vector<std::vector<ShardPart>>& shards,
                                  const SuiteTimes& times) {
  std::vector<nanoseconds> loads;
  for (const auto& shard : shards) {
    nanoseconds load{0};
    for (const auto& part : shard) {
      const auto& suite = times.at(part.suite);
      for (const auto& [test, took] : suite.tests) {
        const bool named = part.only.empty()
                               ? std::ranges::find(part.without, test) == part.without.end()
                               : std::ranges::find(part.only, test) != part.only.end();
        if (named) load += took;
      }
    }
    loads.push_back(load);
  }
  return loads;
}

TEST(Sharding, PutsEveryTestInOneShardAndDividesTimeEqually) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    SuiteTimes times;
    std::vector<std::string> suites;
    nanoseconds sum{0};
    for (int i = 0; i < 12; ++i) {
      SuiteTime suite;
      for (int j = 0; j < 15; ++j) {
        const nanoseconds took = milliseconds(10 + random() % (i == 0 ? 2000 : 300));
        suite.tests[fmt::format("Test{}", j)] = took;
        suite.duration += took;
        sum += took;
      }
      suites.push_back(fmt::format("example.org/p{}", i));
      times[suites.back()] = suite;
    }
    const auto shards = divide(suites, times, 4, true);
    ASSERT_EQ(shards.size(), 4U);
    const auto loads = loads_of(shards, times);
    nanoseconds all{0};
    for (const auto load : loads) all += load;
    EXPECT_EQ(all, sum);  // none twice, none left out
    const auto [least, most] = std::ranges::minmax(loads);
    EXPECT_LT((most - least).count(), most.count() / 10) << "round " << round;
  }
}

TEST(Sharding, GivesWhatNobodyKnewToOneShard) {
  SuiteTimes times;
  times["a"] = {.duration = milliseconds(4000),
                .tests = {{"TestX", milliseconds(2000)}, {"TestY", milliseconds(2000)}}};
  const std::vector<std::string> suites = {"a", "b", "c"};
  const auto shards = divide(suites, times, 2, true);
  int open = 0;
  for (const auto& shard : shards) {
    for (const auto& part : shard) open += part.suite == "a" && part.only.empty() ? 1 : 0;
  }
  EXPECT_EQ(open, 1);
  const auto whole = divide(suites, times, 2, false);
  for (const auto& shard : whole) {
    for (const auto& part : shard) EXPECT_TRUE(part.whole());
  }
  EXPECT_EQ(divide(suites, {}, 5, true).size(), 5U);
  EXPECT_EQ(divide(suites, times, 2, true), shards);
}

}  // namespace
}  // namespace crema::testing
