#include "influxdb_exporter.h"

#include "crema/formats/json.h"
#include "crema/load/metrics/recorder.h"

#include <fmt/format.h>

#include <charconv>
#include <deque>
#include <unordered_map>

namespace crema::load {
namespace {

constexpr std::size_t kMessage = std::size_t{1} << 20U;  // bytes; a server takes 25 MB
constexpr std::size_t kMostKept = std::size_t{64} << 20U;

// Names and values of tags. A line break would end the line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ',' || c == '=' || c == ' ') out += '\\';
    out += c == '\n' || c == '\r' ? '_' : c;
  }
  // A backslash at the end would escape what comes after it.
  if (out.ends_with('\\')) out += '_';
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// A value that is not of the kind stays a text, as in k6.
std::string field_text(std::string_view value, InfluxOptions::Kind kind) {
  const char* end = value.data() + value.size();
  const auto is_read = [&](auto number) {
    const auto read = std::from_chars(value.data(), end, number);
    return read.ec == std::errc() && read.ptr == end;
  };
  switch (kind) {
    case InfluxOptions::Kind::whole:
      if (is_read(std::int64_t{})) return std::string(value) + "i";
      break;
    case InfluxOptions::Kind::real:
      if (is_read(double{})) return std::string(value);
      break;
    case InfluxOptions::Kind::truth:
      if (value == "true" || value == "false") return std::string(value);
      break;
    case InfluxOptions::Kind::text:
      break;
  }
  return quoted(value);
}

class InfluxExporter : public Exporter {
 public:
  explicit InfluxExporter(InfluxOptions options) : options_(std::move(options)) {}

  void take(std::span<const Point> points) override {
    for (const Point& point : points) {
      if (kept_ > kMostKept) {
        ++lost_;
        continue;
      }
      Line& line = lines_[point.series];
      if (line.start.empty()) line = line_of(*point.series);
      if (messages_.empty() || messages_.back().size() > kMessage) messages_.emplace_back();
      std::string& message = messages_.back();
      const std::size_t before = message.size();
      message += line.start;
      message += formats::json_number(point.value);
      fmt::format_to(std::back_inserter(message), " {}\n", time_of(point, *line.used));
      kept_ += message.size() - before;
    }
  }

  std::string message() override {
    if (messages_.empty()) return {};
    sent_ = std::move(messages_.front());
    messages_.pop_front();
    kept_ -= sent_.size();
    return sent_;
  }

  void not_delivered() override {
    kept_ += sent_.size();
    messages_.push_front(std::move(sent_));
    sent_.clear();
  }

  std::string complaint(std::string_view) override {
    if (lost_ == 0) return {};
    return fmt::format("{} samples were lost: the server was away too long, or is too slow", lost_);
  }

 private:
  // The times that points of one name and tags have.
  struct Used {
    std::int64_t time = 0;
    std::int64_t times = 0;
  };
  struct Line {
    std::string start;  // "metric,tag=value field="text",value=": number and time follow
    Used* used = nullptr;
  };

  Line line_of(const Series& series) {
    std::string key = escaped(series.metric().name);
    std::string fields;
    for (const Tag& tag : series.tags().tags()) {
      if (tag.value.empty()) continue;
      if (const auto field = options_.fields.find(std::string(tag.key));
          field != options_.fields.end()) {
        fields += escaped(tag.key) + "=" + field_text(tag.value, field->second) + ",";
      } else {
        key += "," + escaped(tag.key) + "=" + escaped(tag.value);
      }
    }
    Used& used = used_[key];
    return {.start = key + " " + fields + "value=", .used = &used};
  }

  // Of two points with the same name, tags and time the server keeps one, and what happens in one
  // turn of a thread's loop has one time: so each is a nanosecond later than the one before.
  std::int64_t time_of(const Point& point, Used& used) const {
    const std::int64_t time = std::chrono::nanoseconds(point.time.time_since_epoch()).count();
    if (options_.nanoseconds != 1) return time / options_.nanoseconds;
    if (time != used.time) used = {.time = time};
    return time + used.times++;
  }

  InfluxOptions options_;
  std::unordered_map<const Series*, Line> lines_;
  std::unordered_map<std::string, Used> used_;  // by name and tags
  std::deque<std::string> messages_;
  std::string sent_;  // the last
  std::size_t kept_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace

std::unique_ptr<Exporter> make_influxdb_exporter(InfluxOptions options) {
  return std::make_unique<InfluxExporter>(std::move(options));
}

}  // namespace crema::load
