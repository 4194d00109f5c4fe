// Verdicts on runs whose truth is known, and their text.
#include "crema/load/compare/verdict.h"

#include "load/compare/simulated_run.h"
#include "metric_change.h"

#include "crema/load/compare/verdict_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace crema::load {
namespace {

using testing::HasSubstr;

RunComparison compared(const RunRecord& base, const RunRecord& fresh,
                       const CompareSettings& settings = {}) {
  auto result = compare_runs(base, fresh, settings);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *result : RunComparison{};
}

Verdict verdict_of(const RunComparison& comparison, CompareMetric metric) {
  const auto found = std::ranges::find(comparison.metrics, metric, &MetricVerdict::metric);
  return found == comparison.metrics.end() ? Verdict::invalid : found->verdict;
}

TEST(CompareRuns, IsFineForTheSameServer) {
  const auto comparison = compared(simulated_run(1, 120, 10), simulated_run(2, 120, 10));
  EXPECT_EQ(comparison.verdict, Verdict::fine) << comparison_text(comparison);
  EXPECT_EQ(comparison.metrics.size(), 5U);
  for (const auto& metric : comparison.metrics) {
    EXPECT_LE(metric.low, metric.change);
    EXPECT_GE(metric.high, metric.change);
  }
}

TEST(CompareRuns, FindsASlowdown) {
  const auto comparison = compared(simulated_run(1, 60, 10), simulated_run(2, 60, 11.5));
  EXPECT_EQ(comparison.verdict, Verdict::regression);
  EXPECT_EQ(verdict_of(comparison, CompareMetric::p50), Verdict::regression);
  EXPECT_EQ(verdict_of(comparison, CompareMetric::throughput), Verdict::fine);
  EXPECT_GT(comparison.metrics[0].low, 0.05);
  EXPECT_NEAR(comparison.metrics[0].change, 0.15, 0.02);
}

TEST(CompareRuns, SaysThatItGotBetter) {
  const auto comparison = compared(simulated_run(1, 60, 10), simulated_run(2, 60, 8));
  EXPECT_EQ(comparison.verdict, Verdict::improvement);
  EXPECT_EQ(verdict_of(comparison, CompareMetric::p50), Verdict::improvement);
}

TEST(CompareRuns, IsInconclusiveWhereTheChangeIsTheMargin) {
  const auto settings = CompareSettings{.metrics = {{.metric = CompareMetric::p50}}};
  const auto comparison = compared(simulated_run(1, 40, 10), simulated_run(2, 40, 10.5), settings);
  EXPECT_EQ(comparison.verdict, Verdict::inconclusive);
  EXPECT_FALSE(comparison.metrics[0].why.empty());
}

TEST(CompareRuns, CountsLessThroughputAsWorse) {
  auto base = simulated_run(1, 60, 10);
  auto fresh = simulated_run(2, 60, 10);
  for (auto& block : fresh.series.front().blocks) block.requests = 150;
  const auto settings = CompareSettings{.metrics = {{.metric = CompareMetric::throughput}}};
  const auto slower = compared(base, fresh, settings);
  EXPECT_EQ(slower.verdict, Verdict::regression);
  EXPECT_NEAR(slower.metrics[0].change, -0.25, 1e-9);
  EXPECT_EQ(compared(fresh, base, settings).verdict, Verdict::improvement);
}

TEST(CompareRuns, ComparesErrorsByPercentagePoints) {
  const auto settings =
      CompareSettings{.metrics = {{.metric = CompareMetric::errors, .margin = 0.001}}};
  // 12,000 requests each: half a percent more of them fail.
  const auto worse = compared(simulated_run(1, 60, 10, 0), simulated_run(2, 60, 10, 1), settings);
  EXPECT_EQ(worse.verdict, Verdict::regression);
  EXPECT_DOUBLE_EQ(worse.metrics[0].change, 0.005);
  EXPECT_EQ(compared(simulated_run(1, 60, 10, 1), simulated_run(2, 60, 10, 0), settings).verdict,
            Verdict::improvement);
  EXPECT_EQ(compared(simulated_run(1, 60, 10, 0), simulated_run(2, 60, 10, 0), settings).verdict,
            Verdict::fine);
  // Few requests cannot exclude a tenth of a percentage point.
  const auto few = compared(simulated_run(1, 1, 10, 0), simulated_run(2, 1, 10, 0), settings);
  EXPECT_EQ(few.verdict, Verdict::inconclusive);
}

// A p-value is the tail at which the interval just touches the margin.
TEST(MetricChange, HasPValuesThatAreItsIntervals) {
  const Estimate estimate{.base = 1,
                          .fresh = 1.1,
                          .log_ratio = std::log(1.1),
                          .standard_error = 0.02,
                          .degrees_of_freedom = 12};
  const std::vector<MetricChange> changes{
      {CompareMetric::p50, 0.05, estimate},
      {CompareMetric::throughput, 0.05,
       Estimate{.log_ratio = std::log(0.9), .standard_error = 0.02, .degrees_of_freedom = 12}},
      {CompareMetric::errors, 0.001, ProportionChange{.base = {10, 10000}, .fresh = {40, 10000}}}};
  for (const auto& change : changes) {
    const auto p_value = change.p_regression();
    EXPECT_GT(p_value, 0);
    EXPECT_LT(p_value, 0.05);
    EXPECT_NEAR(change.low(p_value), change.worse_margin(), 1e-6);
  }
}

// Of a hundred metrics without a change none may be called worse.
TEST(CompareRuns, CorrectsForManyMetrics) {
  auto base = simulated_run(1, 30, 10);
  auto fresh = simulated_run(2, 30, 10.5);
  CompareSettings settings{.metrics = {}};
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto name = "series " + std::to_string(i);
    auto one = simulated_run(100 + i, 30, 10).series.front();
    auto other = simulated_run(200 + i, 30, 10.5).series.front();
    one.name = other.name = name;
    base.series.push_back(one);
    fresh.series.push_back(other);
    settings.metrics.push_back({.metric = CompareMetric::p50, .series = name});
    settings.metrics.push_back({.metric = CompareMetric::p95, .series = name});
  }
  const auto comparison = compared(base, fresh, settings);
  EXPECT_EQ(std::ranges::count(comparison.metrics, Verdict::regression, &MetricVerdict::verdict),
            0);
  EXPECT_EQ(comparison.metrics[7].series, "series 3");
  EXPECT_EQ(comparison.remarks,
            std::vector<std::string>{"1 more series of both runs are not declared"});
}

