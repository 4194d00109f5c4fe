#include "byte_stream.h"
#include "outputs.h"
#include "point_time.h"

#include "crema/formats/json.h"

#include <unordered_map>

namespace crema::load {
namespace {

using formats::json_number;
using formats::json_string;

std::string pairs_json(const auto& pairs) {
  std::string out = "{";
  for (const auto& [key, value] : pairs) {
    if (out.size() > 1) out += ',';
    out += json_string(key) + ":" + json_string(value);
  }
  return out + "}";
}

class JsonOutput : public Output {
 public:
  JsonOutput(std::unique_ptr<ByteStream> stream, const OutputSettings& settings)
      : stream_(std::move(stream)), settings_(settings) {}

  Result<> write(std::span<const Point> points) override {
    text_.clear();
    for (const Point& point : points) {
      const Metric& metric = point.series->metric();
      auto& seen = metrics_[&metric];
      if (seen.empty()) {
        seen = "{\"metric\":" + json_string(metric.name) + R"(,"type":"Point","data":{"time":")";
        text_ += metric_line(metric);
      }
      text_ += seen;
      time_.append(text_, point.time);
      text_ += R"(","value":)" + json_number(point.value) + ",\"tags\":" + tags(*point.series);
      if (point.metadata != nullptr && !point.metadata->empty())
        text_ += ",\"metadata\":" + pairs_json(*point.metadata);
      text_ += "}}\n";
    }
    return stream_->write(text_);
  }

  Result<> close() override { return stream_->close(); }

 private:
  std::string metric_line(const Metric& metric) const {
    std::string thresholds;
    if (const auto* found =
            settings_.thresholds == nullptr ? nullptr : settings_.thresholds->find(metric.name)) {
      for (const auto& condition : found->conditions)
        thresholds += (thresholds.empty() ? "" : ",") + json_string(condition.expression.source);
    }
    std::string subs;
    for (const SubMetric* sub : settings_.registry->sub_metrics(metric)) {
      subs += (subs.empty() ? "{\"name\":" : ",{\"name\":") + json_string(sub->name) +
              ",\"suffix\":" + json_string(sub->suffix) + ",\"tags\":" + pairs_json(sub->tags) +
              "}";
    }
    const auto name = json_string(metric.name);
    return R"({"type":"Metric","data":{"name":)" + name + ",\"type\":\"" +
           std::string(to_text(metric.type)) + R"(","contains":")" +
           std::string(to_text(metric.contains)) + "\",\"thresholds\":[" + thresholds +
           "],\"submetrics\":" + (subs.empty() ? "null" : "[" + subs + "]") +
           "},\"metric\":" + name + "}\n";
  }

  // Rendered once for each set of tags, of which there is a limited number.
  const std::string& tags(const Series& series) {
    std::string& known = tags_[&series.tags()];
    if (known.empty()) {
      std::vector<std::pair<std::string_view, std::string_view>> pairs;
      for (const Tag& tag : series.tags().tags()) pairs.emplace_back(tag.key, tag.value);
      known = pairs_json(pairs);
    }
    return known;
  }

  std::unique_ptr<ByteStream> stream_;
  OutputSettings settings_;
  std::unordered_map<const Metric*, std::string> metrics_;  // how each one's points begin
  std::unordered_map<const TagSet*, std::string> tags_;
  PointTime time_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<Output>> make_json_output(const std::string& argument,
                                                 const OutputSettings& settings) {
  return std::make_unique<JsonOutput>(CREMA_TRY(open_stream(argument)), settings);
}

}  // namespace crema::load
