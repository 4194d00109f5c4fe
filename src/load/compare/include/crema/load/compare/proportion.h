// How much a rate of failures changed from one run to another: Newcombe's interval.
#pragma once

#include "crema/load/compare/bootstrap.h"
#include "crema/load/compare/series.h"

#include <cstdint>

namespace crema::load {

// `events` of `trials`; both may be fractions of themselves where trials are not independent.
struct Proportion {
  double events = 0;
  double trials = 0;

  double value() const { return trials > 0 ? events / trials : 0; }
};

struct ProportionChange {
  Proportion base;
  Proportion fresh;

  double difference() const { return fresh.value() - base.value(); }
  // The ends of the interval of `difference` that leaves out `tail` (0 to 0.5) on that side:
  // method 10 of Newcombe, Statistics in Medicine 17 (1998), from Wilson's intervals of both.
  double low(double tail) const;
  double high(double tail) const;
};

// The failures of both runs. They come in clusters (a restart, a full queue), so requests are
// counted as if there were fewer: divided by how much more the blocks differ than independent
// requests would (Pearson's dispersion, never below 1), as surveys do with clusters.
ProportionChange failure_change(const RunSeries& base, const RunSeries& fresh, double block_seconds,
                                const BootstrapSettings& settings);

}  // namespace crema::load
