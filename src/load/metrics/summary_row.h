// The metrics that a summary shows, with their values by name.
#pragma once

#include "crema/load/metrics/summary.h"

#include <string>
#include <utility>
#include <vector>

namespace crema::load {

struct SummaryRow {
  const Metric* metric = nullptr;
  const SubMetric* sub = nullptr;  // null: the whole metric
  const Sink* sink = nullptr;      // empty where there is a threshold and no sample

  const std::string& name() const { return sub != nullptr ? sub->name : metric->name; }
};

// Those with samples or thresholds, by name; sub-metrics follow their metric.
std::vector<SummaryRow> summary_rows(const SummaryFacts& facts);

// Whether the mode shows the metric: `checks` and `group_duration` never, and of HTTP a compact one
// shows the essence.
bool is_in_summary(const Metric& metric, SummaryMode mode);

// "count" and "rate" of a counter, "value", "min", "max" of a gauge, "rate", "passes", "fails" of a
// rate, the statistics asked for of a trend.
std::vector<std::pair<std::string, double>> values_of(const SummaryRow& row,
                                                      const SummaryFacts& facts,
                                                      const SummaryOptions& options);

// A count by the second of the whole test.
double per_second(double count, const SummaryFacts& facts);

}  // namespace crema::load
