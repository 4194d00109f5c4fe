// What a load test measures: metrics with a type, sub-metrics that count only samples with certain
// tags, and the registry where every thread finds them by name.
#pragma once

#include "crema/base/result.h"
#include "crema/base/sync.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

class TagSet;

enum class MetricType : std::uint8_t { counter, gauge, rate, trend };
// What a value means, which decides how it is shown: a plain number, milliseconds, bytes.
enum class ValueType : std::uint8_t { number, time, data };

// "counter", "gauge", "rate", "trend"; "default", "time", "data": as k6 writes them.
std::string_view to_text(MetricType type);
std::string_view to_text(ValueType type);

struct Metric {
  std::uint32_t id = 0;  // its place in the order of declaration; dense
  std::string name;
  MetricType type = MetricType::counter;
  ValueType contains = ValueType::number;
};

// The samples of a metric whose tags have all of these values: `http_req_duration{status:200}`.
struct SubMetric {
  std::uint32_t id = 0;  // dense among sub-metrics
  std::string name;      // as it was asked for, with its braces
  std::string suffix;    // what stood between the braces: "status:200"
  const Metric* metric = nullptr;
  std::vector<std::pair<std::string, std::string>> tags;

  bool matches(const TagSet& tags) const;
};

// Every metric and sub-metric of a test. May be used on several threads at once; what it gives out
// lives as long as it does.
class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The same name and type give the same metric. Fails with "load/metric-name" when the name is not
  // ^[a-zA-Z_][a-zA-Z0-9_]{1,128}$, "load/metric-type" when it is there with another type.
  Result<const Metric*> declare(std::string_view name, MetricType type,
                                ValueType contains = ValueType::number);
  // The metric of that name, or null.
  const Metric* find(std::string_view name) const;
  std::vector<const Metric*> metrics() const;  // in the order of declaration

  // `name{key:value,key2:value2}`: split at the first ':', blanks and quotes around keys and values
  // do not count. Must be called before a recorder resolves a series of the metric. Fails with
  // "load/unknown-metric" when the metric is not declared, "load/sub-metric" when the braces are
  // not closed or hold no tag.
  Result<const SubMetric*> declare_sub_metric(std::string_view name);
  const SubMetric* find_sub_metric(std::string_view name) const;
  // Those of one metric, in the order of declaration.
  std::vector<const SubMetric*> sub_metrics(const Metric& metric) const;

 private:
  struct Tables {
    std::deque<Metric> metrics;
    std::map<std::string, const Metric*, std::less<>> by_name;
    std::deque<SubMetric> sub_metrics;
    std::map<std::string, const SubMetric*, std::less<>> sub_by_name;
    std::vector<std::vector<const SubMetric*>> of_metric;  // by the metric's id
  };
  mutable Sync<Tables> tables_;
};

// The metrics that every test has. Declared by the constructor, with the sub-metric
// `http_req_duration{expected_response:true}`.
struct Builtins {
  explicit Builtins(Registry& registry);

  const Metric* vus;
  const Metric* vus_max;
  const Metric* iterations;
  const Metric* iteration_duration;
  const Metric* dropped_iterations;
  // Not k6's: what an arrival-rate executor knows of the times it promised. The delay is from when
  // an iteration was to start until it did; the duration from then until its first response.
  const Metric* iteration_start_delay;
  const Metric* http_req_duration_intended;
  const Metric* checks;
  const Metric* group_duration;
  const Metric* http_reqs;
  const Metric* http_req_failed;
  const Metric* http_req_duration;
  const Metric* http_req_blocked;
  const Metric* http_req_connecting;
  const Metric* http_req_tls_handshaking;
  const Metric* http_req_sending;
  const Metric* http_req_waiting;
  const Metric* http_req_receiving;
  const Metric* ws_sessions;
  const Metric* ws_msgs_sent;
  const Metric* ws_msgs_received;
  const Metric* ws_ping;
  const Metric* ws_session_duration;
  const Metric* ws_connecting;
  const Metric* grpc_req_duration;
  const Metric* grpc_streams;
  const Metric* grpc_streams_msgs_sent;
  const Metric* grpc_streams_msgs_received;
  const Metric* data_sent;
  const Metric* data_received;
};

}  // namespace crema::load
