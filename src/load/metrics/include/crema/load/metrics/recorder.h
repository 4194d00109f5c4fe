// Takes the samples of one thread: no locks, some nanoseconds each. What was taken leaves the
// thread as a Delta, and sample by sample as Points where an output wants them.
#pragma once

#include "crema/load/metrics/delta.h"
#include "crema/load/metrics/group.h"
#include "crema/load/metrics/metric.h"
#include "crema/load/metrics/request_tally.h"
#include "crema/load/metrics/sink.h"
#include "crema/load/metrics/tags.h"
#include "crema/load/metrics/timeline.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::load {

// A metric with one set of tags, resolved once. Belongs to a recorder; outputs may read its metric
// and tags on other threads as long as that lives.
class Series {
 public:
  const Metric& metric() const { return *metric_; }
  const TagSet& tags() const { return *tags_; }

 private:
  friend class Recorder;
  const Metric* metric_ = nullptr;
  const TagSet* tags_ = nullptr;
  Sink* sink_ = nullptr;
  std::vector<Sink*> sub_sinks_;  // of the sub-metrics whose tags it has, and of its part
  Timeline::Meaning meaning_ = Timeline::Meaning::none;
};

// Pairs that go along with a point and make no series: the `vu` and `iter` of k6.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// One sample, for outputs.
struct Point {
  const Series* series = nullptr;
  sys::WallTime time{};
  double value = 0;
  std::shared_ptr<const Metadata> metadata;  // may be null
};

// The nine series of one request's tags, and what else counts requests like it.
struct HttpSeries {
  Series* reqs = nullptr;
  Series* failed = nullptr;
  Series* duration = nullptr;
  Series* blocked = nullptr;
  Series* connecting = nullptr;
  Series* tls_handshaking = nullptr;
  Series* sending = nullptr;
  Series* waiting = nullptr;
  Series* receiving = nullptr;
  RequestTallies::Open* tally = nullptr;
  std::uint32_t failure = 0;  // failure_code() of the tags
};

// In milliseconds. The duration is sending + waiting + receiving.
struct RequestTimes {
  double blocked = 0;
  double connecting = 0;
  double tls_handshaking = 0;
  double sending = 0;
  double waiting = 0;
  double receiving = 0;
};

class Recorder {
 public:
  // All three outlive it; `tags` is this thread's. With `keep_points` every sample is kept until
  // take_points(); with `by_part` the parts of the test are measured apart, too.
  Recorder(const Registry& registry, const Builtins& builtins, TagStore& tags,
           bool keep_points = false, bool by_part = false);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // The series of the metric with these tags (of this thread's TagStore). Two look-ups by number
  // when it was there.
  Series* series(const Metric& metric, const TagSet* tags);
  const HttpSeries& http_series(const TagSet* tags);

  // Adds one sample. Values that are not finite are passed over. Returns false for those.
  bool add(Series* series, double value, sys::WallTime time,
           const std::shared_ptr<const Metadata>& metadata = nullptr);
  // The nine samples of one request. `failed` is left out where the script has switched the
  // judgement of responses off.
  void add_request(const HttpSeries& series, const RequestTimes& timings,
                   std::optional<bool> failed, sys::WallTime time,
                   const std::shared_ptr<const Metadata>& metadata = nullptr);

  // This thread's tree of groups; counts of its checks leave with take().
  Group& root_group() { return root_; }
  // Counts a check in the tree and as a sample of `checks`.
  void add_check(Check& check, Series* series, bool passed, sys::WallTime time,
                 const std::shared_ptr<const Metadata>& metadata = nullptr);

  TagStore& tags() { return tags_; }

  // What came since the last call.
  Delta take();
  std::vector<Point> take_points();

 private:
  struct Slot {
    Sink sink;
    bool used = false;
    const Metric* metric = nullptr;
    const SubMetric* sub = nullptr;
    const Parts::Key* part = nullptr;
    std::uint64_t before = 0;  // samples of a trend in deltas that have left
  };
  static Slot& slot_of(std::deque<Slot>& slots, std::uint32_t id, MetricType type);
  Series* make_series(const Metric& metric, const TagSet* tags);
  static void leave(Slot& slot, Delta& delta);

  const Registry& registry_;
  const Builtins& builtins_;
  TagStore& tags_;
  bool keep_points_;
  bool by_part_;
  std::deque<Slot> slots_;      // by metric id
  std::deque<Slot> sub_slots_;  // by sub-metric id
  std::map<Parts::Key, Slot> part_slots_;
  std::vector<std::vector<Series*>> by_metric_;  // by metric id, then by the tag set's id
  std::vector<HttpSeries> http_;                 // by the tag set's id
  std::deque<Series> series_;
  std::vector<Point> points_;
  Timeline timeline_;
  RequestTallies tallies_;
  Group root_;
  std::uint64_t overflow_ = 0;
};

}  // namespace crema::load
