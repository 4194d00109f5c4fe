#include "crema/load/compare/verdict.h"

#include "metric_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace crema::load {
namespace {

constexpr std::uint32_t kMostLooks = 16;
constexpr std::array<std::pair<CompareMetric, std::string_view>, 6> kMetrics{{
    {CompareMetric::p50, "p50"},
    {CompareMetric::p95, "p95"},
    {CompareMetric::p99, "p99"},
    {CompareMetric::mean, "mean"},
    {CompareMetric::throughput, "throughput"},
    {CompareMetric::errors, "errors"},
}};

std::optional<Statistic> statistic_of(CompareMetric metric) {
  switch (metric) {
    case CompareMetric::p50:
      return Statistic{.kind = StatisticKind::quantile, .quantile = 0.5};
    case CompareMetric::p95:
      return Statistic{.kind = StatisticKind::quantile, .quantile = 0.95};
    case CompareMetric::p99:
      return Statistic{.kind = StatisticKind::quantile, .quantile = 0.99};
    case CompareMetric::mean:
      return Statistic{.kind = StatisticKind::mean};
    case CompareMetric::throughput:
      return Statistic{.kind = StatisticKind::throughput};
    case CompareMetric::errors:
      return std::nullopt;
  }
  return std::nullopt;
}

auto bad_setting(std::string message) { return fail("compare/settings", std::move(message)); }

Result<> check_settings(const CompareSettings& settings) {
  const auto& bootstrap = settings.bootstrap;
  if (settings.metrics.empty()) return bad_setting("no metric is declared");
  for (const auto& declared : settings.metrics) {
    const bool whole = declared.metric == CompareMetric::throughput;
    if (!(declared.margin > 0 && declared.margin < (whole ? 1 : 100))) {
      return bad_setting(fmt::format("the margin of {} is {:g}, it must be above 0 and below {}",
                                     to_text(declared.metric), declared.margin, whole ? 1 : 100));
    }
  }
  if (!(settings.confidence > 0 && settings.confidence < 1))
    return bad_setting(
        fmt::format("a confidence of {:g} is not between 0 and 1", settings.confidence));
  if (settings.look == 0 || settings.look > settings.looks || settings.looks > kMostLooks) {
    return bad_setting(
        fmt::format("look {} of {} is none of 1 to {}", settings.look, settings.looks, kMostLooks));
  }
  if (!(bootstrap.block_seconds >= 0 && bootstrap.block_seconds <= 1e6))
    return bad_setting("the length of blocks cannot be negative");
  if (!(bootstrap.warm_up_seconds >= 0 && bootstrap.warm_up_seconds <= 1e6))
    return bad_setting("the warm-up cannot be negative");
  if (bootstrap.resamples < 100 || bootstrap.resamples > 1'000'000)
    return bad_setting("resamples must be from 100 to 1,000,000");
  return {};
}

// A declared metric, and what the runs tell of it: nothing yet, a change, or why there is none.
struct Row {
  DeclaredMetric declared;
  const RunSeries* base = nullptr;
  const RunSeries* fresh = nullptr;
  std::optional<MetricChange> change;
  std::string why;
};

Result<std::vector<Row>> rows_of(const RunRecord& base, const RunRecord& fresh,
                                 const CompareSettings& settings) {
  if (base.series.empty()) return fail("compare/no-series", "the base has no series");
  std::vector<Row> rows;
  for (const auto& declared : settings.metrics) {
    const auto& name = declared.series.empty() ? base.series.front().name : declared.series;
    const auto* from = base.find(name);
    const auto* to = fresh.find(name);
    if (from == nullptr || to == nullptr) {
      return fail("compare/no-series", fmt::format("the {} run has no series `{}`",
                                                   from == nullptr ? "base" : "new", name));
    }
    rows.push_back({.declared = declared, .base = from, .fresh = to});
    rows.back().declared.series = name;
  }
  return rows;
}

// The rows of one series, estimated together: they share their resamples.
void estimate_series(std::span<Row* const> rows, double block_seconds,
                     const CompareSettings& settings) {
  std::vector<Row*> of_time;
  std::vector<Statistic> statistics;
  for (auto* row : rows) {
    if (const auto statistic = statistic_of(row->declared.metric)) {
      of_time.push_back(row);
      statistics.push_back(*statistic);
      continue;
    }
    row->change = MetricChange{
        .metric = row->declared.metric,
        .margin = row->declared.margin,
        .evidence = failure_change(*row->base, *row->fresh, block_seconds, settings.bootstrap)};
  }
  if (of_time.empty()) return;
  const auto& first = *of_time.front();
  auto estimates =
      bootstrap(*first.base, *first.fresh, block_seconds, statistics, settings.bootstrap);
  for (std::size_t i = 0; i < of_time.size(); ++i) {
    if (!estimates) {
      of_time[i]->why = estimates.error().message;
      continue;
    }
    of_time[i]->change = MetricChange{.metric = of_time[i]->declared.metric,
                                      .margin = of_time[i]->declared.margin,
                                      .evidence = (*estimates)[i]};
  }
}

void estimate(std::vector<Row>& rows, double block_seconds, const CompareSettings& settings) {
  std::map<const RunSeries*, std::vector<Row*>> of_series;
  for (auto& row : rows) of_series[row.base].push_back(&row);
  for (const auto& [series, some] : of_series) estimate_series(some, block_seconds, settings);
}

// What this look may spend of the errors: each has twice the share of the one before.
double tail_of(const CompareSettings& settings) {
  const auto share = [](std::uint32_t look) { return static_cast<double>(1U << look); };
  return (1 - settings.confidence) / 2 * share(settings.look - 1) / (share(settings.looks) - 1);
}

// Holm (Scandinavian Journal of Statistics 6, 1979): the tail left to each hypothesis when they are
// tried from the most certain on, until one does not hold; the others keep what that one had.
std::vector<double> holm_tails(const std::vector<double>& p_values, double tail) {
  std::vector<std::pair<double, std::size_t>> order;
  for (const double p_value : p_values) order.emplace_back(p_value, order.size());
  std::ranges::sort(order);
  std::vector<double> tails(p_values.size());
  double left = 0;
  bool all_held = true;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    if (all_held) left = tail / static_cast<double>(order.size() - rank);
    tails[order[rank].second] = left;
    all_held = all_held && order[rank].first <= left;
  }
  return tails;
}

