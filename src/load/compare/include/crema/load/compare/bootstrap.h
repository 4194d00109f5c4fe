// How much a statistic of latency or throughput changed from one run to another, and how sure that
// is: a moving-block bootstrap over time.
//
// Requests near each other in time are alike (a queue, a pause, a busy neighbour), so single
// requests are never drawn: blocks of some seconds are, and a resampled run is some blocks, laid
// one after another (Künsch 1989; Lahiri, Resampling Methods for Dependent Data, 2003). A quantile
// of blocks laid together is found in their added histograms, so a resample costs some thousand
// additions however many requests there were.
//
// The interval is not the percentiles of the resamples. A run of 30 s has six blocks of 5 s, and
// six blocks tell too little about their own spread: percentiles cover far less than they claim.
// So the resamples give a standard error only, widened by sqrt(1 / (1 - b)), where b is the block's
// share of the run, and the interval is Student's t with 1.5 / b degrees of freedom, those of a
// long-run variance with a Bartlett window as wide as the block. Both together are within a few
// percent of the fixed-b critical values (Kiefer and Vogelsang, Econometric Theory 21, 2005).
//
// Blocks of a fixed length miss what is slower than they are, and a longer run shows more of that;
// blocks that are a fixed share of the run leave too few of them to find a slowdown of twice the
// margin. So they grow with the cube root of the run. `./dev bench load_compare` prints how often
// the interval holds the truth. It is less often than it claims where disturbances are rare, for no
// resampling knows of the neighbour who did not come; that is why a verdict has a margin.
#pragma once

#include "crema/base/result.h"
#include "crema/load/compare/series.h"

#include <cstdint>
#include <span>
#include <vector>

namespace crema::load {

enum class StatisticKind : std::uint8_t { quantile, mean, throughput };

struct Statistic {
  StatisticKind kind = StatisticKind::mean;
  double quantile = 0;  // from 0 to 1, where kind is quantile

  friend bool operator==(const Statistic&, const Statistic&) = default;
};

enum class Pairing : std::uint8_t {
  separate,     // one run after another
  interleaved,  // A and B took turns: block k of one ran beside block k of the other
};

struct BootstrapSettings {
  // Of what is drawn together; 0 is 5 s, growing with the cube root of a run of more than 30 s.
  // Where runs are interleaved, it must be two turns or more, so that A B B A stay together and
  // drift cancels.
  double block_seconds = 0;
  std::uint32_t resamples = 2000;
  std::uint64_t seed = 1;
  double warm_up_seconds = 0;  // left out at the start of both
  Pairing pairing = Pairing::separate;
};

// How long a block is in a run of so many seconds.
double block_seconds_of(const BootstrapSettings& settings, double run_seconds);

struct Estimate {
  double base = 0;   // nanoseconds, or requests a second
  double fresh = 0;  // the same of the new run
  double log_ratio = 0;
  double standard_error = 0;  // of log_ratio
  double degrees_of_freedom = 1;

  // The ends of the interval that leaves out `tail` (0 to 0.5) on that side.
  double low(double tail) const;
  double high(double tail) const;
};

// One estimate for each statistic, the same for the same seed on every machine. Blocks of both runs
// are `block_seconds` long. Runs of more than 600 blocks are taken in units of some of them. An
// error is "compare/too-short": less than four times what is drawn together, or
// "compare/no-requests".
Result<std::vector<Estimate>> bootstrap(const RunSeries& base, const RunSeries& fresh,
                                        double block_seconds, std::span<const Statistic> statistics,
                                        const BootstrapSettings& settings);

}  // namespace crema::load
