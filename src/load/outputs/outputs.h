// The outputs that send, each made from what stands behind its name in -o.
#pragma once

#include "crema/load/metrics/output.h"

#include <memory>
#include <string>

namespace crema::load {

// Prometheus remote write, told by K6_PROMETHEUS_RW_* and the config file. The argument, if there
// is one, is the address.
Result<std::unique_ptr<Output>> make_prometheus_output(const std::string& argument,
                                                       const OutputSettings& settings);

// OTLP to a collector, told by K6_OTEL_*, some OTEL_* and the config file; no argument.
Result<std::unique_ptr<Output>> make_opentelemetry_output(const std::string& argument,
                                                          const OutputSettings& settings);

// InfluxDB 1.x. The argument is the server's address and the database ("http://localhost:8086/k6"),
// and counts more than K6_INFLUXDB_* and the config file.
Result<std::unique_ptr<Output>> make_influxdb_output(const std::string& argument,
                                                     const OutputSettings& settings);

}  // namespace crema::load
