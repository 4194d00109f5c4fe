// Samples as InfluxDB 1.x takes them: the line protocol
// (https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/).
#pragma once

#include "pushed_output.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace crema::load {

struct InfluxOptions {
  enum class Kind : std::uint8_t { text, whole, real, truth };
  // Tags that become fields, which are not indexed: a URL can have many values.
  std::map<std::string, Kind> fields = {
      {"vu", Kind::text}, {"iter", Kind::text}, {"url", Kind::text}};
  std::int64_t nanoseconds = 1;  // of a unit of the time stamps
};

// A line a sample, in messages of some thousand. What a server did not get is kept, up to 64 MB;
// what is beyond is lost, and a complaint.
std::unique_ptr<Exporter> make_influxdb_exporter(InfluxOptions options);

}  // namespace crema::load
