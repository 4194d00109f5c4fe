// The summary for people: thresholds, checks and metrics in sections, with their columns aligned.
#include "summary_part.h"
#include "summary_row.h"
#include "summary_table.h"
#include "summary_value.h"

#include "crema/base/strings.h"
#include "crema/load/metrics/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace crema::load {
namespace {

struct Section {
  std::string_view title;
  std::vector<std::string_view> metrics;  // of the built-in ones
};

// What is not built in stands in front of them as CUSTOM. `checks` has a block of its own, and
// `group_duration` is not shown.
const std::array<Section, 5>& sections() {
  static const std::array<Section, 5> all = {{
      {"HTTP",
       {"http_req_duration", "http_req_duration_intended", "http_req_failed", "http_reqs",
        "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking", "http_req_sending",
        "http_req_waiting", "http_req_receiving"}},
      {"EXECUTION",
       {"iteration_duration", "iterations", "iteration_start_delay", "dropped_iterations", "vus",
        "vus_max"}},
      {"NETWORK", {"data_received", "data_sent"}},
      {"WEBSOCKET",
       {"ws_connecting", "ws_msgs_received", "ws_msgs_sent", "ws_ping", "ws_session_duration",
        "ws_sessions"}},
      {"GRPC",
       {"grpc_req_duration", "grpc_streams", "grpc_streams_msgs_received",
        "grpc_streams_msgs_sent"}},
  }};
  return all;
}
std::string_view title_of(const Metric& metric) {
  for (const Section& section : sections()) {
    if (std::ranges::find(section.metrics, metric.name) != section.metrics.end())
      return section.title;
  }
  return "CUSTOM";
}

// Names come from scripts: nothing in them may move the cursor.
std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, ' ');
  return out;
}

// The checks of a tree, with those of the groups in it.
void collect_checks(const Group& group, std::vector<const Check*>& checks) {
  for (const auto& check : group.checks()) checks.push_back(check.get());
  for (const auto& inner : group.groups()) collect_checks(*inner, checks);
}

class SummaryText {
 public:
  SummaryText(const SummaryFacts& facts, const SummaryOptions& options)
      : facts_(facts), options_(options), paint_(options.colour) {}

  std::string write() {
    if (!facts_.thresholds.empty()) write_thresholds();
    title("TOTAL RESULTS");
    std::vector<const Check*> checks;
    collect_checks(facts_.collector.root_group(), checks);
    std::ranges::sort(checks, {}, &Check::order);
    write_checks(checks, 4);
    write_metrics(summary_rows(facts_), 4);
    if (options_.mode == SummaryMode::full) {
      write_parts("GROUP: ", default_group_parts(facts_.collector));
      write_parts("SCENARIO: ", scenario_parts(facts_.collector));
    }
    write_overflow();
    while (out_.ends_with("\n\n")) out_.pop_back();
    return std::move(out_);
  }

 private:
  void line(std::size_t indent, std::string_view text) {
    out_ += std::string(indent, ' ') + std::string(text) + "\n";
  }
  void title(std::string_view text) {
    out_ += "\n";
    line(2, paint_.bold(fmt::format("█ {}", text)));
    out_ += "\n";
  }
  std::string mark(bool good) const { return good ? paint_.green("✓") : paint_.red("✗"); }

  void write_thresholds() {
    title("THRESHOLDS");
    for (const auto& of_metric : facts_.thresholds.metrics()) {
      const bool nested =
          of_metric.sub != nullptr && facts_.thresholds.find(of_metric.metric->name) != nullptr;
      if (nested) continue;
      write_conditions(of_metric, printable(of_metric.name()), 4);
      if (of_metric.sub != nullptr) continue;
      for (const auto& inner : facts_.thresholds.metrics()) {
        if (inner.sub != nullptr && inner.metric == of_metric.metric)
          write_conditions(inner, printable("{" + inner.sub->suffix + "}"), 6);
      }
    }
  }

  void write_conditions(const ThresholdSet::OfMetric& of_metric, const std::string& name,
                        std::size_t indent) {
    line(indent, name);
    for (const auto& condition : of_metric.conditions) {
      const std::string_view source = condition.expression.source;
      line(indent, fmt::format("{} '{}' {}={}", mark(condition.passed), printable(source),
                               trim(source.substr(0, source.find_first_of("<>=!"))),
                               paint_.cyan(condition_value(*of_metric.metric, condition))));
    }
    out_ += "\n";
  }

  std::string condition_value(const Metric& metric,
                              const ThresholdSet::Condition& condition) const {
    const double value = condition.value.value_or(0);
    if (metric.type == MetricType::rate) return share_text(value);
    const auto text = value_text(value, metric.contains, options_.time_unit);
    return condition.expression.aggregation == Aggregation::rate ? text + "/s" : text;
  }

