// Newcombe's interval against the table of his paper, and what clusters do to it.
#include "crema/load/compare/proportion.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

struct Case {
  Proportion base;
  Proportion fresh;
  double tail = 0;
  double low = 0;
  double high = 0;
};

// Table II of Newcombe (1998), method 10, and one of our own from scipy's Wilson intervals.
TEST(Newcombe, HasTheEndsOfThePaper) {
  for (const auto& [base, fresh, tail, low, high] : {
           Case{{48, 80}, {56, 70}, 0.025, 0.0524, 0.3339},
           Case{{3, 10}, {9, 10}, 0.025, 0.1705, 0.8090},
           Case{{0, 29}, {5, 56}, 0.025, -0.0381, 0.1926},
           Case{{0, 20}, {0, 10}, 0.025, -0.1611, 0.2775},
           Case{{0, 10}, {10, 10}, 0.025, 0.6075, 1},
           Case{{50, 100000}, {200, 100000}, 0.005, 0.0011024, 0.0019264},
       }) {
    const ProportionChange change{.base = base, .fresh = fresh};
    EXPECT_NEAR(change.low(tail), low, 0.00005) << base.events << " of " << base.trials;
    EXPECT_NEAR(change.high(tail), high, 0.00005);
  }
}

TEST(Newcombe, KnowsNothingOfNothing) {
  const ProportionChange change;
  EXPECT_EQ(change.low(0.025), -1);
  EXPECT_EQ(change.high(0.025), 1);
}

RunSeries failing(std::vector<std::uint64_t> failures) {
  RunSeries series{.name = "x"};
  for (const auto count : failures) series.blocks.push_back({.requests = 1000, .failures = count});
  return series;
}

TEST(FailureChange, CountsIndependentFailuresInFull) {
  const auto change = failure_change(failing({1, 1, 1, 1}), failing({2, 2, 2, 2}), 5, {});
  EXPECT_EQ(change.base.events, 4);
  EXPECT_EQ(change.base.trials, 4000);
  EXPECT_EQ(change.fresh.trials, 4000);
}

// All failures in one block of four: chi-squared is 3 * 8.008, with three degrees of freedom.
TEST(FailureChange, CountsClustersAsFewerRequests) {
  const auto change = failure_change(failing({8, 0, 0, 0}), failing({2, 2, 2, 2}), 5, {});
  EXPECT_NEAR(change.base.trials, 4000 / 8.016, 1);
  EXPECT_NEAR(change.base.value(), 0.002, 1e-12);
  EXPECT_EQ(change.fresh.trials, 4000);
}

TEST(FailureChange, LeavesOutTheWarmUp) {
  const auto change =
      failure_change(failing({500, 1, 1, 1}), failing({1, 1, 1, 1}), 5, {.warm_up_seconds = 5});
  EXPECT_EQ(change.base.events, 3);
}

}  // namespace
}  // namespace crema::load
