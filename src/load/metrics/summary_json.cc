// The summary as data: what handleSummary() gets, and the file of --summary-export.
#include "summary_row.h"

#include "crema/formats/json.h"

#include <nlohmann/json.hpp>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

Json check_json(const Group& group, const Check& check) {
  const auto path = group.path_of(check);
  return {{"name", check.name},
          {"path", path},
          {"id", path_id(path)},
          {"passes", check.passes},
          {"fails", check.fails}};
}

// Members in lists, as handleSummary() has them, or by name, as the export has.
Json group_json(const Group& group, bool by_name) {
  Json groups = by_name ? Json::object() : Json::array();
  Json checks = groups;
  for (const auto& inner : group.groups()) {
    auto json = group_json(*inner, by_name);
    by_name ? void(groups[inner->name()] = std::move(json)) : groups.push_back(std::move(json));
  }
  for (const auto& check : group.checks()) {
    auto json = check_json(group, *check);
    by_name ? void(checks[check->name] = std::move(json)) : checks.push_back(std::move(json));
  }
  return {{"name", group.name()},
          {"path", group.path()},
          {"id", path_id(group.path())},
          {"groups", std::move(groups)},
          {"checks", std::move(checks)}};
}

Json options_json(const SummaryOptions& options) {
  Json stats = Json::array();
  for (const auto& stat : options.trend_stats) stats.push_back(stat.name);
  constexpr std::array<std::string_view, 4> kUnits = {"", "s", "ms", "us"};
  return {{"summaryTrendStats", std::move(stats)},
          {"summaryTimeUnit", kUnits.at(static_cast<std::size_t>(options.time_unit))},
          {"noColor", options.no_colour}};
}

Json metric_json(const SummaryRow& row, const SummaryFacts& facts, const SummaryOptions& options) {
  Json values = Json::object();
  for (const auto& [name, value] : values_of(row, facts, options)) values[name] = value;
  Json metric = {{"type", to_text(row.metric->type)},
                 {"contains", to_text(row.metric->contains)},
                 {"values", std::move(values)}};
  if (const auto* thresholds = facts.thresholds.find(row.name())) {
    for (const auto& condition : thresholds->conditions)
      metric["thresholds"][condition.expression.source] = {{"ok", condition.passed}};
  }
  return metric;
}

Json exported_metric_json(const SummaryRow& row, const SummaryFacts& facts,
                          const SummaryOptions& options) {
  Json metric = Json::object();
  for (const auto& [name, value] : values_of(row, facts, options)) {
    const bool share = row.metric->type == MetricType::rate && name == "rate";
    metric[share ? "value" : name] = value;
  }
  if (const auto* thresholds = facts.thresholds.find(row.name())) {
    for (const auto& condition : thresholds->conditions)
      metric["thresholds"][condition.expression.source] = !condition.passed;
  }
  return metric;
}

Result<> add_setup_data(Json& document, const SummaryFacts& facts) {
  if (facts.setup_data.empty()) return {};
  document["setup_data"] =
      CREMA_TRY(formats::parse_json(std::make_shared<SourceFile>("setup data", facts.setup_data)));
  return {};
}

}  // namespace

Result<std::string> handle_summary_json(const SummaryFacts& facts, const SummaryOptions& options) {
  const double milliseconds = std::chrono::duration<double, std::milli>(facts.duration).count();
  Json document = {{"root_group", group_json(facts.collector.root_group(), false)},
                   {"options", options_json(options)},
                   {"state",
                    {{"isStdOutTTY", options.stdout_is_terminal},
                     {"isStdErrTTY", options.stderr_is_terminal},
                     {"testRunDurationMs", milliseconds}}},
                   {"metrics", Json::object()}};
  for (const auto& row : summary_rows(facts))
    document["metrics"][row.name()] = metric_json(row, facts, options);
  CREMA_TRY(add_setup_data(document, facts));
  return formats::json_text(document, formats::JsonLayout::compact);
}

Result<std::string> summary_export_json(const SummaryFacts& facts, const SummaryOptions& options) {
  Json document = {{"root_group", group_json(facts.collector.root_group(), true)},
                   {"metrics", Json::object()}};
  for (const auto& row : summary_rows(facts))
    document["metrics"][row.name()] = exported_metric_json(row, facts, options);
  CREMA_TRY(add_setup_data(document, facts));
  return formats::json_text(document, formats::JsonLayout::pretty) + "\n";
}

}  // namespace crema::load
