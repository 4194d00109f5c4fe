// ThresholdSet: conditions on metrics that decide whether a test has passed, as k6 has them:
// `p(95)<500`, `rate>=0.99`, `count===0`.
#pragma once

#include "crema/base/result.h"
#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/metric.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

// What is computed of a metric's samples. Trends have the first five, counters count and rate (a
// second), rates rate, gauges value.
enum class Aggregation : std::uint8_t {
  average,
  minimum,
  maximum,
  median,
  percentile,
  count,
  rate,
  value,
};
enum class Comparison : std::uint8_t { less, less_equal, greater, greater_equal, equal, not_equal };

struct ThresholdExpression {
  std::string source;
  Aggregation aggregation = Aggregation::value;
  double percentile = 0;  // 0 to 100, where the aggregation is one
  Comparison comparison = Comparison::less;
  double limit = 0;

  bool holds(double value) const;
};

// One of < <= > >= == === != between an aggregation and a number. Fails with "load/threshold"; the
// place in the error counts columns of `source`.
Result<ThresholdExpression> parse_threshold(std::string_view source);
bool supports(MetricType type, Aggregation aggregation);
std::string_view supported_by(MetricType type);  // "count, rate"

// A threshold as somebody asked for it.
struct ThresholdRequest {
  std::string expression;
  bool abort_on_fail = false;
  std::chrono::nanoseconds delay_abort_eval{0};  // no abort before so much of the test has passed
};
// By metric or sub-metric, in the order of the options.
using ThresholdRequests = std::vector<std::pair<std::string, std::vector<ThresholdRequest>>>;

class ThresholdSet {
 public:
  struct Condition {
    ThresholdExpression expression;
    ThresholdRequest option;
    bool passed = true;
    std::optional<double> value;  // at the last evaluation; none before it
  };
  struct OfMetric {
    const Metric* metric = nullptr;
    const SubMetric* sub = nullptr;  // null: of the whole metric
    std::vector<Condition> conditions;

    const std::string& name() const { return sub != nullptr ? sub->name : metric->name; }
    bool passed() const;
  };
  enum class Moment : std::uint8_t { running, ended };
  struct Crossed {
    std::vector<std::string> metrics;  // with a condition that does not hold
    bool abort = false;
  };

  ThresholdSet() = default;
  // Declares the sub-metrics they need, so it must run before recorders resolve series. Fails, with
  // every fault as a note of the first, with "load/threshold", "load/unknown-metric" or
  // "load/threshold-method" (the metric's type has no such aggregation); k6 ends with 104 then.
  static Result<ThresholdSet> create(Registry& registry, const ThresholdRequests& options);

  // Every 2 s while the test runs, where metrics without samples are passed over; once at its end,
  // where they count as 0 and rates without samples pass. `elapsed` is since the start of the test.
  Crossed evaluate(const Collector& collector, std::chrono::nanoseconds elapsed, Moment moment);

  const std::vector<OfMetric>& metrics() const { return metrics_; }
  const OfMetric* find(std::string_view name) const;
  bool empty() const { return metrics_.empty(); }

 private:
  std::vector<OfMetric> metrics_;
};

}  // namespace crema::load
