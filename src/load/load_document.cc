#include "load_document.h"

#include "crema/load/compare/guard.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <variant>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;
// Names that a script makes without end are not all worth a line of a page.
constexpr std::size_t kMostChecks = 1000;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double seconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// Six digits say all that a plot can show.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10, 5 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) ? std::round(value * scale) / scale : value;
}

void add_values(Json& json, const CounterSink& sink) { json["count"] = sink.sum(); }

void add_values(Json& json, const GaugeSink& sink) {
  json["value"] = sink.last;
  json["min"] = sink.min;
  json["max"] = sink.max;
}

void add_values(Json& json, const RateSink& sink) {
  json["passed"] = sink.trues;
  json["total"] = sink.total;
}

void add_values(Json& json, const TrendSink& sink) {
  json["count"] = sink.count();
  json["avg"] = rounded(sink.average());
  json["min"] = rounded(sink.min());
  constexpr std::pair<const char*, double> kQuantiles[] = {
      {"p50", 0.50}, {"p90", 0.90}, {"p95", 0.95}, {"p99", 0.99}};
  for (const auto& [name, share] : kQuantiles) json[name] = rounded(sink.quantile(share));
  json["max"] = rounded(sink.max());
}

Json metrics_json(const Collector& collector) {
  auto json = Json::array();
  for (const Metric* metric : collector.registry().metrics()) {
    const Sink* sink = collector.total(*metric);
    if (sink == nullptr || is_empty(*sink)) continue;
    Json one = {{"name", metric->name},
                {"type", to_text(metric->type)},
                {"contains", to_text(metric->contains)}};
    std::visit([&one](const auto& values) { add_values(one, values); }, *sink);
    json.push_back(std::move(one));
  }
  return json;
}

void add_tally(Json& json, const RequestTally& tally) {
  json["requests"] = tally.requests;
  json["failed"] = tally.failed;
  if (tally.requests == 0) return;
  json["avg"] =
      rounded(static_cast<double>(tally.duration_sum) / 1e6 / static_cast<double>(tally.requests));
  json["p50"] = rounded(quantile(tally.durations, 0.50));
  json["p95"] = rounded(quantile(tally.durations, 0.95));
  json["p99"] = rounded(quantile(tally.durations, 0.99));
  json["max"] = rounded(quantile(tally.durations, 1));
}

Json requests_json(const Collector& collector) {
  auto json = Json::array();
  for (const auto& [kind, tally] : collector.requests()) {
    Json one = {{"scenario", kind.scenario}, {"name", kind.name}, {"method", kind.method}};
    add_tally(one, tally);
    json.push_back(std::move(one));
  }
  return json;
}

Json scenarios_json(const Collector& collector, const Progress& progress) {
  std::map<std::string, RequestTally, std::less<>> tallies;
  for (const auto& [kind, tally] : collector.requests()) tallies[kind.scenario].merge(tally);
  auto json = Json::array();
  for (const auto& scenario : progress.scenarios) {
    Json one = {{"name", scenario.name},
                {"executor", scenario.executor},
                {"share", rounded(scenario.share)},
                {"users", scenario.users},
                {"start", seconds_of(scenario.start)},
                {"duration", seconds_of(scenario.duration)},
                {"iterations", scenario.completed},
                {"dropped", scenario.dropped}};
    add_tally(one, tallies[scenario.name]);
    json.push_back(std::move(one));
  }
  return json;
}

void add_checks(Json& json, const Group& group) {
  for (const auto& check : group.checks())
    if (json.size() < kMostChecks)
      json.push_back({{"group", group.path()},
                      {"name", check->name},
                      {"passed", check->passes},
                      {"failed", check->fails}});
  for (const auto& inner : group.groups()) add_checks(json, *inner);
}

// What the numbers of a condition are: "ms", "bytes", "share" or "".
std::string_view unit_of(const Metric& metric, Aggregation aggregation) {
  if (metric.type == MetricType::rate) return "share";
  if (aggregation == Aggregation::rate || aggregation == Aggregation::count)
    return metric.contains == ValueType::data ? "bytes" : "";
  if (metric.contains == ValueType::time) return "ms";
  return metric.contains == ValueType::data ? "bytes" : "";
}

std::string_view sign_of(Comparison comparison) {
  constexpr std::string_view kSigns[] = {"<", "<=", ">", ">=", "==", "!="};
  return kSigns[static_cast<std::size_t>(comparison)];
}

Json thresholds_json(const ThresholdSet& thresholds) {
  auto json = Json::array();
  for (const auto& metric : thresholds.metrics())
    for (const auto& condition : metric.conditions) {
      const auto& expression = condition.expression;
      json.push_back({{"metric", metric.name()},
                      {"condition", expression.source},
                      {"passed", condition.passed},
                      {"sign", sign_of(expression.comparison)},
                      {"limit", expression.limit},
                      {"unit", unit_of(*metric.metric, expression.aggregation)}});
      if (condition.value) json.back()["value"] = rounded(*condition.value);
    }
  return json;
}

