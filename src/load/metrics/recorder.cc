#include "crema/load/metrics/recorder.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace crema::load {
namespace {

using Meaning = Timeline::Meaning;

struct Meant {
  const Metric* Builtins::* metric;
  Meaning meaning;
};
constexpr std::array kMeanings = {
    Meant{&Builtins::http_req_duration, Meaning::duration},
    Meant{&Builtins::http_req_duration_intended, Meaning::intended},
    Meant{&Builtins::http_reqs, Meaning::requests},
    Meant{&Builtins::http_req_failed, Meaning::failed},
    Meant{&Builtins::iterations, Meaning::iterations},
    Meant{&Builtins::dropped_iterations, Meaning::dropped_iterations},
    Meant{&Builtins::checks, Meaning::checks},
    Meant{&Builtins::data_sent, Meaning::data_sent},
    Meant{&Builtins::data_received, Meaning::data_received},
    Meant{&Builtins::vus, Meaning::vus},
};

Meaning meaning_of(const Builtins& builtins, const Metric& metric) {
  for (const Meant& row : kMeanings) {
    if (builtins.*row.metric == &metric) return row.meaning;
  }
  return Meaning::none;
}

std::uint64_t count_of(const Sink& sink) {
  const auto* trend = std::get_if<TrendSink>(&sink);
  return trend == nullptr ? 0 : trend->count();
}

}  // namespace

Recorder::Recorder(const Registry& registry, const Builtins& builtins, TagStore& tags,
                   bool keep_points, bool by_part)
    : registry_(registry),
      builtins_(builtins),
      tags_(tags),
      keep_points_(keep_points),
      by_part_(by_part) {}

Recorder::Slot& Recorder::slot_of(std::deque<Slot>& slots, std::uint32_t id, MetricType type) {
  while (slots.size() <= id) slots.emplace_back();
  Slot& slot = slots[id];
  if (!slot.used) {
    slot.used = true;
    slot.sink = make_sink(type);
  }
  return slot;
}

Series* Recorder::make_series(const Metric& metric, const TagSet* tags) {
  Series& made = series_.emplace_back();
  made.metric_ = &metric;
  made.tags_ = tags;
  made.meaning_ = meaning_of(builtins_, metric);
  made.sink_ = &slot_of(slots_, metric.id, metric.type).sink;
  for (const SubMetric* sub : registry_.sub_metrics(metric)) {
    if (!sub->matches(*tags)) continue;
    Slot& slot = slot_of(sub_slots_, sub->id, metric.type);
    slot.sub = sub;
    made.sub_sinks_.push_back(&slot.sink);
  }
  slots_[metric.id].metric = &metric;
  if (auto part = by_part_ ? part_of(metric, *tags) : std::nullopt) {
    const auto [at, fresh] = part_slots_.try_emplace({std::move(*part), &metric});
    Slot& slot = at->second;
    if (fresh) slot = {.sink = make_sink(metric.type), .used = true, .part = &at->first};
    made.sub_sinks_.push_back(&slot.sink);
  }
  return &made;
}

Series* Recorder::series(const Metric& metric, const TagSet* tags) {
  if (metric.id >= by_metric_.size()) by_metric_.resize(metric.id + 1);
  auto& of_tags = by_metric_[metric.id];
  if (tags->id() >= of_tags.size()) of_tags.resize(tags->id() + 1);
  Series*& found = of_tags[tags->id()];
  if (found == nullptr) found = make_series(metric, tags);
  return found;
}

