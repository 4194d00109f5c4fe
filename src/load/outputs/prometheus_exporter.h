// What a test measured as Prometheus takes it by remote write 1.0
// (https://prometheus.io/docs/specs/prw/remote_write_spec/): names and labels as k6 makes them.
#pragma once

#include "protobuf_writer.h"
#include "pushed_output.h"

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <memory>
#include <string>
#include <vector>

namespace crema::load {

struct PrometheusSeriesOptions {
  // Of summaries (avg, min, med, max, count, p(N)), and "sum".
  std::vector<std::string> trend_stats = {"p(99)"};
  bool native_histograms = false;  // trends as such, in the place of trend_stats
  bool stale_markers = false;      // at the end every series is marked as ended
};

// Messages are compressed. Fails with "load/trend-stat".
Result<std::unique_ptr<Exporter>> make_prometheus_exporter(const PrometheusSeriesOptions& options,
                                                           const sys::Clock& clock);

}  // namespace crema::load