// The half of the interval that reaches over the margin.
double width_over_margin(const MetricChange& change, double regression_tail, double fine_tail) {
  return change.worse() < change.worse_margin() ? change.high(fine_tail) - change.worse()
                                                : change.worse() - change.low(regression_tail);
}

// What would decide: an interval's width falls with the square root of the time.
void explain(MetricVerdict& metric, const MetricChange& change, double seconds, double width,
             double limit) {
  const double distance = std::abs(change.worse_margin() - change.worse());
  const double times = distance > 0 ? width / distance : std::numeric_limits<double>::infinity();
  const double needed = seconds * times * times;
  const double width_at_limit = width * std::sqrt(seconds / std::max(limit, seconds));
  if (needed <= limit) {
    metric.more_seconds = std::ceil(std::max(1.0, needed - seconds));
    metric.why = fmt::format("{:g} s more of both runs should decide", *metric.more_seconds);
  } else if (width_at_limit > change.worse_margin()) {
    metric.too_noisy = true;
    metric.why =
        fmt::format("it varies too much for this margin: even {:g} s leave +-{:.2g} {}", limit,
                    width_at_limit * 100, change.metric == CompareMetric::errors ? "pp" : "%");
  } else {
    metric.why =
        fmt::format("the change is about as large as the margin: {:g} s may not decide", limit);
  }
}

MetricVerdict verdict_of(const Row& row, double regression_tail, double improvement_tail,
                         double fine_tail, double seconds, double limit) {
  MetricVerdict metric{.series = row.declared.series,
                       .metric = row.declared.metric,
                       .margin = row.declared.margin,
                       .why = row.why};
  if (!row.change) return metric;
  const auto& change = *row.change;
  metric.base = change.base();
  metric.fresh = change.fresh();
  metric.change = change.as_change(change.worse());
  const double low = change.low(regression_tail);
  const double high = change.high(fine_tail);
  metric.low = change.as_change(low);
  metric.high = change.as_change(high);
  if (metric.low > metric.high) std::swap(metric.low, metric.high);
  if (low > change.worse_margin())
    metric.verdict = Verdict::regression;
  else if (change.high(improvement_tail) < change.better_margin())
    metric.verdict = Verdict::improvement;
  else if (high < change.worse_margin())
    metric.verdict = Verdict::fine;
  else
    explain(metric, change, seconds, width_over_margin(change, regression_tail, fine_tail), limit);
  return metric;
}

Verdict overall(const RunComparison& comparison) {
  if (!comparison.base_breaches.empty() || !comparison.fresh_breaches.empty() ||
      !comparison.pair_breaches.empty())
    return Verdict::invalid;
  return std::ranges::max(comparison.metrics, {}, &MetricVerdict::verdict).verdict;
}

double seconds_of(const RunSeries& series, double block_seconds, double warm_up) {
  return std::max(0.0, static_cast<double>(series.blocks.size()) * block_seconds - warm_up);
}

