// What a test measured as OTLP takes it (https://opentelemetry.io/docs/specs/otlp/): counters as
// sums, trends as histograms, rates as counts with a `condition`, all since the test began.
#pragma once

#include "pushed_output.h"

#include "crema/sys/host.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crema::load {

struct OpenTelemetryOptions {
  std::vector<std::pair<std::string, std::string>> resource;  // service.name and the like
  std::string prefix;                                         // of the metrics' names
  // k6's older form of a rate: two counts, NAME.occurred and NAME.total.
  bool pair_of_counters = false;
};

// Messages are ExportMetricsServiceRequest.
std::unique_ptr<Exporter> make_opentelemetry_exporter(OpenTelemetryOptions options,
                                                      const sys::Clock& clock);

}  // namespace crema::load
