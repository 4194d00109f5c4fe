#include "crema/load/metrics/threshold.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace crema::load {
namespace {

double seconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double aggregate(const ThresholdExpression& expression, const Sink& sink,
                 std::chrono::nanoseconds elapsed) {
  if (const auto* counter = std::get_if<CounterSink>(&sink)) {
    if (expression.aggregation == Aggregation::count) return counter->sum();
    return elapsed.count() <= 0 ? 0 : counter->sum() / seconds_of(elapsed);
  }
  if (const auto* gauge = std::get_if<GaugeSink>(&sink)) return gauge->last;
  if (const auto* rate = std::get_if<RateSink>(&sink)) return rate->rate();
  const auto& trend = std::get<TrendSink>(sink);
  switch (expression.aggregation) {
    case Aggregation::average:
      return trend.average();
    case Aggregation::minimum:
      return trend.min();
    case Aggregation::maximum:
      return trend.max();
    case Aggregation::median:
      return trend.median();
    default:
      return trend.quantile(expression.percentile / 100);
  }
}

Result<ThresholdSet::OfMetric> resolve(Registry& registry, const std::string& name,
                                       const std::vector<ThresholdRequest>& options) {
  ThresholdSet::OfMetric made;
  if (name.find_first_of("{}") != std::string::npos) {
    made.sub = CREMA_TRY(registry.declare_sub_metric(name));
    made.metric = made.sub->metric;
  } else {
    made.metric = registry.find(name);
  }
  if (made.metric == nullptr) {
    auto error =
        make_error("load/unknown-metric",
                   fmt::format("a threshold is on `{}`, and there is no such metric", name));
    error.hint = "name a built-in metric, or one that the script makes when it starts";
    return error;
  }
  for (const auto& option : options) {
    auto expression = CREMA_TRY(parse_threshold(option.expression));
    if (!supports(made.metric->type, expression.aggregation)) {
      auto error =
          make_error("load/threshold-method",
                     fmt::format("the threshold `{}` asks `{}` for what a {} does not have",
                                 option.expression, name, to_text(made.metric->type)));
      error.hint = fmt::format("use {}", supported_by(made.metric->type));
      return error;
    }
    made.conditions.push_back({.expression = std::move(expression), .option = option});
  }
  return made;
}

}  // namespace

bool ThresholdSet::OfMetric::passed() const {
  return std::ranges::all_of(conditions, &Condition::passed);
}

Result<ThresholdSet> ThresholdSet::create(Registry& registry, const ThresholdRequests& options) {
  ThresholdSet made;
  std::optional<Diagnostic> fault;
  for (const auto& [name, list] : options) {
    auto of_metric = resolve(registry, name, list);
    if (of_metric) {
      made.metrics_.push_back(std::move(*of_metric));
    } else if (!fault) {
      fault = std::move(of_metric).error();
    } else {
      fault->notes.push_back({of_metric.error().message, of_metric.error().span});
    }
  }
  if (fault) return std::move(*fault);
  std::ranges::sort(made.metrics_, {}, &OfMetric::name);
  return made;
}

ThresholdSet::Crossed ThresholdSet::evaluate(const Collector& collector,
                                             std::chrono::nanoseconds elapsed, Moment moment) {
  Crossed crossed;
  for (OfMetric& of_metric : metrics_) {
    const Sink* sink = of_metric.sub != nullptr ? collector.total(*of_metric.sub)
                                                : collector.total(*of_metric.metric);
    if (sink == nullptr && moment == Moment::running) continue;
    const Sink none = make_sink(of_metric.metric->type);
    // A share of nothing is neither good nor bad.
    const bool nothing = sink == nullptr && of_metric.metric->type == MetricType::rate;
    for (Condition& condition : of_metric.conditions) {
      condition.value = aggregate(condition.expression, sink == nullptr ? none : *sink, elapsed);
      condition.passed = nothing || condition.expression.holds(*condition.value);
      if (!condition.passed && condition.option.abort_on_fail &&
          elapsed >= condition.option.delay_abort_eval)
        crossed.abort = true;
    }
    if (!of_metric.passed()) crossed.metrics.push_back(of_metric.name());
  }
  return crossed;
}

const ThresholdSet::OfMetric* ThresholdSet::find(std::string_view name) const {
  const auto found = std::ranges::find(metrics_, name, &OfMetric::name);
  return found == metrics_.end() ? nullptr : &*found;
}

}  // namespace crema::load