  void write_checks(const std::vector<const Check*>& checks, std::size_t indent) {
    if (checks.empty()) return;
    std::uint64_t passes = 0;
    std::uint64_t fails = 0;
    for (const Check* check : checks) {
      passes += check->passes;
      fails += check->fails;
    }
    const auto total = passes + fails;
    const auto share = [&](std::uint64_t part) {
      return total == 0 ? 0 : static_cast<double>(part) / static_cast<double>(total);
    };
    SummaryTable table(paint_);
    table.add({.name = "checks_total",
               .value = fmt::format("{}", total),
               .details = {number_text(per_second(static_cast<double>(total), facts_)) + "/s"}});
    for (const auto& [name, part] :
         {std::pair{"checks_succeeded", passes}, std::pair{"checks_failed", fails}})
      table.add({.name = name,
                 .value = share_text(share(part)),
                 .details = {fmt::format("{} out of {}", part, total)}});
    for (std::size_t i = 0; i < 3; ++i) line(indent, table.line(i));
    out_ += "\n";
    for (const Check* check : checks) write_check(*check, indent);
    out_ += "\n";
  }

  void write_check(const Check& check, std::size_t indent) {
    line(indent, mark(check.fails == 0) + " " + printable(check.name));
    if (check.fails == 0) return;
    const auto percent = static_cast<int>(100.0 * static_cast<double>(check.passes) /
                                          static_cast<double>(check.passes + check.fails));
    line(indent + 2,
         paint_.red(fmt::format("↳  {}% — ✓ {} / ✗ {}", percent, check.passes, check.fails)));
  }

  SummaryTable::Row table_row(const SummaryRow& row) const {
    SummaryTable::Row made{.name = row.sub == nullptr ? row.metric->name
                                                      : printable("  { " + row.sub->suffix + " }")};
    const auto contains = row.metric->contains;
    const auto shown = [&](double value) {
      return value_text(value, contains, options_.time_unit);
    };
    const auto values = values_of(row, facts_, options_);
    switch (row.metric->type) {
      case MetricType::counter:
        made.value = shown(values[0].second);
        made.details = {shown(values[1].second) + "/s"};
        break;
      case MetricType::gauge:
        made.value = shown(values[0].second);
        made.details = {"min=" + shown(values[1].second), "max=" + shown(values[2].second)};
        break;
      case MetricType::rate:
        made.value = share_text(values[0].second);
        made.details = {
            fmt::format("{} out of {}", values[1].second, values[1].second + values[2].second)};
        break;
      case MetricType::trend:
        for (std::size_t i = 0; i < values.size(); ++i) {
          const bool count = options_.trend_stats[i].kind == TrendStat::Kind::count;
          made.statistics.emplace_back(
              values[i].first, count ? number_text(values[i].second) : shown(values[i].second));
        }
        break;
    }
    return made;
  }

  void write_metrics(const std::vector<SummaryRow>& rows, std::size_t indent) {
    SummaryTable table(paint_);
    std::map<std::string_view, std::vector<std::size_t>> by_section;
    for (const SummaryRow& row : rows) {
      if (!is_in_summary(*row.metric, options_.mode)) continue;
      by_section[title_of(*row.metric)].push_back(table.add(table_row(row)));
    }
    const auto write_section = [&](std::string_view title) {
      const auto found = by_section.find(title);
      if (found == by_section.end()) return;
      line(indent, paint_.bold(title));
      for (const auto index : found->second) line(indent, table.line(index));
      out_ += "\n";
    };
    write_section("CUSTOM");
    for (const Section& section : sections()) write_section(section.title);
  }

  void write_parts(std::string_view kind, const std::vector<SummaryPart>& parts) {
    for (const SummaryPart& part : parts) {
      title(std::string(kind) + printable(part.name));
      write_part(part, 4);
    }
  }

  void write_part(const SummaryPart& part, std::size_t indent) {
    std::vector<const Check*> checks;
    for (const Check& check : part.checks) checks.push_back(&check);
    write_checks(checks, indent);
    std::vector<SummaryRow> rows;
    for (const auto& [metric, sink] : part.metrics)
      rows.push_back({.metric = metric, .sink = &sink});
    write_metrics(rows, indent);
    for (const SummaryPart& inner : part.groups) {
      line(indent, paint_.bold("↳ GROUP: " + printable(inner.name)));
      out_ += "\n";
      write_part(inner, indent + 2);
    }
  }

  void write_overflow() {
    if (facts_.collector.overflow() == 0) return;
    line(2, paint_.red(fmt::format(
                "! {} samples had more different tags than are kept, and stand under {}: give "
                "requests to many addresses one `name`",
                facts_.collector.overflow(), kOverflowValue)));
  }

  const SummaryFacts& facts_;
  const SummaryOptions& options_;
  SummaryPaint paint_;
  std::string out_;
};

}  // namespace

bool is_in_summary(const Metric& metric, SummaryMode mode) {
  if (metric.name == "checks" || metric.name == "group_duration") return false;
  // Only a full summary shows all of HTTP.
  constexpr std::array<std::string_view, 4> kCompactHttp = {
      "http_req_duration", "http_req_duration_intended", "http_req_failed", "http_reqs"};
  return mode == SummaryMode::full || title_of(metric) != "HTTP" ||
         std::ranges::find(kCompactHttp, metric.name) != kCompactHttp.end();
}

std::string summary_text(const SummaryFacts& facts, const SummaryOptions& options) {
  if (options.mode == SummaryMode::disabled) return "";
  return SummaryText(facts, options).write();
}

}  // namespace crema::load
