#include "byte_stream.h"
#include "outputs.h"
#include "point_time.h"

#include "crema/base/strings.h"
#include "crema/load/metrics/output_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace crema::load {
namespace {

enum class TimeFormat : std::uint8_t {
  unix_seconds,
  unix_milli,
  unix_micro,
  unix_nano,
  rfc3339,
  rfc3339_nano,
};
constexpr std::array<std::pair<std::string_view, TimeFormat>, 6> kTimeFormats = {{
    {"unix", TimeFormat::unix_seconds},
    {"unix_milli", TimeFormat::unix_milli},
    {"unix_micro", TimeFormat::unix_micro},
    {"unix_nano", TimeFormat::unix_nano},
    {"rfc3339", TimeFormat::rfc3339},
    {"rfc3339_nano", TimeFormat::rfc3339_nano},
}};

struct CsvSettings {
  std::string file = "file.csv";
  TimeFormat time = TimeFormat::unix_seconds;
};

Diagnostic fault(std::string what, std::string hint) {
  auto error = make_error("load/output", std::move(what));
  error.hint = std::move(hint);
  return error;
}

Result<TimeFormat> parse_time_format(std::string_view value) {
  const auto* found =
      std::ranges::find(kTimeFormats, value, &std::pair<std::string_view, TimeFormat>::first);
  if (found == kTimeFormats.end())
    return fault(fmt::format("the output csv has no time format `{}`", value),
                 "use unix, unix_milli, unix_micro, unix_nano, rfc3339 or rfc3339_nano");
  return found->second;
}

// The config file and the environment, then the argument. Points are written as they come, so that
// an interval of saving changes nothing.
Result<CsvSettings> parse_settings(const std::string& argument, const OutputSettings& output) {
  const auto values = CREMA_TRY(OutputValues::create("csv", output));
  CsvSettings settings;
  settings.file = values.text("file_name", "K6_CSV_FILENAME").value_or(settings.file);
  if (const auto format = values.text("time_format", "K6_CSV_TIME_FORMAT"))
    settings.time = CREMA_TRY(parse_time_format(*format));
  if (argument.find('=') == std::string::npos) {
    if (!argument.empty()) settings.file = argument;
    return settings;
  }
  for (const auto part : split(argument, ',')) {
    const auto equals = std::min(part.find('='), part.size());
    const auto key = part.substr(0, equals);
    const auto value = part.substr(std::min(equals + 1, part.size()));
    if (key == "fileName") {
      settings.file = value;
    } else if (key == "timeFormat") {
      settings.time = CREMA_TRY(parse_time_format(value));
    } else if (key != "saveInterval") {
      return fault(fmt::format("the output csv has no setting `{}`", key),
                   "use fileName and timeFormat");
    }
  }
  return settings;
}

// RFC 4180, and quoted where a blank at the front would get lost.
void append_field(std::string& out, std::string_view field) {
  if (field.empty() ||
      (field.find_first_of(",\"\r\n") == std::string_view::npos && field.front() != ' ')) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string joined(const auto& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) {
    if (!out.empty()) out += '&';
    out += std::string(key) + "=" + std::string(value);
  }
  return out;
}

class CsvOutput : public Output {
 public:
  CsvOutput(std::unique_ptr<ByteStream> stream, CsvSettings csv, const OutputSettings& settings)
      : stream_(std::move(stream)), csv_(std::move(csv)), columns_(settings.system_tags) {
    // These two are metadata and make no columns.
    std::erase_if(columns_, [](const auto& tag) { return tag == "vu" || tag == "iter"; });
    std::ranges::sort(columns_);
    text_ = "metric_name,timestamp,metric_value";
    for (const auto& column : columns_) text_ += "," + column;
    text_ += ",extra_tags,metadata\n";
  }

  Result<> write(std::span<const Point> points) override {
    for (const Point& point : points) {
      text_ += point.series->metric().name + ",";
      append_time(point.time);
      fmt::format_to(std::back_inserter(text_), ",{:f},", point.value);
      text_ += tags(point.series->tags()) + ",";
      if (point.metadata != nullptr) append_field(text_, joined(*point.metadata));
      text_ += "\n";
    }
    const auto written = stream_->write(text_);
    text_.clear();
    return written;
  }

  Result<> close() override {
    CREMA_TRY(stream_->write(text_));  // the head, where no point came
    text_.clear();
    return stream_->close();
  }

 private:
  void append_time(sys::WallTime time) {
    const auto since = std::chrono::nanoseconds(time.time_since_epoch()).count();
    const auto add = [&](std::int64_t number) {
      fmt::format_to(std::back_inserter(text_), "{}", number);
    };
    switch (csv_.time) {
      case TimeFormat::unix_seconds:
        return add(since / 1'000'000'000);
      case TimeFormat::unix_milli:
        return add(since / 1'000'000);
      case TimeFormat::unix_micro:
        return add(since / 1'000);
      case TimeFormat::unix_nano:
        return add(since);
      case TimeFormat::rfc3339:
        return time_.append_seconds(text_, time);
      case TimeFormat::rfc3339_nano:
        return time_.append(text_, time);
    }
  }

  // The columns of the system tags and the one of all others; once for each set of tags.
  const std::string& tags(const TagSet& set) {
    std::string& known = tags_[&set];
    if (!known.empty()) return known;
    for (const auto& column : columns_) {
      append_field(known, set.find(column).value_or(std::string_view()));
      known += ',';
    }
    std::vector<std::pair<std::string_view, std::string_view>> others;
    for (const Tag& tag : set.tags()) {
      if (!std::ranges::binary_search(columns_, tag.key)) others.emplace_back(tag.key, tag.value);
    }
    append_field(known, joined(others));
    return known;
  }

  std::unique_ptr<ByteStream> stream_;
  CsvSettings csv_;
  std::vector<std::string> columns_;
  std::unordered_map<const TagSet*, std::string> tags_;
  PointTime time_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<Output>> make_csv_output(const std::string& argument,
                                                const OutputSettings& settings) {
  auto csv = CREMA_TRY(parse_settings(argument, settings));
  auto stream = CREMA_TRY(open_stream(csv.file));
  return std::make_unique<CsvOutput>(std::move(stream), std::move(csv), settings);
}

}  // namespace crema::load
