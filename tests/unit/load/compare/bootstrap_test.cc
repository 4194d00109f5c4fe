// The moving-block bootstrap against what is known in closed form.
#include "crema/load/compare/bootstrap.h"

#include "load/compare/simulated_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace crema::load {
namespace {

using testing::HasSubstr;

const std::vector<Statistic> kAll{{.kind = StatisticKind::quantile, .quantile = 0.5},
                                  {.kind = StatisticKind::quantile, .quantile = 0.95},
                                  {.kind = StatisticKind::mean},
                                  {.kind = StatisticKind::throughput}};

std::vector<Estimate> estimates(const RunRecord& base, const RunRecord& fresh,
                                const BootstrapSettings& settings = {}) {
  auto result = bootstrap(base.series.front(), fresh.series.front(), 1, kAll, settings);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *result : std::vector<Estimate>(kAll.size());
}

TEST(Bootstrap, EstimatesWhatTheSamplesHave) {
  SplitMix random(7);
  RunSeries series{.name = "x"};
  std::vector<std::uint64_t> all;
  for (int second = 0; second < 40; ++second) {
    const auto some = latencies(random, 20, 0);
    series.blocks.push_back(time_block(some));
    all.insert(all.end(), some.begin(), some.end());
  }
  std::ranges::sort(all);
  double sum = 0;
  for (const auto latency : all) sum += static_cast<double>(latency);
  const auto result = bootstrap(series, series, 1, kAll, {});
  ASSERT_TRUE(result.has_value());
  const auto count = static_cast<double>(all.size());
  // Type 7 without its interpolation: samples are closer than buckets.
  const auto at = [&](double p) {
    return static_cast<double>(all[static_cast<std::size_t>(p * (count - 1))]);
  };
  EXPECT_NEAR((*result)[0].base / at(0.5), 1, 0.001);
  EXPECT_NEAR((*result)[1].base / at(0.95), 1, 0.001);
  EXPECT_NEAR((*result)[2].base / (sum / count), 1, 1e-12);
  EXPECT_DOUBLE_EQ((*result)[3].base, 200);
  for (const auto& estimate : *result) EXPECT_EQ(estimate.log_ratio, 0);
}

// The mean of blocks drawn with replacement has the variance of all blocks there are, by how many
// are drawn: numpy says 0.0057750 of the mean for these rates with blocks of five.
TEST(Bootstrap, HasTheStandardErrorOfTheMeanOfBlocks) {
  RunSeries series{.name = "x"};
  for (const std::uint64_t rate :
       {900, 1010, 950,  1100, 1005, 990,  870,  930, 1080, 1040, 960,  1010, 1000, 985,  1030,
        915, 1075, 1020, 995,  940,  1060, 1015, 970, 905,  1090, 1025, 980,  955,  1035, 1050})
    series.blocks.push_back({.requests = rate});
  RunSeries steady{.name = "x", .blocks = std::vector<TimeBlock>(30, {.requests = 1000})};
  const std::vector<Statistic> throughput{{.kind = StatisticKind::throughput}};
  const auto result =
      bootstrap(steady, series, 1, throughput, {.block_seconds = 5, .resamples = 20000});
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->front().fresh, 996.33333, 1e-4);
  EXPECT_NEAR(result->front().standard_error / 0.0057750, 1, 0.03);
  // All uncertainty is that of one run: six blocks, one and a half degrees each.
  EXPECT_NEAR(result->front().degrees_of_freedom, 9, 1e-9);
  // Student's t with 9 degrees leaves out 2.5 % beyond 2.2622.
  EXPECT_NEAR(
      (result->front().high(0.025) - result->front().log_ratio) / result->front().standard_error,
      2.2622, 1e-4);
}

