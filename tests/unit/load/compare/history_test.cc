// Change points in histories whose changes are known.
#include "crema/load/compare/history.h"

#include "load/compare/simulated_run.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

std::vector<double> around(double mean, double deviation, std::size_t runs, std::uint64_t seed) {
  SplitMix random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < runs; ++i) values.push_back(mean + deviation * normal(random));
  return values;
}

std::vector<double> operator+(std::vector<double> left, const std::vector<double>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// scipy.stats.ttest_ind says 1.465383012469687e-13 of both parts.
TEST(History, FindsAStepWithItsPValue) {
  const std::vector<double> values{100, 102, 99,  101, 100, 103, 98,  101, 100, 99,  102,
                                   100, 112, 110, 113, 111, 109, 112, 110, 114, 111, 112};
  const auto points = change_points(values);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].index, 12U);
  EXPECT_NEAR(points[0].before, 100.41666667, 1e-6);
  EXPECT_NEAR(points[0].after, 111.4, 1e-9);
  EXPECT_NEAR(points[0].p_value / 1.465383012469687e-13, 1, 1e-6);
  EXPECT_NEAR(points[0].change(), 0.10938, 1e-5);
}

TEST(History, FindsSlowerAndFasterAgainBeyondOneWindow) {
  const auto values = around(20, 0.3, 70, 1) + around(22, 0.3, 30, 2) + around(20, 0.3, 90, 3);
  const auto points = change_points(values);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].index, 70U);
  EXPECT_EQ(points[1].index, 100U);
  EXPECT_GT(points[0].change(), 0.08);
  EXPECT_LT(points[1].change(), -0.08);
}

TEST(History, FindsNothingInNoise) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    found += static_cast<int>(change_points(around(100, 3, 100, seed)).size());
  // The best of many splits is tested, so more than one in a thousand; still few in 10,000 runs.
  EXPECT_LE(found, 10);
}

TEST(History, LeavesOutSmallChanges) {
  const auto values = around(100, 0.1, 30, 1) + around(101, 0.1, 30, 2);
  EXPECT_EQ(change_points(values).size(), 1U);
  EXPECT_TRUE(change_points(values, {.smallest_change = 0.02}).empty());
}

TEST(History, HasNothingToSayOfFewRunsOrEqualOnes) {
  EXPECT_TRUE(change_points({}).empty());
  EXPECT_TRUE(change_points(std::vector<double>{1, 1, 1, 1, 9, 9, 9, 9, 9}).empty());
  EXPECT_TRUE(change_points(std::vector<double>(60, 5)).empty());
  const auto steps = std::vector<double>(20, 5) + std::vector<double>(20, 6);
  ASSERT_EQ(change_points(steps).size(), 1U);
  EXPECT_EQ(change_points(steps)[0].index, 20U);
}

TEST(History, IsTheSameEveryTimeAndQuickForYears) {
  const auto values = around(50, 1, 4000, 1) + around(54, 1, 1000, 2);
  const auto points = change_points(values);
  ASSERT_FALSE(points.empty());
  bool found = false;
  for (const auto& point : points) found = found || point.index == 4000;
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace crema::load
