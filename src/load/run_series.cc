#include "run_series.h"

#include <cmath>
#include <thread>
#include <variant>

namespace crema::load {
namespace {

constexpr double kNanosecondsInMillisecond = 1e6;

std::uint64_t count_of(const Collector& collector, const Metric& metric) {
  const Sink* sink = collector.total(metric);
  const auto* counter = sink == nullptr ? nullptr : std::get_if<CounterSink>(sink);
  return counter == nullptr ? 0 : static_cast<std::uint64_t>(counter->sum());
}

}  // namespace

TimeBlock block_of(const Second& second) {
  TimeBlock block{.requests = second.requests,
                  .failures = std::min(second.failed, second.requests),
                  .latency_sum_ns = second.duration_sum,
                  .latency = {}};
  for (const auto& [bucket, count] : second.durations) {
    const double middle = std::max(0.0, bucket_middle(bucket)) * kNanosecondsInMillisecond;
    const auto key = latency_key(static_cast<std::uint64_t>(std::llround(middle)));
    if (!block.latency.empty() && block.latency.back().key == key)
      block.latency.back().count += count;
    else
      block.latency.push_back({key, count});
  }
  return block;
}

RunRecord run_series(const RunSeriesFacts& facts) {
  RunRecord record{
      .facts = {.cpu_model = cpu_model(),
                .cores = std::thread::hardware_concurrency(),
                .commit = {},
                .script_hash = facts.script_hash,
                .generator_cpu_share = facts.generator.cpu_share,
                .steal_share = facts.generator.steal_share,
                .loop_lag_p99_ms = facts.generator.loop_lag_p99_ms,
                .iterations = count_of(facts.collector, *facts.builtins.iterations),
                .dropped = count_of(facts.collector, *facts.builtins.dropped_iterations)},
      .block_seconds = 1,
      .series = {}};
  RunSeries series{.name = "http_req_duration", .blocks = {}};
  const auto first = std::chrono::ceil<std::chrono::seconds>(facts.begin.time_since_epoch());
  const auto last = std::chrono::floor<std::chrono::seconds>(facts.end.time_since_epoch());
  const auto& seconds = facts.collector.seconds();
  for (auto second = first.count(); second < last.count(); ++second) {
    const auto found = seconds.find(second);
    series.blocks.push_back(found == seconds.end() ? TimeBlock{} : block_of(found->second));
  }
  record.series.push_back(std::move(series));
  return record;
}

}  // namespace crema::load
