// Merges the deltas of threads and agents: the totals that thresholds and the summary look at, and
// the run second by second. One thread uses it.
#pragma once

#include "crema/load/metrics/delta.h"
#include "crema/load/metrics/group.h"
#include "crema/load/metrics/metric.h"
#include "crema/load/metrics/part.h"
#include "crema/load/metrics/request_tally.h"
#include "crema/load/metrics/sink.h"
#include "crema/load/metrics/timeline.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace crema::load {

class Collector {
 public:
  explicit Collector(const Registry& registry) : registry_(registry) {}

  // The metrics of `delta` are those of this collector's registry.
  void add(Delta&& delta);

  const Registry& registry() const { return registry_; }
  // Null where no sample came.
  const Sink* total(const Metric& metric) const;
  const Sink* total(const SubMetric& metric) const;
  const Parts& parts() const { return parts_; }
  const std::map<std::int64_t, Second>& seconds() const { return seconds_; }
  // By kind; those beyond kMostKindsTogether are together under "(overflow)".
  const std::map<RequestKind, RequestTally>& requests() const { return requests_; }
  const Group& root_group() const { return root_; }
  // Samples that stand in an overflow series, because a limit of tags was reached.
  std::uint64_t overflow() const { return overflow_; }

 private:
  using Totals = std::vector<std::optional<Sink>>;  // by id
  static const Sink* found(const Totals& totals, std::uint32_t id);
  static void merge(Totals& totals, std::uint32_t id, Sink&& sink);
  void add_requests(RequestTally&& tally);

  const Registry& registry_;
  Totals totals_;
  Totals sub_totals_;
  Parts parts_;
  std::map<std::int64_t, Second> seconds_;
  std::map<RequestKind, RequestTally> requests_;
  Group root_;
  std::uint64_t overflow_ = 0;
};

}  // namespace crema::load
