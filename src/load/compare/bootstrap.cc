#include "crema/load/compare/bootstrap.h"

#include "distribution.h"
#include "random.h"
#include "resampled_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace crema::load {
namespace {

constexpr std::size_t kMostUnits = 600;
constexpr std::size_t kLeastDraws = 4;
// Of a run of so many seconds, or fewer, are the shortest blocks. They grow with the cube root of
// the run, at which rate the error of a block bootstrap's variance falls fastest (Hall, Horowitz
// and Jing, Biometrika 82, 1995).
constexpr double kShortestBlock = 5;
constexpr double kShortRun = 30;

// A latency of 0 ns has no logarithm; half the clock's unit has. A throughput is never 0 here.
double log_of(double value, const Statistic& statistic) {
  return std::log(statistic.kind == StatisticKind::throughput ? value : std::max(value, 0.5));
}

struct Spread {
  std::size_t count = 0;
  double mean = 0;
  double squares = 0;

  void add(double value) {
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
  }
  double variance() const { return count < 2 ? 0 : squares / static_cast<double>(count - 1); }
};

// Stretches of equal length at random places, as long together as the run; the last is cut.
void draw(SplitMix& random, std::size_t units, std::size_t length, std::vector<Stretch>& into) {
  into.clear();
  for (std::size_t filled = 0; filled < units; filled += length) {
    const auto from = random.below(static_cast<std::uint32_t>(units - length + 1));
    into.push_back({.from = from, .to = from + std::min(length, units - filled)});
  }
}

// What both runs have been cut to.
struct Frame {
  std::size_t skip = 0;   // blocks
  std::size_t group = 1;  // blocks in a unit
  std::size_t draw = 1;   // units drawn together
};

Result<Frame> frame_of(const RunSeries& base, const RunSeries& fresh, double block_seconds,
                       const BootstrapSettings& settings) {
  Frame frame;
  frame.skip = static_cast<std::size_t>(std::ceil(settings.warm_up_seconds / block_seconds));
  const auto longest = std::max(base.blocks.size(), fresh.blocks.size());
  const auto shortest = std::min(base.blocks.size(), fresh.blocks.size());
  frame.group = std::max<std::size_t>(1, (longest + kMostUnits - 1) / kMostUnits);
  const auto unit_seconds = block_seconds * static_cast<double>(frame.group);
  const auto drawn = block_seconds_of(
      settings, static_cast<double>(shortest - std::min(shortest, frame.skip)) * block_seconds);
  const std::size_t least = settings.pairing == Pairing::interleaved ? 2 : 1;
  frame.draw = std::max(least, static_cast<std::size_t>(std::lround(drawn / unit_seconds)));
  const auto needed = frame.skip + kLeastDraws * frame.draw * frame.group;
  if (shortest >= needed) return frame;
  auto diagnostic = make_error(
      "compare/too-short",
      fmt::format(
          "`{}` has {:g} s in the shorter run: to tell how much it varies, {:g} s are needed",
          base.name, static_cast<double>(shortest) * block_seconds,
          static_cast<double>(needed) * block_seconds));
  diagnostic.hint = "run the load for longer, or compare with shorter blocks";
  return diagnostic;
}

// One run resampled by itself: the spread of the logarithm of each statistic.
std::vector<Spread> resample(const ResampledRun& run, std::size_t length,
                             std::span<const Statistic> statistics,
                             const BootstrapSettings& settings, std::uint64_t seed) {
  std::vector<Spread> spreads(statistics.size());
  std::vector<Stretch> stretches;
  SplitMix random(seed);
  for (std::uint32_t i = 0; i < settings.resamples; ++i) {
    draw(random, run.units(), length, stretches);
    for (std::size_t s = 0; s < statistics.size(); ++s)
      if (const auto value = run.value(stretches, statistics[s]))
        spreads[s].add(log_of(*value, statistics[s]));
  }
  return spreads;
}

// Both runs resampled at the same places: the spread of the logarithm of the ratio.
std::vector<Spread> resample_pairs(const ResampledRun& base, const ResampledRun& fresh,
                                   std::size_t length, std::span<const Statistic> statistics,
                                   const BootstrapSettings& settings) {
  std::vector<Spread> spreads(statistics.size());
  std::vector<Stretch> stretches;
  SplitMix random(settings.seed);
  const auto units = std::min(base.units(), fresh.units());
  for (std::uint32_t i = 0; i < settings.resamples; ++i) {
    draw(random, units, length, stretches);
    for (std::size_t s = 0; s < statistics.size(); ++s) {
      const auto from = base.value(stretches, statistics[s]);
      const auto to = fresh.value(stretches, statistics[s]);
      if (from && to) spreads[s].add(log_of(*to, statistics[s]) - log_of(*from, statistics[s]));
    }
  }
  return spreads;
}

// The variance of one run's statistic with what few blocks hide, and its degrees of freedom.
struct Uncertainty {
  double variance = 0;
  double degrees = 1;
  bool known = true;
};

Uncertainty uncertainty(const Spread& spread, std::size_t units, std::size_t length,
                        std::size_t resamples) {
  const double share = static_cast<double>(length) / static_cast<double>(units);
  // Where requests are so rare that resamples miss them, those that hold some look too certain.
  return {.variance = spread.variance() / (1 - share),
          .degrees = 1.5 / share,
          .known = spread.count >= 2 && spread.count * 20 >= resamples * 19};
}

// Welch and Satterthwaite's.
Uncertainty sum_of(const Uncertainty& a, const Uncertainty& b) {
  const double variance = a.variance + b.variance;
  const double parts = a.variance * a.variance / a.degrees + b.variance * b.variance / b.degrees;
  return {.variance = variance,
          .degrees = parts > 0 ? variance * variance / parts : a.degrees + b.degrees,
          .known = a.known && b.known};
}

}  // namespace

