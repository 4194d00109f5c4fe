#include "crema/load/metrics/sink.h"

#include <algorithm>
#include <cmath>

namespace crema::load {

void CounterSink::add(double value, sys::WallTime time) {
  ++count;
  total.add(value);
  first = std::min(first, time);
}

void CounterSink::merge(const CounterSink& other) {
  count += other.count;
  total.merge(other.total);
  first = std::min(first, other.first);
}

void GaugeSink::add(double value, sys::WallTime at) {
  // Samples of one turn of a thread's loop have one time: the latest of them counts.
  const bool newest = empty() || at >= time;
  merge({.count = 1, .last = value, .min = value, .max = value, .time = at});
  if (newest) last = value;
}

void GaugeSink::merge(const GaugeSink& other) {
  if (other.empty()) return;
  if (empty()) {
    *this = other;
    return;
  }
  count += other.count;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  if (std::pair(other.time, other.last) > std::pair(time, last)) {
    time = other.time;
    last = other.last;
  }
}

void RateSink::add(double value) {
  ++total;
  if (value != 0) ++trues;
}

void RateSink::merge(const RateSink& other) {
  trues += other.trues;
  total += other.total;
}

double RateSink::rate() const {
  return total == 0 ? 0 : static_cast<double>(trues) / static_cast<double>(total);
}

void TrendSink::add(double value) {
  ++count_;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  sum_.add(value);
  if (histogram_ != nullptr) {
    histogram_->add(value);
    return;
  }
  samples_.push_back(value);
  if (samples_.size() > kExactSamples) give_up_exact();
}

void TrendSink::give_up_exact() {
  if (histogram_ != nullptr) return;
  histogram_ = std::make_unique<Histogram>();
  for (const double sample : samples_) histogram_->add(sample);
  samples_ = {};
  sorted_ = 0;
}

void TrendSink::merge(const TrendSink& other) {
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_.merge(other.sum_);
  if (!other.exact() || count_ > kExactSamples) give_up_exact();
  if (exact()) {
    samples_.insert(samples_.end(), other.samples_.begin(), other.samples_.end());
  } else if (other.exact()) {
    for (const double sample : other.samples_) histogram_->add(sample);
  } else {
    histogram_->merge(*other.histogram_);
  }
}

double TrendSink::average() const {
  return count_ == 0 ? 0 : sum_.value() / static_cast<double>(count_);
}

// What was in order stays where it is: a tick of the thresholds sorts what came since the last.
void TrendSink::sort() const {
  if (sorted_ == samples_.size()) return;
  const auto middle = samples_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(middle, samples_.end());
  std::vector<double> merged(samples_.size());
  std::merge(samples_.begin(), middle, middle, samples_.end(), merged.begin());
  samples_ = std::move(merged);
  sorted_ = samples_.size();
}

std::span<const double> TrendSink::samples() const {
  sort();
  return samples_;
}

SparseHistogram TrendSink::buckets() const {
  return histogram_ == nullptr ? SparseHistogram() : histogram_->sparse();
}

double TrendSink::at(std::uint64_t rank) const {
  if (rank == 0) return min_;
  if (rank + 1 == count_) return max_;
  if (exact()) return samples_[rank];
  return std::clamp(histogram_->value_at(rank), min_, max_);
}

double TrendSink::quantile(double p) const {
  if (count_ == 0) return 0;
  sort();
  const double rank = p * static_cast<double>(count_ - 1);
  const double whole = std::floor(rank);
  const double low = at(static_cast<std::uint64_t>(whole));
  if (rank == whole) return low;
  return low + (at(static_cast<std::uint64_t>(whole) + 1) - low) * (rank - whole);
}

TrendSink TrendSink::from_parts(std::vector<double> samples, const SparseHistogram& buckets,
                                double min, double max, ExactSum sum) {
  TrendSink sink;
  sink.sum_ = sum;
  sink.count_ = samples.size();
  if (!buckets.empty()) {
    sink.histogram_ = std::make_unique<Histogram>();
    for (const auto& [bucket, count] : buckets) sink.histogram_->add_to(bucket, count);
    sink.count_ = sink.histogram_->count();
  }
  if (sink.count_ != 0) {
    sink.min_ = min;
    sink.max_ = max;
  }
  sink.samples_ = std::move(samples);
  return sink;
}

Sink make_sink(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return CounterSink();
    case MetricType::gauge:
      return GaugeSink();
    case MetricType::rate:
      return RateSink();
    case MetricType::trend:
      break;
  }
  return TrendSink();
}

void add_to(Sink& sink, double value, sys::WallTime time) {
  if (auto* trend = std::get_if<TrendSink>(&sink)) {
    trend->add(value);
  } else if (auto* counter = std::get_if<CounterSink>(&sink)) {
    counter->add(value, time);
  } else if (auto* rate = std::get_if<RateSink>(&sink)) {
    rate->add(value);
  } else if (auto* gauge = std::get_if<GaugeSink>(&sink)) {
    gauge->add(value, time);
  }
}

void merge_into(Sink& into, const Sink& other) {
  std::visit(
      [&](auto& sink) {
        if (const auto* same = std::get_if<std::decay_t<decltype(sink)>>(&other)) sink.merge(*same);
      },
      into);
}

bool is_empty(const Sink& sink) {
  return std::visit([](const auto& kind) { return kind.empty(); }, sink);
}

}  // namespace crema::load
