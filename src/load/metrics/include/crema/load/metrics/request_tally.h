// What the requests of one kind came to, for tables by name and by scenario: as much as a person
// wants to know of each, in little memory.
#pragma once

#include "crema/load/metrics/histogram.h"
#include "crema/load/metrics/tags.h"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace crema::load {

struct RequestKind {
  std::string scenario;
  std::string name;  // the tag `name`: the URL, where the script gave none
  std::string method;
  auto operator<=>(const RequestKind&) const = default;
};

struct RequestTally {
  RequestKind kind;
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  std::uint64_t duration_sum = 0;  // of http_req_duration, in nanoseconds
  SparseHistogram durations;       // of the same, in milliseconds

  // Both are of the same kind.
  void merge(const RequestTally& other);
  bool operator==(const RequestTally&) const = default;
};

// Kinds beyond so many are counted together, under the name "(overflow)" of their scenario.
inline constexpr std::size_t kMostRequestKinds = 200;   // of a thread
inline constexpr std::size_t kMostKindsTogether = 400;  // of all threads

// Which way a request went wrong, from its tags: k6's error code where it has one, its status where
// the script did not expect that, else 0.
std::uint32_t failure_code(const TagSet& tags);

// The tallies of one thread.
class RequestTallies {
 public:
  struct Open {
    std::uint64_t requests = 0;
    std::uint64_t failed = 0;
    std::uint64_t duration_sum = 0;
    Histogram durations;
  };
  // The tally that requests with these tags belong to; it stays where it is.
  Open* of(const TagSet& tags);
  // What came since the last call.
  std::vector<RequestTally> take();

 private:
  std::map<RequestKind, Open> open_;
};

}  // namespace crema::load
