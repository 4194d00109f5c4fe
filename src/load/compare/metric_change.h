// How much one metric got worse, whatever the metric: the scale on which verdicts are made.
#pragma once

#include "crema/load/compare/bootstrap.h"
#include "crema/load/compare/proportion.h"
#include "crema/load/compare/verdict.h"

#include <variant>

namespace crema::load {

// "Worse" is the logarithm of the ratio for latency, the same with its sign turned for throughput,
// and the difference of the rates for errors. More is always worse.
struct MetricChange {
  CompareMetric metric = CompareMetric::p50;
  double margin = 0;
  std::variant<Estimate, ProportionChange> evidence;

  double worse() const;
  // The ends of the interval of worse() that leaves out `tail` on that side.
  double low(double tail) const;
  double high(double tail) const;
  // The margin on this scale: as a worsening, and as an improvement of the same share (negative).
  double worse_margin() const;
  double better_margin() const;
  // The smallest tail at which low() is above the worse margin: the p-value of "not worse than the
  // margin". And at which high() is below the better margin.
  double p_regression() const;
  double p_improvement() const;

  double base() const;
  double fresh() const;
  // A value of this scale as people say it: fresh / base - 1, or fresh - base.
  double as_change(double worse) const;
};

}  // namespace crema::load
