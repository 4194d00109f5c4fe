#include "opentelemetry_exporter.h"

#include "otlp_answer.h"
#include "protobuf_writer.h"
#include "series_table.h"

#include "crema/load/metrics/exact_sum.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <map>

namespace crema::load {
namespace {

// The default bounds of the specification, which k6 has for all its trends.
constexpr std::array kBounds = {0.0,   5.0,   10.0,   25.0,   50.0,   75.0,   100.0,  250.0,
                                500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0};
constexpr std::uint64_t kCumulative = 2;  // AggregationTemporality
constexpr std::string_view kConditionKey = "condition";

// What a series has gathered; which of it counts depends on its metric's type.
struct Gathered {
  std::uint64_t count = 0;
  std::uint64_t non_zero = 0;
  ExactSum sum;
  double last = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  std::array<std::uint64_t, kBounds.size() + 1> buckets{};
};

std::uint64_t nanoseconds_of(sys::WallTime time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

std::string_view unit_of(const Metric& metric) {
  switch (metric.contains) {
    case ValueType::time:
      return "ms";
    case ValueType::data:
      return "By";
    case ValueType::number:
      break;
  }
  return "";
}

void write_attribute(ProtobufWriter& out, std::uint32_t field, std::string_view key,
                     std::string_view value) {
  out.message(field, [&] {
    out.text(1, key);
    out.message(2, [&] { out.text(1, value); });
  });
}

class OpenTelemetryExporter : public Exporter {
 public:
  OpenTelemetryExporter(OpenTelemetryOptions options, const sys::Clock& clock)
      : options_(std::move(options)), clock_(clock), start_(nanoseconds_of(clock.wall())) {}

  void take(std::span<const Point> points) override {
    for (const Point& point : points) {
      const std::size_t place = table_.place_of(*point.series);
      if (place == gathered_.size()) {
        gathered_.emplace_back();
        of_metric_[table_[place].metric->id].push_back(place);
      }
      add(gathered_[place], point);
      news_ = true;
    }
  }

  // All that is known, because what is told is the state since the start. Nothing where nothing has
  // changed since.
  std::string message() override {
    if (!news_) return {};
    news_ = false;
    now_ = nanoseconds_of(clock_.wall());
    ProtobufWriter out;
    out.message(1, [&] {  // resource_metrics
      out.message(1, [&] {
        for (const auto& [key, value] : options_.resource) write_attribute(out, 1, key, value);
      });
      out.message(2, [&] {  // scope_metrics
        out.message(1, [&] { out.text(1, "k6"); });
        for (const auto& [id, places] : of_metric_)
          write_metric(out, *table_[places.front()].metric, places);
      });
    });
    return out.take();
  }

  void not_delivered() override { news_ = true; }

  std::string complaint(std::string_view content) override {
    const OtlpAnswer answer = read_otlp_answer(content);
    if (answer.rejected == 0 && answer.message.empty()) return {};
    return fmt::format("the collector refuses {} data points: {}", answer.rejected, answer.message);
  }

 private:
  static void add(Gathered& gathered, const Point& point) {
    const double value = point.value;
    ++gathered.count;
    if (value != 0) ++gathered.non_zero;
    gathered.sum.add(value);
    gathered.last = value;
    if (point.series->metric().type != MetricType::trend) return;
    gathered.min = std::min(gathered.min, value);
    gathered.max = std::max(gathered.max, value);
    const auto bucket = std::ranges::lower_bound(kBounds, value) - kBounds.begin();
    ++gathered.buckets[static_cast<std::size_t>(bucket)];
  }

  void write_metric(ProtobufWriter& out, const Metric& metric,
                    const std::vector<std::size_t>& places) const {
    const std::string name = options_.prefix + metric.name;
    if (metric.type == MetricType::rate) {
      write_rate(out, name, places);
      return;
    }
    write_head(out, name, unit_of(metric), [&] {
      switch (metric.type) {
        case MetricType::gauge:
          out.message(5, [&] {
            for (const auto place : places)
              write_number(out, place, [&] { out.real(4, gathered_[place].last); });
          });
          break;
        case MetricType::trend:
          out.message(9, [&] {
            for (const auto place : places) write_histogram(out, place);
            out.number(2, kCumulative);
          });
          break;
        default:
          write_sum(out, [&] {
            for (const auto place : places)
              write_number(out, place, [&] { out.real(4, gathered_[place].sum.value()); });
          });
      }
    });
  }

  // A share cannot be added up over series, so that a rate is told as counts.
  void write_rate(ProtobufWriter& out, const std::string& name,
                  const std::vector<std::size_t>& places) const {
    const auto write_count = [&](std::size_t place, std::uint64_t count,
                                 std::string_view condition) {
      if (count == 0 && !condition.empty()) return;
      write_number(out, place, [&] { out.fixed64(6, count); }, condition);
    };
    if (options_.pair_of_counters) {
      write_head(out, name + ".occurred", "", [&] {
        write_sum(out, [&] {
          for (const auto place : places) {
            if (gathered_[place].non_zero != 0) write_count(place, gathered_[place].non_zero, "");
          }
        });
      });
    }
    write_head(out, name + ".total", "", [&] {
      write_sum(out, [&] {
        for (const auto place : places) {
          const Gathered& gathered = gathered_[place];
          if (options_.pair_of_counters) {
            write_count(place, gathered.count, "");
            continue;
          }
          write_count(place, gathered.non_zero, "nonzero");
          write_count(place, gathered.count - gathered.non_zero, "zero");
        }
      });
    });
  }

  template <class Data>
  static void write_head(ProtobufWriter& out, std::string_view name, std::string_view unit,
                         Data data) {
    out.message(2, [&] {
      out.text(1, name);
      if (!unit.empty()) out.text(3, unit);
      data();
    });
  }

  template <class Points>
  static void write_sum(ProtobufWriter& out, Points points) {
    out.message(7, [&] {
      points();
      out.number(2, kCumulative);
      out.number(3, 1);  // is_monotonic
    });
  }

  void write_times(ProtobufWriter& out) const {
    out.fixed64(2, start_);
    out.fixed64(3, now_);
  }

  void write_tags(ProtobufWriter& out, std::uint32_t field, std::size_t place,
                  std::string_view condition = {}) const {
    for (const auto& [key, value] : table_[place].tags) {
      if (condition.empty() || key != kConditionKey) write_attribute(out, field, key, value);
    }
    if (!condition.empty()) write_attribute(out, field, kConditionKey, condition);
  }

  template <class Value>
  void write_number(ProtobufWriter& out, std::size_t place, Value value,
                    std::string_view condition = {}) const {
    out.message(1, [&] {
      write_times(out);
      value();
      write_tags(out, 7, place, condition);
    });
  }

  void write_histogram(ProtobufWriter& out, std::size_t place) const {
    const Gathered& gathered = gathered_[place];
    out.message(1, [&] {
      write_times(out);
      out.fixed64(4, gathered.count);
      out.real(5, gathered.sum.value());
      out.message(6, [&] {
        for (const auto count : gathered.buckets) out.packed_fixed64(count);
      });
      out.message(7, [&] {
        for (const double bound : kBounds) out.packed_real(bound);
      });
      write_tags(out, 9, place);
      out.real(11, gathered.min);
      out.real(12, gathered.max);
    });
  }

  OpenTelemetryOptions options_;
  const sys::Clock& clock_;
  std::uint64_t start_;
  std::uint64_t now_ = 0;
  bool news_ = false;
  SeriesTable table_;
  std::deque<Gathered> gathered_;                                // by the number of the series
  std::map<std::uint32_t, std::vector<std::size_t>> of_metric_;  // by the metric's id
};

}  // namespace

std::unique_ptr<Exporter> make_opentelemetry_exporter(OpenTelemetryOptions options,
                                                      const sys::Clock& clock) {
  return std::make_unique<OpenTelemetryExporter>(std::move(options), clock);
}

}  // namespace crema::load
