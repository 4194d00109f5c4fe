#include "summary_row.h"

#include "summary_value.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <variant>

namespace crema::load {
namespace {

struct StatName {
  std::string_view name;
  TrendStat::Kind kind;
};
constexpr std::array kStats = {
    StatName{"avg", TrendStat::Kind::average}, StatName{"min", TrendStat::Kind::minimum},
    StatName{"med", TrendStat::Kind::median},  StatName{"max", TrendStat::Kind::maximum},
    StatName{"count", TrendStat::Kind::count},
};

std::optional<TrendStat> parse_stat(const std::string& name) {
  for (const StatName& known : kStats) {
    if (known.name == name) return TrendStat{.name = name, .kind = known.kind};
  }
  if (!name.starts_with("p(") || !name.ends_with(')')) return std::nullopt;
  TrendStat made{.name = name, .kind = TrendStat::Kind::percentile};
  const char* begin = name.data() + 2;
  const char* end = name.data() + name.size() - 1;
  const auto [read, error] = std::from_chars(begin, end, made.percentile);
  if (error != std::errc() || read != end || !(made.percentile >= 0 && made.percentile <= 100))
    return std::nullopt;
  return made;
}

const Sink* empty_sink(MetricType type) {
  static const std::array<Sink, 4> empty = {CounterSink(), GaugeSink(), RateSink(), TrendSink()};
  return &empty.at(static_cast<std::size_t>(type));
}

}  // namespace

Result<std::vector<TrendStat>> parse_trend_stats(std::span<const std::string> names) {
  std::vector<TrendStat> stats;
  for (const auto& name : names) {
    auto stat = parse_stat(name);
    if (!stat) {
      auto error =
          make_error("load/trend-stat", fmt::format("`{}` is no statistic of a trend", name));
      error.hint = "use avg, min, med, max, count, or p(N) with N from 0 to 100";
      return error;
    }
    stats.push_back(std::move(*stat));
  }
  return stats;
}

std::vector<TrendStat> default_trend_stats() {
  const std::vector<std::string> names = {"avg", "min", "med", "max", "p(90)", "p(95)"};
  return *parse_trend_stats(names);
}

Result<TimeUnit> parse_time_unit(std::string_view text) {
  if (text.empty()) return TimeUnit::fitting;
  if (text == "s") return TimeUnit::seconds;
  if (text == "ms") return TimeUnit::milliseconds;
  if (text == "us") return TimeUnit::microseconds;
  auto error = make_error("load/time-unit", fmt::format("`{}` is no unit of time", text));
  error.hint = "use s, ms or us";
  return error;
}

double TrendStat::of(const TrendSink& sink) const {
  switch (kind) {
    case Kind::average:
      return sink.average();
    case Kind::minimum:
      return sink.min();
    case Kind::median:
      return sink.median();
    case Kind::maximum:
      return sink.max();
    case Kind::count:
      return static_cast<double>(sink.count());
    case Kind::percentile:
      break;
  }
  return sink.quantile(percentile / 100);
}

std::vector<SummaryRow> summary_rows(const SummaryFacts& facts) {
  std::vector<SummaryRow> rows;
  const auto add = [&](const Metric* metric, const SubMetric* sub, const Sink* sink) {
    SummaryRow row{.metric = metric, .sub = sub, .sink = sink};
    if (sink == nullptr && facts.thresholds.find(row.name()) == nullptr) return;
    if (sink == nullptr) row.sink = empty_sink(metric->type);
    rows.push_back(row);
  };
  const Registry& registry = facts.collector.registry();
  auto metrics = registry.metrics();
  std::ranges::sort(metrics, {}, &Metric::name);
  for (const Metric* metric : metrics) {
    add(metric, nullptr, facts.collector.total(*metric));
    auto subs = registry.sub_metrics(*metric);
    std::ranges::sort(subs, {}, &SubMetric::name);
    for (const SubMetric* sub : subs) add(metric, sub, facts.collector.total(*sub));
  }
  return rows;
}

double per_second(double count, const SummaryFacts& facts) {
  const double seconds = std::chrono::duration<double>(facts.duration).count();
  return seconds <= 0 ? 0 : count / seconds;
}

std::vector<std::pair<std::string, double>> values_of(const SummaryRow& row,
                                                      const SummaryFacts& facts,
                                                      const SummaryOptions& options) {
  if (const auto* counter = std::get_if<CounterSink>(row.sink))
    return {{"count", counter->sum()}, {"rate", per_second(counter->sum(), facts)}};
  if (const auto* gauge = std::get_if<GaugeSink>(row.sink))
    return {{"value", gauge->last}, {"min", gauge->min}, {"max", gauge->max}};
  if (const auto* rate = std::get_if<RateSink>(row.sink))
    return {{"rate", rate->rate()},
            {"passes", static_cast<double>(rate->trues)},
            {"fails", static_cast<double>(rate->total - rate->trues)}};
  std::vector<std::pair<std::string, double>> values;
  values.reserve(options.trend_stats.size());
  for (const auto& stat : options.trend_stats)
    values.emplace_back(stat.name, stat.of(std::get<TrendSink>(*row.sink)));
  return values;
}

}  // namespace crema::load
