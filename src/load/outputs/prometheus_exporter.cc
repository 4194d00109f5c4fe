#include "prometheus_exporter.h"

#include "native_histogram.h"
#include "series_table.h"

#include "crema/load/metrics/sink.h"
#include "crema/load/metrics/summary.h"

#include <snappy.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <optional>
#include <variant>

namespace crema::load {
namespace {

// The NaN that Prometheus takes for "this series has ended".
const double kStale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
// Samples that trends keep as they are, in all (64 MB); those of new series are counted in buckets
// from then on.
constexpr std::size_t kExactInAll = 8'000'000;

struct Column {
  std::string suffix;
  std::optional<TrendStat> stat;  // none is the sum
};

// Prometheus's convention is seconds. k6 converts every statistic of a time, the count too.
double in_base_unit(const Metric& metric, double value) {
  return metric.contains == ValueType::time ? value / 1000 : value;
}

// "p(99.9)" is p999: a dot is no part of a name.
std::string suffix_of(const std::string& stat) {
  if (!stat.starts_with("p(")) return stat;
  std::string digits = stat.substr(2, stat.size() - 3);
  std::erase(digits, '.');
  return "p" + digits;
}

std::int64_t milliseconds_of(sys::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// The labels of a series, sorted by name as the specification wants it, as fields of TimeSeries.
std::string labels_of(const KnownSeries& series, const std::string& suffix) {
  auto labels = series.tags;
  labels.emplace_back("__name__",
                      "k6_" + series.metric->name + (suffix.empty() ? "" : "_" + suffix));
  std::ranges::sort(labels);
  ProtobufWriter out;
  for (const auto& [name, value] : labels) {
    out.message(1, [&] {
      out.text(1, name);
      out.text(2, value);
    });
  }
  return out.take();
}

struct Measured {
  std::variant<Sink, NativeHistogram> value;
  std::vector<std::string> labels;  // one set for each name it has
  std::int64_t latest = 0;          // of its samples, ms since 1970
  bool due = false;                 // there is something newer than what was told
  bool told = false;                // with the last message
};

class PrometheusExporter : public Exporter {
 public:
  PrometheusExporter(PrometheusSeriesOptions options, std::vector<Column> columns,
                     const sys::Clock& clock)
      : options_(std::move(options)), columns_(std::move(columns)), clock_(clock) {}

  void take(std::span<const Point> points) override {
    for (const Point& point : points) {
      const std::size_t place = table_.place_of(*point.series);
      if (place == measured_.size()) measured_.push_back(make(table_[place]));
      add(measured_[place], *table_[place].metric, point);
    }
  }

  std::string message() override {
    ProtobufWriter out;
    for (std::size_t i = 0; i < measured_.size(); ++i) {
      Measured& measured = measured_[i];
      measured.told = measured.due;
      if (measured.due) write(out, measured, *table_[i].metric);
      measured.due = false;
    }
    return compressed(out.take());
  }

  void not_delivered() override {
    for (Measured& measured : measured_) measured.due = measured.due || measured.told;
  }

  // A millisecond later than now, so that no sample has the same time.
  std::string farewell() override {
    if (!options_.stale_markers) return {};
    const std::int64_t time = milliseconds_of(clock_.wall()) + 1;
    ProtobufWriter out;
    for (const Measured& measured : measured_) {
      for (const std::string& labels : measured.labels) write_sample(out, labels, kStale, time);
    }
    return compressed(out.take());
  }

 private:
  Measured make(const KnownSeries& series) const {
    Measured made;
    const auto name = [&](const std::string& suffix) {
      made.labels.push_back(labels_of(series, suffix));
    };
    made.value = make_sink(series.metric->type);
    switch (series.metric->type) {
      case MetricType::counter:
        name("total");
        break;
      case MetricType::gauge:
        name("");
        break;
      case MetricType::rate:
        name("rate");
        break;
      case MetricType::trend:
        if (options_.native_histograms) {
          made.value = NativeHistogram();
          name(series.metric->contains == ValueType::time   ? "seconds"
               : series.metric->contains == ValueType::data ? "bytes"
                                                            : "");
        } else {
          for (const Column& column : columns_) name(column.suffix);
        }
        break;
    }
    return made;
  }

  // A time that was told is not told again with another value: servers take that for an error.
  void add(Measured& measured, const Metric& metric, const Point& point) {
    const std::int64_t time = milliseconds_of(point.time);
    if (time > measured.latest) {
      measured.latest = time;
      measured.due = true;
    }
    if (auto* histogram = std::get_if<NativeHistogram>(&measured.value)) {
      histogram->add(in_base_unit(metric, point.value));
      return;
    }
    Sink& sink = std::get<Sink>(measured.value);
    add_to(sink, point.value, point.time);
    auto* trend = std::get_if<TrendSink>(&sink);
    if (trend == nullptr || !trend->exact()) return;
    if (++exact_ > kExactInAll) trend->give_up_exact();
  }

  void write(ProtobufWriter& out, const Measured& measured, const Metric& metric) const {
    if (const auto* histogram = std::get_if<NativeHistogram>(&measured.value)) {
      out.message(1, [&] {
        out.raw(measured.labels.front());
        out.message(4, [&] { histogram->write(out, measured.latest); });
      });
      return;
    }
    const Sink& sink = std::get<Sink>(measured.value);
    const auto& first = measured.labels;
    if (const auto* counter = std::get_if<CounterSink>(&sink)) {
      write_sample(out, first.front(), counter->sum(), measured.latest);
    } else if (const auto* gauge = std::get_if<GaugeSink>(&sink)) {
      write_sample(out, first.front(), gauge->last, measured.latest);
    } else if (const auto* rate = std::get_if<RateSink>(&sink)) {
      write_sample(out, first.front(), rate->rate(), measured.latest);
    } else if (const auto* trend = std::get_if<TrendSink>(&sink)) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto& stat = columns_[i].stat;
        const double value = stat ? stat->of(*trend) : trend->sum();
        write_sample(out, measured.labels[i], in_base_unit(metric, value), measured.latest);
      }
    }
  }

  static void write_sample(ProtobufWriter& out, const std::string& labels, double value,
                           std::int64_t time) {
    out.message(1, [&] {
      out.raw(labels);
      out.message(2, [&] {
        out.real(1, value);
        out.number(2, static_cast<std::uint64_t>(time));
      });
    });
  }

  static std::string compressed(const std::string& plain) {
    std::string out;
    if (!plain.empty()) snappy::Compress(plain.data(), plain.size(), &out);
    return out;
  }

  PrometheusSeriesOptions options_;
  std::vector<Column> columns_;
  const sys::Clock& clock_;
  SeriesTable table_;
  std::deque<Measured> measured_;  // by the number of the series
  std::size_t exact_ = 0;
};

}  // namespace

Result<std::unique_ptr<Exporter>> make_prometheus_exporter(const PrometheusSeriesOptions& options,
                                                           const sys::Clock& clock) {
  std::vector<Column> columns;
  for (const std::string& name : options.trend_stats) {
    Column column{.suffix = suffix_of(name), .stat = std::nullopt};
    if (name != "sum") {
      const auto stats = CREMA_TRY(parse_trend_stats(std::span(&name, 1)));
      column.stat = stats.front();
    }
    columns.push_back(std::move(column));
  }
  return std::make_unique<PrometheusExporter>(options, std::move(columns), clock);
}

}  // namespace crema::load
