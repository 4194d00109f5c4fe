#include "crema/load/compare/verdict_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace crema::load {
namespace {

constexpr std::size_t kColumns = 7;
using Cells = std::array<std::string, kColumns>;

bool is_latency(CompareMetric metric) {
  return metric != CompareMetric::throughput && metric != CompareMetric::errors;
}

std::string latency_text(double nanoseconds) {
  if (nanoseconds >= 1e9) return fmt::format("{:.3g} s", nanoseconds / 1e9);
  if (nanoseconds >= 1e6) return fmt::format("{:.4g} ms", nanoseconds / 1e6);
  return fmt::format("{:.4g} us", nanoseconds / 1e3);
}

std::string value_text(CompareMetric metric, double value) {
  if (is_latency(metric)) return latency_text(value);
  if (metric == CompareMetric::errors) return fmt::format("{:.3g} %", value * 100);
  return fmt::format("{:.1f} /s", value);
}

// No "-0.0": what rounds to nothing has no sign.
std::string percent(CompareMetric metric, double change) {
  if (!std::isfinite(change)) return "?";
  if (metric == CompareMetric::errors)
    return std::abs(change) < 5e-6 ? "0.000" : fmt::format("{:+.3f}", change * 100);
  return std::abs(change) < 5e-4 ? "0.0" : fmt::format("{:+.1f}", change * 100);
}

std::string_view unit(CompareMetric metric) { return metric == CompareMetric::errors ? "pp" : "%"; }

bool has_numbers(const MetricVerdict& metric) {
  // An interval is never without width and never at all where nothing was estimated.
  return metric.base != 0 || metric.fresh != 0 || metric.low != 0 || metric.high != 0;
}

Cells cells_of(const MetricVerdict& metric) {
  const auto kind = metric.metric;
  Cells cells{std::string(to_text(kind)),
              "-",
              "-",
              "-",
              "-",
              fmt::format("{:g} {}", metric.margin * 100, unit(kind)),
              std::string(to_text(metric.verdict))};
  if (!has_numbers(metric)) return cells;
  cells[1] = value_text(kind, metric.base);
  cells[2] = value_text(kind, metric.fresh);
  cells[3] = fmt::format("{} {}", percent(kind, metric.change), unit(kind));
  cells[4] =
      fmt::format("{} to {} {}", percent(kind, metric.low), percent(kind, metric.high), unit(kind));
  return cells;
}

const Cells& heads() {
  static const Cells kHeads{"metric", "base", "new", "change", "interval", "margin", "verdict"};
  return kHeads;
}

std::string headline(const RunComparison& comparison) {
  const auto count = [&](Verdict verdict) {
    return std::ranges::count(comparison.metrics, verdict, &MetricVerdict::verdict);
  };
  const auto all = comparison.metrics.size();
  switch (comparison.verdict) {
    case Verdict::invalid:
      return "The runs cannot be compared: what they measured is not the server alone";
    case Verdict::regression:
      return fmt::format("Regression: {} of {} metrics got worse by more than their margin",
                         count(Verdict::regression), all);
    case Verdict::inconclusive:
      return fmt::format("Inconclusive: {} of {} metrics are not decided",
                         count(Verdict::inconclusive), all);
    case Verdict::improvement:
      return fmt::format("Improvement: {} of {} metrics got better, none worse",
                         count(Verdict::improvement), all);
    case Verdict::fine:
      return "Fine: no metric got worse by more than its margin";
  }
  return "";
}

// How it was measured, in one line.
std::string circumstances(const RunComparison& comparison) {
  auto text = fmt::format(
      "{:g} s of the base and {:g} s of the new run{}, {:g} s of warm-up left out; {:g} % "
      "confidence over all {} metrics",
      comparison.base_seconds, comparison.fresh_seconds,
      comparison.pairing == Pairing::interleaved ? ", in turns" : "", comparison.warm_up_seconds,
      comparison.confidence * 100, comparison.metrics.size());
  if (comparison.looks > 1)
    text += fmt::format(", look {} of {}", comparison.look, comparison.looks);
  return text;
}

struct Named {
  std::string_view of;
  const std::vector<Breach>* breaches;
};

std::array<Named, 3> breaches_of(const RunComparison& comparison) {
  return {Named{"base", &comparison.base_breaches}, Named{"new run", &comparison.fresh_breaches},
          Named{"both", &comparison.pair_breaches}};
}

// What follows the table: a sentence each.
std::vector<std::string> notes_of(const RunComparison& comparison) {
  std::vector<std::string> notes;
  for (const auto& [of, breaches] : breaches_of(comparison))
    for (const auto& breach : *breaches)
      notes.push_back(fmt::format("{}: {}; {}", of, breach.message, breach.hint));
  for (const auto& metric : comparison.metrics)
    if (!metric.why.empty())
      notes.push_back(
          fmt::format("{} of `{}`: {}", to_text(metric.metric), metric.series, metric.why));
  notes.insert(notes.end(), comparison.remarks.begin(), comparison.remarks.end());
  return notes;
}

// Pipes and line breaks would end a cell of Markdown.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string row_text(const Cells& cells, const std::array<std::size_t, kColumns>& widths) {
  std::string line;
  for (std::size_t column = 0; column < kColumns; ++column) {
    // Words to the left, numbers to the right.
    const bool word = column == 0 || column + 1 == kColumns;
    line +=
        fmt::format(fmt::runtime(word ? "{:<{}}  " : "{:>{}}  "), cells[column], widths[column]);
  }
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n";
}