TEST(Bootstrap, IsTheSameForTheSameSeedOnly) {
  const auto base = simulated_run(1, 30, 12);
  const auto fresh = simulated_run(2, 30, 12);
  const auto one = estimates(base, fresh);
  const auto again = estimates(base, fresh);
  const auto other = estimates(base, fresh, {.seed = 2});
  EXPECT_EQ(one[0].standard_error, again[0].standard_error);
  EXPECT_NE(one[0].standard_error, other[0].standard_error);
  EXPECT_NEAR(one[0].standard_error / other[0].standard_error, 1, 0.1);
}

TEST(Bootstrap, SeesASlowdownInItsSize) {
  const auto result = estimates(simulated_run(1, 60, 10), simulated_run(2, 60, 11));
  for (const auto i : {0U, 1U, 2U}) {
    EXPECT_NEAR(result[i].log_ratio, std::log(1.1), 0.015);
    EXPECT_GT(result[i].low(0.025), 0.05);
    EXPECT_LT(result[i].high(0.025), 0.15);
  }
}

// A common disturbance of blocks that stand beside each other is no uncertainty of their ratio.
TEST(Bootstrap, PairsCancelWhatDisturbsBoth) {
  SplitMix random(3);
  auto base = simulated_run(1, 0, 10);
  auto fresh = base;
  for (int block = 0; block < 40; ++block) {
    const double shift = 0.2 * normal(random);
    base.series.front().blocks.push_back(time_block(latencies(random, 10, shift)));
    fresh.series.front().blocks.push_back(time_block(latencies(random, 11, shift)));
  }
  const auto apart = estimates(base, fresh);
  const auto paired = estimates(base, fresh, {.pairing = Pairing::interleaved});
  EXPECT_EQ(apart[0].log_ratio, paired[0].log_ratio);
  EXPECT_LT(paired[0].standard_error * 3, apart[0].standard_error);
}

TEST(Bootstrap, LeavesOutTheWarmUp) {
  auto base = simulated_run(1, 40, 10);
  const auto fresh = simulated_run(2, 40, 10);
  SplitMix random(4);
  for (int second = 0; second < 5; ++second)
    base.series.front().blocks[static_cast<std::size_t>(second)] =
        time_block(latencies(random, 1000, 0));
  EXPECT_LT(estimates(base, fresh)[2].log_ratio, -1);
  EXPECT_NEAR(estimates(base, fresh, {.warm_up_seconds = 5})[2].log_ratio, 0, 0.03);
}

TEST(Bootstrap, TakesLongRunsInLargerUnits) {
  RunSeries day{.name = "x", .blocks = std::vector<TimeBlock>(86400, time_block({}))};
  SplitMix random(5);
  for (std::size_t at = 0; at < day.blocks.size(); ++at) {
    const std::vector<std::uint64_t> one{1'000'000 + random.below(1000)};
    day.blocks[at] = time_block(one);
  }
  const auto result = bootstrap(day, day, 1, kAll, {.resamples = 200});
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR((*result)[0].base / 1'000'500, 1, 0.001);
}

TEST(Bootstrap, RefusesWhatIsTooLittle) {
  const auto some = simulated_run(1, 12, 10);
  const auto result = bootstrap(some.series.front(), some.series.front(), 1, kAll, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, "compare/too-short");
  EXPECT_THAT(result.error().message, HasSubstr("12 s in the shorter run"));
  EXPECT_THAT(result.error().message, HasSubstr("20 s are needed"));

  RunSeries idle{.name = "x", .blocks = std::vector<TimeBlock>(30)};
  const auto nothing = bootstrap(idle, idle, 1, kAll, {});
  ASSERT_FALSE(nothing.has_value());
  EXPECT_EQ(nothing.error().code, "compare/no-requests");
  // A single second with requests would look certain.
  SplitMix random(1);
  idle.blocks[15] = time_block(latencies(random, 10, 0));
  EXPECT_EQ(bootstrap(idle, idle, 1, kAll, {}).has_value(), false);
}

}  // namespace
}  // namespace crema::load