// Only of a run of a second or more: a shorter one is a look at whether the script works.
void add_generator(Json& json, const RunFacts& facts, bool measured) {
  json["generator"] = {{"cpu", facts.cpu_model},
                       {"cores", facts.cores},
                       {"cpu_share", rounded(facts.generator_cpu_share)},
                       {"steal_share", rounded(facts.steal_share)},
                       {"loop_lag_p99_ms", rounded(facts.loop_lag_p99_ms)}};
  json["breaches"] = Json::array();
  if (!measured) return;
  for (const Breach& breach : check_run(facts))
    json["breaches"].push_back(
        {{"code", breach.code}, {"message", breach.message}, {"hint", breach.hint}});
}

std::int64_t first_second(sys::WallTime begin) {
  return std::chrono::floor<std::chrono::seconds>(begin.time_since_epoch()).count();
}

// Pairs of numbers one after another: [place, count, place, count, ...].
Json flat(const auto& pairs) {
  auto json = Json::array();
  for (const auto& [place, count] : pairs) {
    json.push_back(place);
    json.push_back(count);
  }
  return json;
}

// Eight cells an octave, of 2^(n/8) ms and more as bucket_of cuts them; below a microsecond all is
// one.
std::map<std::int32_t, std::uint64_t> heat_of(const SparseHistogram& durations) {
  constexpr std::int32_t kBucketsOfCell = 64;
  constexpr std::int32_t kLowest = -80;
  const std::int32_t one = bucket_of(1);
  std::map<std::int32_t, std::uint64_t> cells;
  for (const auto& [bucket, count] : durations) {
    const std::int32_t from_one = bucket <= 0 ? kLowest * kBucketsOfCell : bucket - one;
    const auto cell =
        static_cast<std::int32_t>(std::floor(static_cast<double>(from_one) / kBucketsOfCell));
    cells[std::max(cell, kLowest)] += count;
  }
  return cells;
}

}  // namespace

std::string document_second(const Second& second, sys::WallTime begin) {
  Json json = {{"t", second.second - first_second(begin)}};
  const std::pair<const char*, std::uint64_t> counts[] = {{"users", second.vus.value_or(0)},
                                                          {"requests", second.requests},
                                                          {"failed", second.failed},
                                                          {"iterations", second.iterations},
                                                          {"dropped", second.dropped_iterations},
                                                          {"checks_failed", second.checks_failed},
                                                          {"sent", second.data_sent},
                                                          {"received", second.data_received}};
  for (const auto& [name, count] : counts)
    if (count != 0) json[name] = count;
  if (!second.durations.empty()) {
    json["p50"] = rounded(quantile(second.durations, 0.50));
    json["p95"] = rounded(quantile(second.durations, 0.95));
    json["p99"] = rounded(quantile(second.durations, 0.99));
    json["max"] = rounded(quantile(second.durations, 1));
    json["heat"] = flat(heat_of(second.durations));
  }
  if (!second.intended.empty()) json["intended_p95"] = rounded(quantile(second.intended, 0.95));
  if (!second.failures.empty()) json["failures"] = flat(second.failures);
  return text_of(json);
}

std::string document_state(const DocumentFacts& facts) {
  std::chrono::nanoseconds planned{0};
  for (const auto& scenario : facts.progress.scenarios)
    planned = std::max(planned, scenario.start + scenario.duration);
  Json json = {{"schema", kSchema},
               {"script", facts.script},
               {"started", fmt::format("{:%FT%TZ}",
                                       std::chrono::floor<std::chrono::milliseconds>(facts.begin))},
               {"from", first_second(facts.begin)},
               {"elapsed", rounded(seconds_of(facts.progress.elapsed))},
               {"planned", rounded(seconds_of(planned))},
               {"users", facts.progress.users},
               {"most_users", facts.progress.most_users},
               {"interrupted", facts.progress.interrupted}};
  if (facts.exit) json["exit"] = static_cast<int>(*facts.exit);
  json["metrics"] = metrics_json(facts.collector);
  json["scenarios"] = scenarios_json(facts.collector, facts.progress);
  json["requests"] = requests_json(facts.collector);
  json["checks"] = Json::array();
  add_checks(json["checks"], facts.collector.root_group());
  json["thresholds"] = thresholds_json(facts.thresholds);
  if (facts.measured != nullptr)
    add_generator(json, *facts.measured, facts.progress.elapsed >= std::chrono::seconds(1));
  return text_of(json);
}

std::string load_document(const DocumentFacts& facts, sys::WallTime end) {
  std::string document = document_state(facts);
  document.back() = ',';
  document += "\"seconds\":[";
  const auto first = std::chrono::ceil<std::chrono::seconds>(facts.begin.time_since_epoch());
  const auto last = std::chrono::floor<std::chrono::seconds>(end.time_since_epoch());
  const auto& seconds = facts.collector.seconds();
  std::string_view separator;
  for (auto second = first.count(); second < last.count(); ++second) {
    const auto found = seconds.find(second);
    document += separator;
    document += document_second(found == seconds.end() ? Second{.second = second} : found->second,
                                facts.begin);
    separator = ",";
  }
  return document + "]}";
}

}  // namespace crema::load