nlohmann::ordered_json breaches_json(const std::vector<Breach>& breaches) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& breach : breaches)
    json.push_back({{"code", breach.code},
                    {"measured", breach.measured},
                    {"limit", breach.limit},
                    {"message", breach.message},
                    {"hint", breach.hint}});
  return json;
}

nlohmann::ordered_json metric_json(const MetricVerdict& metric) {
  const double scale = is_latency(metric.metric) ? 1e-6 : 1;
  nlohmann::ordered_json json = {{"series", metric.series},
                                 {"metric", to_text(metric.metric)},
                                 {"margin", metric.margin},
                                 {"verdict", to_text(metric.verdict)}};
  if (has_numbers(metric)) {
    json["base"] = metric.base * scale;
    json["new"] = metric.fresh * scale;
    json["change"] = metric.change;
    json["low"] = metric.low;
    json["high"] = metric.high;
  }
  if (metric.more_seconds) json["more_seconds"] = *metric.more_seconds;
  if (!metric.why.empty()) json["why"] = metric.why;
  return json;
}

}  // namespace

std::string comparison_text(const RunComparison& comparison) {
  std::array<std::size_t, kColumns> widths{};
  std::vector<Cells> rows{heads()};
  for (const auto& metric : comparison.metrics) rows.push_back(cells_of(metric));
  for (const auto& row : rows)
    for (std::size_t column = 0; column < kColumns; ++column)
      widths[column] = std::max(widths[column], row[column].size());
  std::string out;
  std::string_view series;
  for (std::size_t i = 0; i < comparison.metrics.size(); ++i) {
    if (i == 0 || comparison.metrics[i].series != series) {
      series = comparison.metrics[i].series;
      out += fmt::format("{}{}\n", i > 0 ? "\n" : "", series);
      out += row_text(rows.front(), widths);
    }
    out += row_text(rows[i + 1], widths);
  }
  out += fmt::format("\n{}.\n", circumstances(comparison));
  for (const auto& note : notes_of(comparison)) out += fmt::format("- {}\n", note);
  return out + headline(comparison) + "\n";
}

std::string comparison_markdown(const RunComparison& comparison) {
  auto out = fmt::format("### {}\n\n| series |", headline(comparison));
  for (const auto& head : heads()) out += fmt::format(" {} |", head);
  out += "\n|---|---|--:|--:|--:|--:|--:|---|\n";
  for (const auto& metric : comparison.metrics) {
    out += fmt::format("| {} |", cell(metric.series));
    for (const auto& text : cells_of(metric)) out += fmt::format(" {} |", text);
    out += "\n";
  }
  out += fmt::format("\n{}.\n", circumstances(comparison));
  const auto notes = notes_of(comparison);
  if (!notes.empty()) out += "\n";
  for (const auto& note : notes) out += fmt::format("- {}\n", cell(note));
  return out;
}

std::string comparison_json(const RunComparison& comparison) {
  nlohmann::ordered_json json = {{"verdict", to_text(comparison.verdict)},
                                 {"base_seconds", comparison.base_seconds},
                                 {"new_seconds", comparison.fresh_seconds},
                                 {"warm_up_seconds", comparison.warm_up_seconds},
                                 {"confidence", comparison.confidence},
                                 {"looks", comparison.looks},
                                 {"look", comparison.look},
                                 {"interleaved", comparison.pairing == Pairing::interleaved},
                                 {"metrics", nlohmann::ordered_json::array()},
                                 {"invalid", nlohmann::ordered_json::object()},
                                 {"remarks", comparison.remarks}};
  for (const auto& metric : comparison.metrics) json["metrics"].push_back(metric_json(metric));
  json["invalid"]["base"] = breaches_json(comparison.base_breaches);
  json["invalid"]["new"] = breaches_json(comparison.fresh_breaches);
  json["invalid"]["pair"] = breaches_json(comparison.pair_breaches);
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace crema::load
