#include "crema/load/metrics/request_tally.h"

#include <charconv>
#include <utility>

namespace crema::load {
namespace {

std::uint32_t number_of(const TagSet& tags, std::string_view key) {
  std::uint32_t number = 0;
  if (const auto text = tags.find(key))
    std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

}  // namespace

std::uint32_t failure_code(const TagSet& tags) {
  const auto code = number_of(tags, "error_code");
  return code != 0 ? code : number_of(tags, "status");
}

void RequestTally::merge(const RequestTally& other) {
  requests += other.requests;
  failed += other.failed;
  duration_sum += other.duration_sum;
  merge_into(durations, other.durations);
}

RequestTallies::Open* RequestTallies::of(const TagSet& tags) {
  const auto value = [&tags](std::string_view key) {
    return std::string(tags.find(key).value_or(std::string_view()));
  };
  RequestKind kind{.scenario = value("scenario"), .name = value("name"), .method = value("method")};
  if (open_.size() >= kMostRequestKinds && !open_.contains(kind))
    kind = {
        .scenario = std::move(kind.scenario), .name = std::string(kOverflowValue), .method = {}};
  return &open_[std::move(kind)];
}

std::vector<RequestTally> RequestTallies::take() {
  std::vector<RequestTally> taken;
  for (auto& [kind, open] : open_) {
    if (open.requests == 0) continue;
    taken.push_back({.kind = kind,
                     .requests = open.requests,
                     .failed = open.failed,
                     .duration_sum = open.duration_sum,
                     .durations = open.durations.sparse()});
    open = {};
  }
  return taken;
}

}  // namespace crema::load