TEST(CompareRuns, NeverComparesAnInvalidRunInSilence) {
  auto fresh = simulated_run(2, 60, 10);
  fresh.facts.generator_cpu_share = 0.95;
  const auto comparison = compared(simulated_run(1, 60, 10), fresh);
  EXPECT_EQ(comparison.verdict, Verdict::invalid);
  EXPECT_FALSE(next_length(comparison, {.looks = 3}).has_value());
  for (const auto& text : {comparison_text(comparison), comparison_markdown(comparison)}) {
    EXPECT_THAT(text, HasSubstr("cannot be compared"));
    EXPECT_THAT(text, HasSubstr("new run: the load generator used 95 % of its CPU time"));
  }
}

TEST(CompareRuns, RefusesWhatMakesNoSense) {
  const auto run = simulated_run(1, 30, 10);
  const auto code = [&](const CompareSettings& settings) {
    const auto result = compare_runs(run, run, settings);
    return result ? "" : result.error().code;
  };
  EXPECT_EQ(code({.metrics = {}}), "compare/settings");
  EXPECT_EQ(code({.metrics = {{.margin = 0}}}), "compare/settings");
  EXPECT_EQ(code({.metrics = {{.metric = CompareMetric::throughput, .margin = 1}}}),
            "compare/settings");
  EXPECT_EQ(code({.confidence = 1}), "compare/settings");
  EXPECT_EQ(code({.looks = 2, .look = 3}), "compare/settings");
  EXPECT_EQ(code({.bootstrap = {.warm_up_seconds = std::nan("")}}), "compare/settings");
  EXPECT_EQ(code({.metrics = {{.series = "other"}}}), "compare/no-series");
  auto other = run;
  other.block_seconds = 5;
  EXPECT_EQ(compare_runs(run, other, {}).error().code, "compare/blocks");
}

TEST(CompareRuns, IsInconclusiveWhereThereIsTooLittle) {
  const auto comparison = compared(simulated_run(1, 10, 10), simulated_run(2, 10, 10));
  EXPECT_EQ(verdict_of(comparison, CompareMetric::p50), Verdict::inconclusive);
  EXPECT_THAT(comparison.metrics[0].why, HasSubstr("20 s are needed"));
}

