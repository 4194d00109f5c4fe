#include "crema/load/metrics/threshold.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <variant>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

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

Diagnostic fault(std::string_view metric, std::string_view what) {
  auto error = make_error("load/threshold",
                          fmt::format("the thresholds of `{}` cannot be read: {}", metric, what));
  error.hint =
      "write a list of expressions, or of {threshold: \"...\", abortOnFail: true, "
      "delayAbortEval: \"10s\"}";
  return error;
}

Result<ThresholdOption> read_option(std::string_view metric, const Json& json,
                                    const DurationReader& duration) {
  if (json.is_string()) return ThresholdOption{.expression = json.get<std::string>()};
  if (!json.is_object()) return fault(metric, "an entry is neither a text nor an object");
  ThresholdOption option;
  const auto text = json.find("threshold");
  if (text == json.end() || !text->is_string())
    return fault(metric, "an object has no text `threshold`");
  option.expression = text->get<std::string>();
  if (const auto abort = json.find("abortOnFail"); abort != json.end() && !abort->is_null()) {
    if (!abort->is_boolean()) return fault(metric, "`abortOnFail` is not true or false");
    option.abort_on_fail = abort->get<bool>();
  }
  const auto delay = json.find("delayAbortEval");
  if (delay == json.end() || delay->is_null()) return option;
  if (delay->is_string()) {
    option.delay_abort_eval = CREMA_TRY(duration(delay->get<std::string>()));
  } else if (delay->is_number() && delay->get<double>() >= 0 && delay->get<double>() < 1e12) {
    option.delay_abort_eval =
        std::chrono::nanoseconds(static_cast<std::int64_t>(delay->get<double>() * 1e6));
  } else {
    return fault(metric, "`delayAbortEval` is not a duration");
  }
  return option;
}

}  // namespace

Result<ThresholdOptions> read_thresholds(const Json& json, const DurationReader& duration) {
  ThresholdOptions options;
  if (json.is_null()) return options;
  if (!json.is_object()) return fault("options.thresholds", "it is not an object");
  for (const auto& [metric, list] : json.items()) {
    if (!list.is_array()) return fault(metric, "it is not a list");
    std::vector<ThresholdOption> of_metric;
    for (const Json& entry : list)
      of_metric.push_back(CREMA_TRY(read_option(metric, entry, duration)));
    options.emplace_back(metric, std::move(of_metric));
  }
  return options;
}

bool Thresholds::OfMetric::passed() const {
  return std::ranges::all_of(conditions, &Condition::passed);
}

namespace {

Result<Thresholds::OfMetric> resolve(Registry& registry, const std::string& name,
                                     const std::vector<ThresholdOption>& options) {
  Thresholds::OfMetric made;
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

Result<Thresholds> Thresholds::create(Registry& registry, const ThresholdOptions& options) {
  Thresholds made;
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

Thresholds::Crossed Thresholds::evaluate(const Collector& collector,
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

const Thresholds::OfMetric* Thresholds::find(std::string_view name) const {
  const auto found = std::ranges::find(metrics_, name, &OfMetric::name);
  return found == metrics_.end() ? nullptr : &*found;
}

}  // namespace crema::load