double block_seconds_of(const BootstrapSettings& settings, double run_seconds) {
  if (settings.block_seconds > 0) return settings.block_seconds;
  return kShortestBlock * std::cbrt(std::max(1.0, run_seconds / kShortRun));
}

double Estimate::low(double tail) const {
  if (standard_error <= 0) return log_ratio;
  return log_ratio - student_quantile(tail, degrees_of_freedom) * standard_error;
}

double Estimate::high(double tail) const { return 2 * log_ratio - low(tail); }

Result<std::vector<Estimate>> bootstrap(const RunSeries& base, const RunSeries& fresh,
                                        double block_seconds, std::span<const Statistic> statistics,
                                        const BootstrapSettings& settings) {
  const auto frame = CREMA_TRY(frame_of(base, fresh, block_seconds, settings));
  const ResampledRun from(base, block_seconds, frame.skip, frame.group);
  const ResampledRun to(fresh, block_seconds, frame.skip, frame.group);
  const bool paired = settings.pairing == Pairing::interleaved;
  const auto common = std::min(from.units(), to.units());
  const Stretch all_from{.from = 0, .to = paired ? common : from.units()};
  const Stretch all_to{.from = 0, .to = paired ? common : to.units()};

  std::vector<Uncertainty> uncertainties;
  if (paired) {
    for (const auto& spread : resample_pairs(from, to, frame.draw, statistics, settings))
      uncertainties.push_back(uncertainty(spread, common, frame.draw, settings.resamples));
  } else {
    const auto a = resample(from, frame.draw, statistics, settings, settings.seed);
    // Another stream, or equal runs would be drawn alike.
    const auto b = resample(to, frame.draw, statistics, settings, ~settings.seed);
    for (std::size_t s = 0; s < statistics.size(); ++s)
      uncertainties.push_back(
          sum_of(uncertainty(a[s], from.units(), frame.draw, settings.resamples),
                 uncertainty(b[s], to.units(), frame.draw, settings.resamples)));
  }

  std::vector<Estimate> estimates;
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    const auto a = from.value({&all_from, 1}, statistics[s]);
    const auto b = to.value({&all_to, 1}, statistics[s]);
    if (!a || !b || !uncertainties[s].known)
      return fail("compare/no-requests",
                  fmt::format("`{}` has no requests for most of a run", base.name));
    estimates.push_back({.base = *a,
                         .fresh = *b,
                         .log_ratio = log_of(*b, statistics[s]) - log_of(*a, statistics[s]),
                         .standard_error = std::sqrt(uncertainties[s].variance),
                         .degrees_of_freedom = uncertainties[s].degrees});
  }
  return estimates;
}

}  // namespace crema::load
