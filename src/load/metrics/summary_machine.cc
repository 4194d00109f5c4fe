// The summary in the schema that k6 has for programs (its internal/lib/summary/machinereadable).
#include "point_time.h"
#include "summary_row.h"

#include "crema/formats/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchemaVersion = "1.0.0";
// Statistics by their names in this form, which has no others.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTrendValues = {{
    {"avg", "avg"},
    {"max", "max"},
    {"med", "med"},
    {"min", "min"},
    {"p(90)", "p90"},
    {"p(95)", "p95"},
}};

Json metric_json(std::string_view name, std::string_view type, std::string_view contains,
                 Json values) {
  return {{"contains", contains}, {"name", name}, {"type", type}, {"values", std::move(values)}};
}

Json rate_json(double matches, double total) {
  return {{"matches", matches}, {"rate", total == 0 ? 0 : matches / total}, {"total", total}};
}

Json values_json(const SummaryRow& row, const SummaryFacts& facts, const SummaryOptions& options) {
  std::map<std::string, double> values;
  for (const auto& [name, value] : values_of(row, facts, options)) values[name] = value;
  switch (row.metric->type) {
    case MetricType::counter:
      return {{"count", values["count"]}};
    case MetricType::gauge:
      return {{"max", values["max"]}, {"min", values["min"]}, {"value", values["value"]}};
    case MetricType::rate:
      return rate_json(values["passes"], values["passes"] + values["fails"]);
    case MetricType::trend:
      break;
  }
  Json trend = Json::object();
  for (const auto& [name, member] : kTrendValues) {
    if (const auto found = values.find(std::string(name)); found != values.end())
      trend[std::string(member)] = found->second;
  }
  return trend;
}

void collect_checks(const Group& group, std::vector<const Check*>& checks) {
  for (const auto& check : group.checks()) checks.push_back(check.get());
  for (const auto& inner : group.groups()) collect_checks(*inner, checks);
}

// Checks of one name are one, wherever they are.
Json checks_json(const Group& root) {
  std::vector<const Check*> all;
  collect_checks(root, all);
  std::ranges::sort(all, {}, &Check::order);
  if (all.empty()) return Json::object();
  Json results = Json::array();
  std::map<std::string_view, std::size_t> places;
  std::uint64_t passes = 0;
  std::uint64_t fails = 0;
  for (const Check* check : all) {
    passes += check->passes;
    fails += check->fails;
    const auto [place, fresh] = places.try_emplace(check->name, results.size());
    if (fresh) results.push_back({{"fails", 0U}, {"name", check->name}, {"passes", 0U}});
    Json& result = results[place->second];
    result["fails"] = result["fails"].get<std::uint64_t>() + check->fails;
    result["passes"] = result["passes"].get<std::uint64_t>() + check->passes;
  }
  const auto total = static_cast<double>(passes + fails);
  return {{"metrics",
           {metric_json("checks_total", "counter", "default", {{"count", total}}),
            metric_json("checks_failed", "rate", "default",
                        rate_json(static_cast<double>(fails), total)),
            metric_json("checks_succeeded", "rate", "default",
                        rate_json(static_cast<double>(passes), total))}},
          {"results", std::move(results)}};
}

}  // namespace

std::string machine_summary_json(const SummaryFacts& facts, const SummaryOptions& options,
                                 const SummaryOrigin& origin) {
  Json metrics = Json::array();
  for (const SummaryRow& row : summary_rows(facts)) {
    if (!is_in_summary(*row.metric, options.mode)) continue;
    metrics.push_back(metric_json(row.name(), to_text(row.metric->type),
                                  to_text(row.metric->contains), values_json(row, facts, options)));
  }
  std::string written_at;
  PointTime().append(written_at, origin.written_at);
  const Json document = {
      {"config",
       {{"duration", std::chrono::duration<double>(facts.duration).count()},
        {"execution", "local"},
        {"script", origin.script}}},
      {"metadata", {{"generated_at", written_at}, {"k6_version", origin.version}}},
      {"results",
       {{"checks", checks_json(facts.collector.root_group())}, {"metrics", std::move(metrics)}}},
      {"version", kSchemaVersion}};
  return formats::json_text(document, formats::JsonLayout::pretty) + "\n";
}

}  // namespace crema::load
