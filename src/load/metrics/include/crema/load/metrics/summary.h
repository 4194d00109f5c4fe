// The end of a test: the summary for people, the object that handleSummary() gets, and the file of
// --summary-export.
#pragma once

#include "crema/base/result.h"
#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/threshold.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

enum class SummaryMode : std::uint8_t { compact, full, disabled };

// A column of trends: avg, min, med, max, count, p(N) with 0 <= N <= 100.
struct TrendStat {
  std::string name;  // as it was asked for
  double of(const TrendSink& sink) const;

  enum class Kind : std::uint8_t { average, minimum, median, maximum, count, percentile };
  Kind kind = Kind::average;
  double percentile = 0;
};

// Fails with "load/trend-stat", naming the one that is not known.
Result<std::vector<TrendStat>> parse_trend_stats(std::span<const std::string> names);
// avg, min, med, max, p(90), p(95).
std::vector<TrendStat> default_trend_stats();

// Milliseconds in the unit that fits, or always in one of them.
enum class TimeUnit : std::uint8_t { fitting, seconds, milliseconds, microseconds };
// "s", "ms", "us", or "" for the one that fits. Fails with "load/time-unit".
Result<TimeUnit> parse_time_unit(std::string_view text);

struct SummaryOptions {
  SummaryMode mode = SummaryMode::compact;
  std::vector<TrendStat> trend_stats = default_trend_stats();
  TimeUnit time_unit = TimeUnit::fitting;
  bool colour = false;
  bool no_colour = false;  // somebody asked for none: handleSummary() is told
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
};

struct SummaryFacts {
  const Collector& collector;
  const ThresholdSet& thresholds;
  std::chrono::nanoseconds duration;  // of the whole test, with setup and teardown
  std::string setup_data = "";        // JSON; empty: there is none
};

// What the machine-readable form says of the test beside its measurements.
struct SummaryOrigin {
  std::string script;        // its text
  std::string version;       // of the k6 whose behaviour it is
  sys::WallTime written_at;  // of the summary
};

// Ends with a line break; empty where the mode is disabled.
std::string summary_text(const SummaryFacts& facts, const SummaryOptions& options);

// One JSON document each: {root_group, options, state, metrics, setup_data}, and the older shape of
// --summary-export, where a threshold is true when it has *failed*. They fail with "json/syntax"
// where the setup data is no JSON.
Result<std::string> handle_summary_json(const SummaryFacts& facts, const SummaryOptions& options);
Result<std::string> summary_export_json(const SummaryFacts& facts, const SummaryOptions& options);

// The form of --new-machine-readable-summary, version 1.0.0 of k6's schema, for both: {config,
// metadata, results, version}. Trends have avg, min, med, max, p90 and p95 where the statistics
// asked for have them.
std::string machine_summary_json(const SummaryFacts& facts, const SummaryOptions& options,
                                 const SummaryOrigin& origin);

}  // namespace crema::load
