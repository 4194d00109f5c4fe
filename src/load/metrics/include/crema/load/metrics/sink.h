// What is kept of a metric's samples: one kind of sink for each type. Merging the sinks of threads
// or agents gives exactly what one sink would have given, in any order.
#pragma once

#include "crema/load/metrics/exact_sum.h"
#include "crema/load/metrics/histogram.h"
#include "crema/load/metrics/metric.h"
#include "crema/sys/host.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace crema::load {

// How many samples a trend keeps as they are before it becomes a histogram.
inline constexpr std::size_t kExactSamples = 65'536;

struct CounterSink {
  void add(double value, sys::WallTime time);
  void merge(const CounterSink& other);
  bool empty() const { return count == 0; }
  double sum() const { return total.value(); }

  std::uint64_t count = 0;
  ExactSum total;
  sys::WallTime first = sys::WallTime::max();
};

struct GaugeSink {
  void add(double value, sys::WallTime time);
  void merge(const GaugeSink& other);
  bool empty() const { return count == 0; }

  std::uint64_t count = 0;
  double last = 0;
  double min = 0;
  double max = 0;
  sys::WallTime time{};  // of `last`; where two threads have one at that time, the larger counts
};

struct RateSink {
  void add(double value);  // any value but 0 is true
  void merge(const RateSink& other);
  bool empty() const { return total == 0; }
  double rate() const;  // 0 to 1; 0 when empty

  std::uint64_t trues = 0;
  std::uint64_t total = 0;
};

// Exact up to kExactSamples samples; then a histogram, with count, min, max and sum still exact.
class TrendSink {
 public:
  void add(double value);
  void merge(const TrendSink& other);
  bool empty() const { return count_ == 0; }

  std::uint64_t count() const { return count_; }
  double min() const { return count_ == 0 ? 0 : min_; }
  double max() const { return count_ == 0 ? 0 : max_; }
  double sum() const { return sum_.value(); }
  double average() const;
  double median() const { return quantile(0.5); }
  // Linear between the samples around p*(n-1), 0 <= p <= 1, as k6 does; 0 when empty. The first
  // call after samples came sorts them.
  double quantile(double p) const;

  bool exact() const { return histogram_ == nullptr; }
  std::span<const double> samples() const;  // sorted; empty when not exact
  SparseHistogram buckets() const;          // empty when exact
  const ExactSum& exact_sum() const { return sum_; }
  // A sink that counts buckets from its first sample, for threads that are past the limit anyway.
  void give_up_exact();

  // For the binary form: a sink of known parts. `buckets` is empty, or `samples` is.
  static TrendSink from_parts(std::vector<double> samples, const SparseHistogram& buckets,
                              double min, double max, ExactSum sum);

 private:
  double at(std::uint64_t rank) const;
  void sort() const;

  std::uint64_t count_ = 0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
  ExactSum sum_;
  mutable std::vector<double> samples_;
  mutable std::size_t sorted_ = 0;  // so many at the front are in order
  std::unique_ptr<Histogram> histogram_;
};

using Sink = std::variant<CounterSink, GaugeSink, RateSink, TrendSink>;

Sink make_sink(MetricType type);
void add_to(Sink& sink, double value, sys::WallTime time);
// Both are of one type.
void merge_into(Sink& into, const Sink& other);
bool is_empty(const Sink& sink);

}  // namespace crema::load
