#include "load_record.h"

#include "crema/load/compare/guard.h"

#include <variant>

namespace crema::load {
namespace {

constexpr std::pair<const char*, double> kPercentiles[] = {
    {"p50", 0.50}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99}};

template <class SinkType>
const SinkType* sink_of(const Collector& collector, const Metric& metric) {
  const Sink* sink = collector.total(metric);
  return sink == nullptr ? nullptr : std::get_if<SinkType>(sink);
}

std::chrono::nanoseconds of_milliseconds(double milliseconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(milliseconds * 1e6));
}

// A run of less than a second is a look at whether a script works, not a measurement.
void add_validity(evidence::LoadRun& run, const RunRecord& measured) {
  if (measured.series.empty() || measured.series.front().blocks.empty()) return;
  for (const Breach& breach : check_run(measured.facts)) {
    run.valid = false;
    run.message += (run.message.empty() ? "" : "; ") + breach.message;
  }
}

}  // namespace

evidence::LoadRun load_record(const LoadRecordFacts& facts) {
  evidence::LoadRun run{.script = facts.script, .duration = facts.duration};
  if (const auto* requests = sink_of<CounterSink>(facts.collector, *facts.builtins.http_reqs))
    run.requests = static_cast<std::uint64_t>(requests->sum());
  if (const auto* failed = sink_of<RateSink>(facts.collector, *facts.builtins.http_req_failed))
    run.failed = failed->trues;
  const double seconds = std::chrono::duration<double>(facts.duration).count();
  if (seconds > 0) run.requests_per_second = static_cast<double>(run.requests) / seconds;
  if (const auto* times = sink_of<TrendSink>(facts.collector, *facts.builtins.http_req_duration))
    for (const auto& [name, share] : kPercentiles)
      run.percentiles.emplace_back(name, of_milliseconds(times->quantile(share)));
  for (const auto& metric : facts.thresholds.metrics())
    for (const auto& condition : metric.conditions)
      run.thresholds.push_back({.metric = metric.name(),
                                .condition = condition.expression.source,
                                .passed = condition.passed,
                                .value = condition.value.value_or(0)});
  add_validity(run, facts.measured);
  return run;
}

}  // namespace crema::load
