// The outputs there are, each made from what stands behind its name: `-o csv=FILE` gives "FILE".
#pragma once

#include "crema/load/metrics/output.h"

#include <memory>
#include <string>

namespace crema::load {

// NDJSON as k6 writes it: a line for each metric before its first point, then a line a point. Times
// are local, RFC 3339 with nanoseconds.
Result<std::unique_ptr<Output>> make_json_output(const std::string& argument,
                                                 const OutputSettings& settings);

// A column for each system tag that is on; other tags and metadata in two columns of their own.
// The argument is a file (file.csv where it is empty) or
// "fileName=FILE,timeFormat=unix|unix_milli|unix_micro|unix_nano|rfc3339|rfc3339_nano".
Result<std::unique_ptr<Output>> make_csv_output(const std::string& argument,
                                                const OutputSettings& settings);

}  // namespace crema::load
