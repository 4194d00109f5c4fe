#include "crema/load/metrics/metric.h"

#include "crema/base/strings.h"
#include "crema/load/metrics/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 4> kTypes = {"counter", "gauge", "rate", "trend"};
constexpr std::array<std::string_view, 3> kContents = {"default", "time", "data"};

bool is_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return name.size() >= 2 && name.size() <= 129 && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// Blanks around it, then the quotes around it, do not count.
std::string_view bare(std::string_view text) {
  const auto quoted = [](char c) { return c == '"' || c == '\'' || c == ' '; };
  while (!text.empty() && quoted(text.front())) text.remove_prefix(1);
  while (!text.empty() && quoted(text.back())) text.remove_suffix(1);
  return text;
}

Result<SubMetric> parse_sub_metric(std::string_view name) {
  const auto brace = name.find('{');
  if (brace == std::string_view::npos || !name.ends_with('}')) {
    auto error = make_error("load/sub-metric",
                            fmt::format("`{}` is not a metric with tags in braces", name));
    error.hint = "write it as `http_req_duration{status:200}`";
    return error;
  }
  SubMetric made;
  made.name = name;
  made.suffix = name.substr(brace + 1, name.size() - brace - 2);
  for (const auto part : split(std::string_view(made.suffix), ',')) {
    const auto colon = part.find(':');
    const auto key = bare(part.substr(0, colon));
    if (key.empty() || colon == std::string_view::npos) {
      auto error = make_error("load/sub-metric",
                              fmt::format("`{}` has a tag without a name or a value", name));
      error.hint = "write each tag as `key:value`";
      return error;
    }
    made.tags.emplace_back(key, bare(part.substr(colon + 1)));
  }
  return made;
}

}  // namespace

std::string_view to_text(MetricType type) { return kTypes.at(static_cast<std::size_t>(type)); }
std::string_view to_text(ValueType type) { return kContents.at(static_cast<std::size_t>(type)); }

bool SubMetric::matches(const TagSet& set) const {
  return std::ranges::all_of(tags, [&](const auto& tag) {
    return set.find(tag.first).value_or(std::string_view()) == tag.second;
  });
}

Result<const Metric*> Registry::declare(std::string_view name, MetricType type,
                                        ValueType contains) {
  auto tables = tables_.lock();
  if (const auto found = tables->by_name.find(name); found != tables->by_name.end()) {
    if (found->second->type == type) return found->second;
    auto error = make_error("load/metric-type",
                            fmt::format("the metric `{}` is a {} already and cannot be a {}", name,
                                        to_text(found->second->type), to_text(type)));
    error.hint = "give one of the two another name";
    return error;
  }
  if (!is_name(name)) {
    auto error = make_error("load/metric-name", fmt::format("`{}` cannot name a metric", name));
    error.hint = "use 2 to 129 ASCII letters, digits and underscores, no digit first";
    return error;
  }
  tables->metrics.push_back({.id = static_cast<std::uint32_t>(tables->metrics.size()),
                             .name = std::string(name),
                             .type = type,
                             .contains = contains});
  const Metric* made = &tables->metrics.back();
  tables->by_name.emplace(made->name, made);
  tables->of_metric.emplace_back();
  return made;
}

const Metric* Registry::find(std::string_view name) const {
  auto tables = tables_.lock();
  const auto found = tables->by_name.find(name);
  return found == tables->by_name.end() ? nullptr : found->second;
}

std::vector<const Metric*> Registry::metrics() const {
  auto tables = tables_.lock();
  std::vector<const Metric*> all;
  for (const Metric& metric : tables->metrics) all.push_back(&metric);
  return all;
}

Result<const SubMetric*> Registry::declare_sub_metric(std::string_view name) {
  auto made = CREMA_TRY(parse_sub_metric(name));
  auto tables = tables_.lock();
  if (const auto found = tables->sub_by_name.find(name); found != tables->sub_by_name.end())
    return found->second;
  const auto parent = tables->by_name.find(name.substr(0, name.find('{')));
  if (parent == tables->by_name.end()) {
    auto error = make_error("load/unknown-metric",
                            fmt::format("`{}` is of a metric that nobody has declared", name));
    error.hint = "use a built-in metric, or one that the script makes when it starts";
    return error;
  }
  made.metric = parent->second;
  made.id = static_cast<std::uint32_t>(tables->sub_metrics.size());
  tables->sub_metrics.push_back(std::move(made));
  const SubMetric* sub = &tables->sub_metrics.back();
  tables->sub_by_name.emplace(sub->name, sub);
  tables->of_metric[sub->metric->id].push_back(sub);
  return sub;
}

const SubMetric* Registry::find_sub_metric(std::string_view name) const {
  auto tables = tables_.lock();
  const auto found = tables->sub_by_name.find(name);
  return found == tables->sub_by_name.end() ? nullptr : found->second;
}

std::vector<const SubMetric*> Registry::sub_metrics(const Metric& metric) const {
  return tables_.lock()->of_metric.at(metric.id);
}

}  // namespace crema::load
