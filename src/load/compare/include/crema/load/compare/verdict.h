// Whether the new run is slower than the base, believably: a verdict for each declared metric, and
// one for all.
//
// A difference matters only beyond a margin. The interval of the change decides: all of it beyond
// the margin is a regression, all of it on the good side is fine, and anything else is
// inconclusive, which says how many seconds would decide it. A change that is not there is
// therefore never "proved" by having measured too little.
#pragma once

#include "crema/base/result.h"
#include "crema/load/compare/bootstrap.h"
#include "crema/load/compare/guard.h"
#include "crema/load/compare/series.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

enum class CompareMetric : std::uint8_t { p50, p95, p99, mean, throughput, errors };
std::string_view to_text(CompareMetric metric);
std::optional<CompareMetric> compare_metric(std::string_view name);

struct DeclaredMetric {
  CompareMetric metric = CompareMetric::p50;
  // The largest worsening that does not matter: a share of the base (0.05 is 5 %), for errors a
  // difference of rates (0.001 is 0.1 percentage points). Above 0; of throughput below 1.
  double margin = 0.05;
  // The series it is of; empty is the first one of the base.
  std::string series;
};

std::vector<DeclaredMetric> default_metrics();  // p50, p95, p99, throughput, errors

struct CompareSettings {
  std::vector<DeclaredMetric> metrics = default_metrics();
  // Of an interval with two ends. Each end alone is wrong half as often as the rest to 1.
  double confidence = 0.95;
  // How often a growing run may be looked at, and which look this is, from 1. Looking again until
  // an answer pleases would give any answer, so the looks share the errors that `confidence`
  // allows. Each gets twice as much as the one before: early ones decide what is plain, and the
  // last, which has cost the most time, is nearly as sharp as an only one. Within the same limit
  // two looks found more slowdowns than three or four; a single one of 30 s missed two thirds of
  // those of 10 % on a disturbed machine (`./dev bench load_compare`).
  std::uint32_t looks = 1;
  std::uint32_t look = 1;
  // The longest a run may become by extension: no advice goes beyond it.
  double limit_seconds = 300;
  BootstrapSettings bootstrap;
  GuardLimits guard;
};

enum class Verdict : std::uint8_t { fine, improvement, inconclusive, regression, invalid };
std::string_view to_text(Verdict verdict);

struct MetricVerdict {
  std::string series;
  CompareMetric metric = CompareMetric::p50;
  double base = 0;  // nanoseconds; requests a second; a rate of failures
  double fresh = 0;
  // fresh / base - 1, for errors fresh - base; and the interval of it. Of the two ends the one that
  // would show a regression is as far out as Holm's correction over all declared metrics asks, for
  // any of them may raise a false alarm. The other is not corrected: all must be fine together.
  double change = 0;
  double low = 0;
  double high = 0;
  double margin = 0;
  Verdict verdict = Verdict::inconclusive;
  // Of an inconclusive one: how much longer both runs must be for their interval to decide, from
  // its width now. None when that is beyond the limit.
  std::optional<double> more_seconds;
  // Of one without: its interval would be wider than the margin even at the limit, so that no run
  // of such length can decide. Otherwise the change is about as large as the margin.
  bool too_noisy = false;
  std::string why;  // of an inconclusive one, a sentence
};

struct RunComparison {
  std::vector<MetricVerdict> metrics;
  Verdict verdict = Verdict::inconclusive;
  std::vector<Breach> base_breaches;
  std::vector<Breach> fresh_breaches;
  std::vector<Breach> pair_breaches;
  double base_seconds = 0;  // compared, without the warm-up
  double fresh_seconds = 0;
  double warm_up_seconds = 0;  // left out
  double confidence = 0;       // as asked, for all looks together
  std::uint32_t looks = 1;
  std::uint32_t look = 1;
  Pairing pairing = Pairing::separate;
  std::vector<std::string> remarks;  // what was not compared, and why
};

// Errors: "compare/settings" (a margin, confidence or length that makes no sense),
// "compare/no-series" (a declared series that a run lacks, or none in common), "compare/blocks"
// (runs with blocks of different lengths). A metric with too little to compare is inconclusive. The
// verdict of all is the worst of: invalid when a guard is breached, regression, inconclusive, fine;
// improvement where nothing is worse and something better.
Result<RunComparison> compare_runs(const RunRecord& base, const RunRecord& fresh,
                                   const CompareSettings& settings);

// How many seconds both runs should have in all, without the warm-up, before they are looked at
// again: enough for what is inconclusive and not too noisy, at least half as much again as now, at
// most the limit, and the limit where it is the last look. None when nothing of that is left, or no
// time or no look.
std::optional<double> next_length(const RunComparison& comparison, const CompareSettings& settings);

}  // namespace crema::load
