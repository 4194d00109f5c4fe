// What a thread or an agent has measured since it told the last time, and its binary form.
#pragma once

#include "crema/base/result.h"
#include "crema/load/metrics/group.h"
#include "crema/load/metrics/metric.h"
#include "crema/load/metrics/part.h"
#include "crema/load/metrics/request_tally.h"
#include "crema/load/metrics/sink.h"
#include "crema/load/metrics/timeline.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

struct Delta {
  struct Total {
    const Metric* metric = nullptr;
    const SubMetric* sub = nullptr;  // null: all samples of the metric
    Sink sink;
  };
  struct PartTotal {
    Parts::Key key;
    Sink sink;
  };
  std::vector<Total> totals;
  std::vector<PartTotal> parts;  // none where nobody asked for them
  std::vector<Second> seconds;
  std::vector<RequestTally> requests;
  Group groups;
  std::uint64_t overflow = 0;  // samples whose tags were beyond a limit of their TagStore
};

// Version 2: metrics and sub-metrics by name, integers as LEB128, doubles as their 8 bytes, little
// endian; trends as sorted samples or as the differences of their buckets.
std::string serialise(const Delta& delta);

// Metrics that the registry does not have yet are declared. Fails with "load/delta" on anything
// that serialise() does not write: another version, lengths beyond the bytes that are there,
// samples or buckets out of order, a metric of another type, groups nested deeper than 100.
Result<Delta> parse_delta(std::string_view bytes, Registry& registry);

}  // namespace crema::load
