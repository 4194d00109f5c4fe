#include "load_comparison.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace crema::cli {
namespace {

constexpr double kPercent = 100;

Result<double> share(std::string_view text, std::string_view whole) {
  if (text.ends_with('%')) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0) ||
      !std::isfinite(value))
    return fail("load/margin",
                fmt::format("--margin {}: a margin is a percentage above 0, as in 5%", whole));
  return value / kPercent;
}

Result<> apply_margin(std::string_view text, std::vector<load::DeclaredMetric>& metrics) {
  const auto equals = text.find('=');
  const bool all = equals == std::string_view::npos;
  const auto name = text.substr(0, equals);
  const auto value = CREMA_TRY(share(all ? text : text.substr(equals + 1), text));
  if (!all && !load::compare_metric(name))
    return fail("load/margin", fmt::format("--margin {}: there is no metric {}: p50, p95, p99, "
                                           "mean, throughput and errors are",
                                           text, name));
  bool declared = false;
  for (auto& metric : metrics) {
    const bool meant = all ? metric.metric != load::CompareMetric::errors
                           : metric.metric == load::compare_metric(name);
    if (!meant) continue;
    metric.margin = value;
    declared = true;
  }
  if (!declared) metrics.push_back({.metric = *load::compare_metric(name), .margin = value});
  return {};
}

}  // namespace

ComparisonExit exit_of(load::Verdict verdict) {
  switch (verdict) {
    case load::Verdict::fine:
    case load::Verdict::improvement:
      return ComparisonExit::fine;
    case load::Verdict::regression:
      return ComparisonExit::regression;
    case load::Verdict::inconclusive:
    case load::Verdict::invalid:
      break;
  }
  return ComparisonExit::undecided;
}

Result<load::CompareSettings> comparison_settings(std::span<const std::string> margins,
                                                  double warm_up_seconds) {
  load::CompareSettings settings;
  for (const auto& text : margins) CREMA_TRY(apply_margin(text, settings.metrics));
  settings.bootstrap.warm_up_seconds = warm_up_seconds;
  return settings;
}

}  // namespace crema::cli
