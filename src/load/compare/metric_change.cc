#include "metric_change.h"

#include "distribution.h"

#include <algorithm>
#include <cmath>

namespace crema::load {
namespace {

constexpr double kNoTail = 0.5;

}  // namespace

double MetricChange::worse() const {
  if (const auto* change = std::get_if<ProportionChange>(&evidence)) return change->difference();
  const double ratio = std::get<Estimate>(evidence).log_ratio;
  return metric == CompareMetric::throughput ? -ratio : ratio;
}

double MetricChange::low(double tail) const {
  if (const auto* change = std::get_if<ProportionChange>(&evidence)) return change->low(tail);
  const auto& estimate = std::get<Estimate>(evidence);
  return metric == CompareMetric::throughput ? -estimate.high(tail) : estimate.low(tail);
}

double MetricChange::high(double tail) const {
  if (const auto* change = std::get_if<ProportionChange>(&evidence)) return change->high(tail);
  const auto& estimate = std::get<Estimate>(evidence);
  return metric == CompareMetric::throughput ? -estimate.low(tail) : estimate.high(tail);
}

double MetricChange::worse_margin() const {
  if (metric == CompareMetric::errors) return margin;
  return metric == CompareMetric::throughput ? -std::log1p(-margin) : std::log1p(margin);
}

double MetricChange::better_margin() const {
  if (metric == CompareMetric::errors) return -margin;
  // Half as long is an improvement of 50 %; nothing is one of 100 %.
  return metric == CompareMetric::throughput ? -std::log1p(margin)
                                             : std::log1p(-std::min(margin, 0.999));
}

double MetricChange::p_regression() const {
  if (const auto* estimate = std::get_if<Estimate>(&evidence)) {
    const double beyond = worse() - worse_margin();
    if (estimate->standard_error <= 0) return beyond > 0 ? 0 : 1;
    return student_tail(beyond / estimate->standard_error, estimate->degrees_of_freedom);
  }
  // Newcombe's interval has no formula for this; low() falls as the tail gets smaller.
  if (low(kNoTail) <= worse_margin()) return 1;
  double never = 0;
  double always = kNoTail;
  for (int step = 0; step < 50; ++step) {
    const double middle = (never + always) / 2;
    (low(middle) > worse_margin() ? always : never) = middle;
  }
  return always;
}

double MetricChange::p_improvement() const {
  auto mirrored = *this;
  if (const auto* change = std::get_if<ProportionChange>(&evidence)) {
    mirrored.evidence = ProportionChange{.base = change->fresh, .fresh = change->base};
    return mirrored.p_regression();
  }
  const auto& estimate = std::get<Estimate>(evidence);
  const double beyond = better_margin() - worse();
  if (estimate.standard_error <= 0) return beyond > 0 ? 0 : 1;
  return student_tail(beyond / estimate.standard_error, estimate.degrees_of_freedom);
}

double MetricChange::base() const {
  if (const auto* change = std::get_if<ProportionChange>(&evidence)) return change->base.value();
  return std::get<Estimate>(evidence).base;
}

double MetricChange::fresh() const {
  if (const auto* change = std::get_if<ProportionChange>(&evidence)) return change->fresh.value();
  return std::get<Estimate>(evidence).fresh;
}

double MetricChange::as_change(double worse) const {
  if (metric == CompareMetric::errors) return worse;
  return std::expm1(metric == CompareMetric::throughput ? -worse : worse);
}

}  // namespace crema::load