TEST(NextLength, GrowsToTheLimitAndNoFurther) {
  CompareSettings settings{.looks = 3, .limit_seconds = 100};
  RunComparison comparison{.metrics = {{.verdict = Verdict::inconclusive, .more_seconds = 40}},
                           .base_seconds = 30,
                           .fresh_seconds = 31};
  EXPECT_EQ(next_length(comparison, settings), 80);
  comparison.metrics[0].more_seconds = 1;
  EXPECT_EQ(next_length(comparison, settings), 45);
  comparison.metrics[0].more_seconds = std::nullopt;
  EXPECT_EQ(next_length(comparison, settings), 100);
  comparison.metrics[0].too_noisy = true;
  EXPECT_EQ(next_length(comparison, settings), std::nullopt);
  comparison.metrics[0] = {.verdict = Verdict::inconclusive, .more_seconds = 1};
  settings.look = 2;
  EXPECT_EQ(next_length(comparison, settings), 100);
  settings.look = 3;
  EXPECT_EQ(next_length(comparison, settings), std::nullopt);
}

RunComparison example() {
  return {.metrics = {{.series = "http_req_duration",
                       .metric = CompareMetric::p50,
                       .base = 12.5e6,
                       .fresh = 14e6,
                       .change = 0.12,
                       .low = 0.0823,
                       .high = 0.151,
                       .margin = 0.05,
                       .verdict = Verdict::regression},
                      {.series = "http_req_duration",
                       .metric = CompareMetric::p99,
                       .base = 0.9e6,
                       .fresh = 1.2e9,
                       .change = 0.031,
                       .low = -0.02,
                       .high = 0.08,
                       .margin = 0.05,
                       .verdict = Verdict::inconclusive,
                       .more_seconds = 40,
                       .why = "40 s more of both runs should decide"},
                      {.series = "http_req_duration",
                       .metric = CompareMetric::errors,
                       .base = 0.0012,
                       .fresh = 0.0012,
                       .change = 0,
                       .low = -0.0002,
                       .high = 0.0002,
                       .margin = 0.001,
                       .verdict = Verdict::fine}},
          .verdict = Verdict::regression,
          .base_seconds = 55,
          .fresh_seconds = 55,
          .warm_up_seconds = 5,
          .confidence = 0.95,
          .looks = 3,
          .look = 1,
          .remarks = {"`a|b` is in the base only"}};
}

TEST(ComparisonText, IsATable) {
  EXPECT_EQ(comparison_text(example()),
            "http_req_duration\n"
            "metric     base     new    change             interval  margin  verdict\n"
            "p50     12.5 ms   14 ms   +12.0 %      +8.2 to +15.1 %     5 %  regression\n"
            "p99      900 us   1.2 s    +3.1 %       -2.0 to +8.0 %     5 %  inconclusive\n"
            "errors   0.12 %  0.12 %  0.000 pp  -0.020 to +0.020 pp  0.1 pp  fine\n"
            "\n"
            "55 s of the base and 55 s of the new run, 5 s of warm-up left out; 95 % confidence "
            "over all 3 metrics, look 1 of 3.\n"
            "- p99 of `http_req_duration`: 40 s more of both runs should decide\n"
            "- `a|b` is in the base only\n"
            "Regression: 1 of 3 metrics got worse by more than their margin\n");
}

TEST(ComparisonText, IsMarkdown) {
  const auto text = comparison_markdown(example());
  EXPECT_THAT(text, HasSubstr("### Regression: 1 of 3 metrics"));
  EXPECT_THAT(text, HasSubstr("| http_req_duration | p50 | 12.5 ms | 14 ms | +12.0 % | "
                              "+8.2 to +15.1 % | 5 % | regression |\n"));
  EXPECT_THAT(text, HasSubstr("- `a\\|b` is in the base only\n"));
}

TEST(ComparisonText, IsJson) {
  const auto json = nlohmann::json::parse(comparison_json(example()));
  EXPECT_EQ(json["verdict"], "regression");
  EXPECT_EQ(json["warm_up_seconds"], 5);
  EXPECT_EQ(json["metrics"][0]["base"], 12.5);
  EXPECT_EQ(json["metrics"][0]["low"], 0.0823);
  EXPECT_EQ(json["metrics"][1]["more_seconds"], 40);
  EXPECT_EQ(json["metrics"][2]["verdict"], "fine");
  EXPECT_TRUE(json["invalid"]["base"].empty());
}

TEST(CompareMetric, IsNamedBothWays) {
  for (const auto metric : {CompareMetric::p50, CompareMetric::p95, CompareMetric::p99,
                            CompareMetric::mean, CompareMetric::throughput, CompareMetric::errors})
    EXPECT_EQ(compare_metric(to_text(metric)), metric);
  EXPECT_FALSE(compare_metric("p42").has_value());
}

}  // namespace
}  // namespace crema::load