std::vector<std::string> remarks_of(const RunRecord& base, const RunRecord& fresh,
                                    const RunComparison& comparison) {
  std::set<std::string_view> in_fresh;
  std::set<std::string_view> compared;
  for (const auto& series : fresh.series) in_fresh.insert(series.name);
  for (const auto& metric : comparison.metrics) compared.insert(metric.series);
  std::vector<std::string> remarks;
  std::size_t undeclared = 0;
  for (const auto& series : base.series) {
    if (in_fresh.erase(series.name) == 0)
      remarks.push_back(fmt::format("`{}` is in the base only", series.name));
    else if (!compared.contains(series.name))
      ++undeclared;
  }
  for (const auto& name : in_fresh)
    remarks.push_back(fmt::format("`{}` is in the new run only", name));
  if (undeclared > 0)
    remarks.push_back(fmt::format("{} more series of both runs are not declared", undeclared));
  return remarks;
}

}  // namespace

std::string_view to_text(CompareMetric metric) {
  return std::ranges::find(kMetrics, metric, &std::pair<CompareMetric, std::string_view>::first)
      ->second;
}

std::optional<CompareMetric> compare_metric(std::string_view name) {
  const auto* const found =
      std::ranges::find(kMetrics, name, &std::pair<CompareMetric, std::string_view>::second);
  return found == kMetrics.end() ? std::nullopt : std::optional(found->first);
}

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::fine:
      return "fine";
    case Verdict::improvement:
      return "improvement";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::regression:
      return "regression";
    case Verdict::invalid:
      return "invalid";
  }
  return "";
}

std::vector<DeclaredMetric> default_metrics() {
  return {{.metric = CompareMetric::p50},
          {.metric = CompareMetric::p95},
          {.metric = CompareMetric::p99},
          {.metric = CompareMetric::throughput},
          {.metric = CompareMetric::errors, .margin = 0.001}};
}

Result<RunComparison> compare_runs(const RunRecord& base, const RunRecord& fresh,
                                   const CompareSettings& settings) {
  CREMA_TRY(check_settings(settings));
  if (base.block_seconds != fresh.block_seconds || !(base.block_seconds > 0)) {
    return fail("compare/blocks",
                fmt::format("the base has blocks of {:g} s, the new run of {:g} s",
                            base.block_seconds, fresh.block_seconds));
  }
  auto rows = CREMA_TRY(rows_of(base, fresh, settings));
  estimate(rows, base.block_seconds, settings);

  const auto warm_up = settings.bootstrap.warm_up_seconds;
  RunComparison comparison{
      .base_breaches = check_run(base.facts, settings.guard),
      .fresh_breaches = check_run(fresh.facts, settings.guard),
      .pair_breaches = check_pair(base.facts, fresh.facts),
      .base_seconds = seconds_of(*rows.front().base, base.block_seconds, warm_up),
      .fresh_seconds = seconds_of(*rows.front().fresh, base.block_seconds, warm_up),
      .warm_up_seconds = warm_up,
      .confidence = settings.confidence,
      .looks = settings.looks,
      .look = settings.look,
      .pairing = settings.bootstrap.pairing};
  std::vector<double> regression;
  std::vector<double> improvement;
  for (const auto& row : rows) {
    regression.push_back(row.change ? row.change->p_regression() : 1);
    improvement.push_back(row.change ? row.change->p_improvement() : 1);
  }
  const double tail = tail_of(settings);
  const auto regression_tails = holm_tails(regression, tail);
  const auto improvement_tails = holm_tails(improvement, tail);
  const double seconds = std::min(comparison.base_seconds, comparison.fresh_seconds);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    comparison.metrics.push_back(verdict_of(rows[i], regression_tails[i], improvement_tails[i],
                                            tail, seconds, settings.limit_seconds));
  }
  comparison.verdict = overall(comparison);
  comparison.remarks = remarks_of(base, fresh, comparison);
  return comparison;
}

std::optional<double> next_length(const RunComparison& comparison,
                                  const CompareSettings& settings) {
  const double now = std::min(comparison.base_seconds, comparison.fresh_seconds);
  if (comparison.verdict != Verdict::inconclusive || settings.look >= settings.looks ||
      now >= settings.limit_seconds)
    return std::nullopt;
  double needed = 1.5 * now;
  bool undecided = false;
  for (const auto& metric : comparison.metrics) {
    if (metric.verdict != Verdict::inconclusive || metric.too_noisy) continue;
    undecided = true;
    // The width may grow as well as the estimate may move: a fourth more than what it asks for.
    needed = std::max(
        needed, metric.more_seconds ? now + 1.25 * *metric.more_seconds : settings.limit_seconds);
  }
  if (!undecided) return std::nullopt;
  // After the last look nothing can be added: it must not fall short.
  if (settings.look + 1 == settings.looks) return settings.limit_seconds;
  return std::min(needed, settings.limit_seconds);
}

}  // namespace crema::load