const HttpSeries& Recorder::http_series(const TagSet* tags) {
  if (tags->id() >= http_.size()) http_.resize(tags->id() + 1);
  HttpSeries& found = http_[tags->id()];
  if (found.reqs == nullptr) {
    found = {.reqs = series(*builtins_.http_reqs, tags),
             .failed = series(*builtins_.http_req_failed, tags),
             .duration = series(*builtins_.http_req_duration, tags),
             .blocked = series(*builtins_.http_req_blocked, tags),
             .connecting = series(*builtins_.http_req_connecting, tags),
             .tls_handshaking = series(*builtins_.http_req_tls_handshaking, tags),
             .sending = series(*builtins_.http_req_sending, tags),
             .waiting = series(*builtins_.http_req_waiting, tags),
             .receiving = series(*builtins_.http_req_receiving, tags),
             .tally = tallies_.of(*tags),
             .failure = failure_code(*tags)};
  }
  return found;
}

bool Recorder::add(Series* series, double value, sys::WallTime time,
                   const std::shared_ptr<const Metadata>& metadata) {
  if (!std::isfinite(value)) return false;
  add_to(*series->sink_, value, time);
  for (Sink* sink : series->sub_sinks_) add_to(*sink, value, time);
  if (series->meaning_ != Meaning::none) timeline_.add(series->meaning_, value, time);
  if (series->tags_->overflow()) ++overflow_;
  if (keep_points_)
    points_.push_back({.series = series, .time = time, .value = value, .metadata = metadata});
  return true;
}

void Recorder::add_request(const HttpSeries& series, const RequestTimes& timings,
                           std::optional<bool> failed, sys::WallTime time,
                           const std::shared_ptr<const Metadata>& metadata) {
  const double duration = timings.sending + timings.waiting + timings.receiving;
  const std::array<std::pair<Series*, double>, 8> samples = {{
      {series.reqs, 1},
      {series.duration, duration},
      {series.blocked, timings.blocked},
      {series.connecting, timings.connecting},
      {series.tls_handshaking, timings.tls_handshaking},
      {series.sending, timings.sending},
      {series.waiting, timings.waiting},
      {series.receiving, timings.receiving},
  }};
  for (const auto& [of, value] : samples) add(of, value, time, metadata);
  if (failed) add(series.failed, *failed ? 1 : 0, time, metadata);
  RequestTallies::Open& tally = *series.tally;
  ++tally.requests;
  if (std::isfinite(duration)) {
    tally.durations.add(duration);
    tally.duration_sum += static_cast<std::uint64_t>(std::max(0.0, duration) * 1e6);
  }
  if (!failed.value_or(false)) return;
  ++tally.failed;
  timeline_.add_failure(series.failure, time);
}

void Recorder::add_check(Check& check, Series* series, bool passed, sys::WallTime time,
                         const std::shared_ptr<const Metadata>& metadata) {
  ++(passed ? check.passes : check.fails);
  add(series, passed ? 1 : 0, time, metadata);
}

// What is past the limit of exact samples after the merge need not be kept exact before it.
void Recorder::leave(Slot& slot, Delta& delta) {
  if (!slot.used || is_empty(slot.sink)) return;
  slot.before += count_of(slot.sink);
  const Metric* metric = slot.sub != nullptr    ? slot.sub->metric
                         : slot.part != nullptr ? slot.part->metric
                                                : slot.metric;
  if (slot.part != nullptr) {
    delta.parts.push_back({.key = *slot.part, .sink = std::move(slot.sink)});
  } else {
    delta.totals.push_back({.metric = metric, .sub = slot.sub, .sink = std::move(slot.sink)});
  }
  slot.sink = make_sink(metric->type);
  if (auto* trend = std::get_if<TrendSink>(&slot.sink);
      trend != nullptr && slot.before >= kExactSamples)
    trend->give_up_exact();
}

Delta Recorder::take() {
  Delta delta;
  for (Slot& slot : slots_) leave(slot, delta);
  for (Slot& slot : sub_slots_) leave(slot, delta);
  for (auto& [key, slot] : part_slots_) leave(slot, delta);
  delta.seconds = timeline_.take();
  delta.requests = tallies_.take();
  delta.groups = root_.take();
  delta.overflow = std::exchange(overflow_, 0);
  return delta;
}

std::vector<Point> Recorder::take_points() { return std::exchange(points_, {}); }

}  // namespace crema::load
