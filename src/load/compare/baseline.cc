#include "crema/load/compare/baseline.h"

#include "crema/load/compare/verdict_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::load {
namespace {

using Json = nlohmann::ordered_json;

// The middle of the bucket that holds so much of all, in milliseconds.
double milliseconds_at(const TimeBlock& block, double share) {
  std::uint64_t all = 0;
  for (const auto& bucket : block.latency) all += bucket.count;
  const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(all));
  std::uint64_t below = 0;
  for (const auto& bucket : block.latency) {
    below += bucket.count;
    if (below > std::min(rank, all - 1))
      return (static_cast<double>(latency_from(bucket.key)) +
              static_cast<double>(latency_width(bucket.key)) / 2) /
             1e6;
  }
  return 0;
}

Json seconds_json(const RunRecord& base) {
  auto json = Json::array();
  if (base.series.empty()) return json;
  double place = 1;  // a run's first whole second is the one after it began
  for (const TimeBlock& block : base.series.front().blocks) {
    Json one = {{"t", place}, {"requests", block.requests}};
    place += base.block_seconds;
    if (block.failures != 0) one["failed"] = block.failures;
    if (!block.latency.empty()) {
      one["p50"] = milliseconds_at(block, 0.50);
      one["p95"] = milliseconds_at(block, 0.95);
      one["p99"] = milliseconds_at(block, 0.99);
    }
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string baseline_json(const std::string& name, const RunRecord& base,
                          const RunComparison* comparison) {
  Json json = {{"name", name}, {"commit", base.facts.commit}, {"seconds", seconds_json(base)}};
  if (comparison != nullptr)
    json["comparison"] = Json::parse(comparison_json(*comparison), nullptr, false);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace crema::load
