#include "crema/load/metrics/part.h"

#include "crema/load/metrics/tags.h"

#include <utility>

namespace crema::load {

std::optional<PartKey> part_of(const Metric& metric, const TagSet& tags) {
  const auto tag = [&](std::string_view key) {
    return std::string(tags.find(key).value_or(std::string_view()));
  };
  PartKey key{.scenario = tag("scenario"), .group = tag("group"), .check = {}};
  if (key.scenario == "default") key.scenario.clear();
  // A group inside of setup is one, though.
  if (key.group == "::setup" || key.group == "::teardown") return std::nullopt;
  if (key.scenario.empty() && key.group.empty()) return std::nullopt;
  if (metric.name == "checks") key.check = tag("check");
  return key;
}

void Parts::merge(const Key& key, Sink&& sink) {
  const auto [at, fresh] = all_.try_emplace(key, std::move(sink));
  if (!fresh) merge_into(at->second, sink);
}

}  // namespace crema::load
