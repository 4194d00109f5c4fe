#include "crema/load/compare/proportion.h"

#include "distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace crema::load {
namespace {

struct Ends {
  double low = 0;
  double high = 1;
};

// Wilson, JASA 22 (1927), `z` standard errors to each side.
Ends wilson(const Proportion& proportion, double z) {
  const double n = proportion.trials;
  if (n <= 0 || std::isinf(z)) return {};
  const double p = proportion.value();
  const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return {.low = std::max(0.0, middle - half), .high = std::min(1.0, middle + half)};
}

struct Counts {
  double failures = 0;
  double requests = 0;
};

std::vector<Counts> counts_of(const RunSeries& series, std::size_t skip, std::size_t group) {
  std::vector<Counts> counts;
  for (std::size_t at = skip; at < series.blocks.size(); ++at) {
    if ((at - skip) % group == 0) counts.emplace_back();
    counts.back().failures += static_cast<double>(series.blocks[at].failures);
    counts.back().requests += static_cast<double>(series.blocks[at].requests);
  }
  return counts;
}

// Pearson's chi-squared of the blocks for each degree of freedom: 1 where requests are independent.
double dispersion(const std::vector<Counts>& counts, double rate) {
  double squares = 0;
  std::size_t used = 0;
  for (const auto& block : counts) {
    if (block.requests <= 0) continue;
    const double off = block.failures - rate * block.requests;
    squares += off * off / (block.requests * rate * (1 - rate));
    ++used;
  }
  return used < 2 ? 1 : std::max(1.0, squares / static_cast<double>(used - 1));
}

Proportion failures_of(const RunSeries& series, std::size_t skip, std::size_t group) {
  const auto counts = counts_of(series, skip, group);
  Proportion sum;
  for (const auto& block : counts) {
    sum.events += block.failures;
    sum.trials += block.requests;
  }
  const double rate = sum.value();
  if (rate <= 0 || rate >= 1) return sum;
  const double factor = dispersion(counts, rate);
  return {.events = sum.events / factor, .trials = sum.trials / factor};
}

}  // namespace

double ProportionChange::low(double tail) const {
  const double z = normal_quantile(tail);
  const double down = fresh.value() - wilson(fresh, z).low;
  const double up = wilson(base, z).high - base.value();
  return difference() - std::sqrt(down * down + up * up);
}

double ProportionChange::high(double tail) const {
  return -ProportionChange{.base = fresh, .fresh = base}.low(tail);
}

ProportionChange failure_change(const RunSeries& base, const RunSeries& fresh, double block_seconds,
                                const BootstrapSettings& settings) {
  const auto skip = static_cast<std::size_t>(std::ceil(settings.warm_up_seconds / block_seconds));
  const auto shortest = static_cast<double>(std::min(base.blocks.size(), fresh.blocks.size()));
  const double drawn = block_seconds_of(
      settings, std::max(0.0, shortest * block_seconds - settings.warm_up_seconds));
  const auto group = static_cast<std::size_t>(std::max(1L, std::lround(drawn / block_seconds)));
  return {.base = failures_of(base, skip, group), .fresh = failures_of(fresh, skip, group)};
}

}  // namespace crema::load
