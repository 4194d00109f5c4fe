// A test that k6 has run, measured again: the points it wrote are given to a recorder.
#pragma once

#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/recorder.h"
#include "crema/load/metrics/summary.h"
#include "crema/load/metrics/threshold.h"
#include "crema/sys/files.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <ctime>
#include <filesystem>
#include <sstream>
#include <string>

namespace crema::load {

inline std::filesystem::path k6_file(const std::string& name) {
  return std::filesystem::path(CREMA_SOURCE_DIR) / "tests/data/load/metrics" / name;
}
inline std::string text_of(const std::filesystem::path& path) {
  auto text = sys::read_file(path);
  EXPECT_TRUE(text) << text.error().message;
  return text.value_or("");
}
inline nlohmann::json json_of(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false);
}

inline sys::WallTime time_of(const std::string& text) {
  std::tm parts{};
  int read = 0;
  std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
              &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &read);
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const std::string rest = text.substr(static_cast<std::size_t>(read));
  const double fraction = rest.front() == '.' ? std::stod("0" + rest) : 0;
  return sys::WallTime(std::chrono::seconds(::timegm(&parts)) +
                       std::chrono::nanoseconds(std::llround(fraction * 1e9)));
}

// The thresholds of script.js.
inline ThresholdRequests script_thresholds() {
  return {{"orders_made", {{"count>5"}, {"rate<1"}}},
          {"order_time{kind:slow}", {{"p(95)<500"}, {"avg>1000"}}},
          {"good_orders", {{"rate>0.99"}}},
          {"never_used", {{"max==0"}}},
          {"checks", {{"rate==1"}}},
          {"queue_depth", {{"value<=9"}}},
          {"iteration_duration", {{"p(95)<1000"}}},
          {"http_req_duration", {{"med<100000"}}},
          {"http_req_duration{status:404}", {{"max>0"}}},
          {"http_reqs{method: \"POST\"}", {{"count===0"}}},
          {"data_received", {{"count>1"}}}};
}

class K6Run {
 public:
  // `points` is the name of an NDJSON file of k6. With `tick` what was measured leaves the recorder
  // after every so many points.
  explicit K6Run(const std::string& points, std::size_t tick = 1'000'000)
      : builtins(registry), recorder(registry, builtins, tags, true, true), collector(registry) {
    lines_ = text_of(k6_file(points));
    declare_metrics();
    auto made = ThresholdSet::create(registry, script_thresholds());
    EXPECT_TRUE(made) << made.error().message;
    thresholds = std::move(*made);
    std::istringstream lines(lines_);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
      const auto json = json_of(line);
      if (json["type"] != "Point") continue;
      add_point(json);
      if (++count % tick == 0) collector.add(recorder.take());
    }
    collector.add(recorder.take());
  }

  const std::string& lines() const { return lines_; }

  Registry registry;
  Builtins builtins;
  TagStore tags;
  Recorder recorder;
  Collector collector;
  ThresholdSet thresholds;

 private:
  static MetricType type_of(const std::string& text) {
    for (const auto type :
         {MetricType::counter, MetricType::gauge, MetricType::rate, MetricType::trend}) {
      if (to_text(type) == text) return type;
    }
    ADD_FAILURE() << text;
    return MetricType::counter;
  }

  void declare_metrics() {
    std::istringstream lines(lines_);
    for (std::string line; std::getline(lines, line);) {
      const auto json = json_of(line);
      if (json["type"] != "Metric") continue;
      const auto& data = json["data"];
      EXPECT_TRUE(registry.declare(data["name"].get<std::string>(), type_of(data["type"]),
                                   data["contains"] == "time"   ? ValueType::time
                                   : data["contains"] == "data" ? ValueType::data
                                                                : ValueType::number));
    }
    EXPECT_TRUE(registry.declare("never_used", MetricType::trend, ValueType::time));
  }

  Group* group_of(const std::string& path) {
    Group* group = &recorder.root_group();
    for (std::size_t at = 0; at < path.size();) {
      const auto end = std::min(path.find("::", at + 2), path.size());
      group = group->group(path.substr(at + 2, end - at - 2));
      at = end;
    }
    return group;
  }

  void add_point(const nlohmann::json& json) {
    const auto& data = json["data"];
    const TagSet* set = tags.empty();
    for (const auto& [key, value] : data["tags"].items())
      set = tags.with(set, key, value.get<std::string>());
    const Metric& metric = *registry.find(json["metric"].get<std::string>());
    Series* series = recorder.series(metric, set);
    const double value = data["value"];
    const auto time = time_of(data["time"]);
    const std::string path(set->find("group").value_or(""));
    if (path == "::setup") {
      recorder.add(series, value, time);
    } else if (&metric == builtins.checks) {
      Check* check = group_of(path)->check(*set->find("check"));
      recorder.add_check(*check, series, value != 0, time);
    } else {
      group_of(path);
      recorder.add(series, value, time);
    }
  }

  std::string lines_;
};

}  // namespace crema::load
