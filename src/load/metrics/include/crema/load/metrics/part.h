// The parts of a test that a full summary shows apart: what was measured in one group of one
// scenario. The parts of a scenario add up to it.
#pragma once

#include "crema/load/metrics/sink.h"

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace crema::load {

class TagSet;

struct PartKey {
  std::string scenario;  // "" for the one that has no name of its own
  std::string group;     // its path, "::outer::inner"; "" outside of groups
  std::string check;     // of the metric `checks` only

  auto operator<=>(const PartKey&) const = default;
};

// The part that samples with these tags belong to. None where that is the whole test: no scenario
// but the default one and no group. setup and teardown are no part either, as in k6.
std::optional<PartKey> part_of(const Metric& metric, const TagSet& tags);

// What the parts of a test have measured.
class Parts {
 public:
  struct Key {
    PartKey part;
    const Metric* metric = nullptr;  // never null

    bool operator<(const Key& other) const {
      return std::tie(part, metric->id) < std::tie(other.part, other.metric->id);
    }
  };

  void merge(const Key& key, Sink&& sink);
  const std::map<Key, Sink>& all() const { return all_; }

 private:
  std::map<Key, Sink> all_;
};

}  // namespace crema::load
