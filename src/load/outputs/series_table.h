// The series of a test as a server sees them: those of all threads that have the same metric and
// the same tags are one.
#pragma once

#include "crema/load/metrics/recorder.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace crema::load {

struct KnownSeries {
  const Metric* metric = nullptr;
  std::vector<std::pair<std::string, std::string>> tags;  // sorted by key; none is empty
};

class SeriesTable {
 public:
  // Dense; a new number is size() before the call.
  std::size_t place_of(const Series& series);
  const KnownSeries& operator[](std::size_t place) const { return known_[place]; }
  std::size_t size() const { return known_.size(); }

 private:
  std::unordered_map<const Series*, std::size_t> by_series_;
  std::map<std::pair<std::uint32_t, std::string>, std::size_t> by_content_;
  std::deque<KnownSeries> known_;
};

}  // namespace crema::load
