// What a coordinator and its agents tell each other, and its binary form.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crema::load {

// Both sides must have the same: a test whose parts differ in meaning is no measurement.
inline constexpr std::uint32_t kWireProtocol = 1;
inline constexpr std::string_view kWireVersion = "0.1";

// A message with all that is in it, in bytes; an archive is the largest.
inline constexpr std::size_t kLargestMessage = (std::size_t{1} << 30U) + (std::size_t{1} << 20U);

// Times of clocks are in nanoseconds: of the monotonic clock since the machine's start, of the wall
// clock since 1970.

// The first message of both sides.
struct Hello {
  std::uint32_t protocol = kWireProtocol;
  std::string version;
  std::uint32_t cores = 0;
  std::string cpu_model;
};
// Why a side hangs up.
struct Refusal {
  std::string code;
  std::string message;
  std::string hint;
};
// The coordinator asks what time it is; the answer repeats when it was asked.
struct ClockProbe {
  std::int64_t sent = 0;
};
struct ClockAnswer {
  std::int64_t sent = 0;
  std::int64_t monotonic = 0;
  std::int64_t wall = 0;
};
// The test, and which part of it the agent carries.
struct Assignment {
  std::string archive;
  std::string segment;   // "1/4:1/2"
  std::string sequence;  // "0,1/4,1/2,1"
  std::int64_t init_timeout = 0;
  std::int64_t wall_shift = 0;  // from the agent's wall clock to the coordinator's
  bool no_thresholds = false;   // no sub-metrics for them either
  bool wants_points = false;    // every sample is sent, for outputs
  std::vector<std::string> secret_sources;
};
// Every user of the agent has run its init code.
struct Ready {};
struct Start {
  std::int64_t at = 0;  // of the agent's monotonic clock
  std::string setup_data;
};
// No iteration starts any more, those that run are interrupted.
struct Stop {};
struct LogLine {
  std::uint8_t level = 0;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
};
// How far the agent is.
struct Standing {
  struct OfScenario {
    std::string name;
    std::int64_t active = 0;  // users
    std::int64_t completed = 0;
    std::uint64_t dropped = 0;
  };
  std::uint64_t completed = 0;
  std::uint64_t interrupted = 0;
  std::int64_t active = 0;  // users
  std::int64_t initialized = 0;
  bool failed = false;  // exec.test.fail() was called
  std::vector<OfScenario> scenarios;
};
// Samples one by one, for outputs.
struct PointBatch {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  struct OfSeries {
    std::string metric;
    std::uint8_t type = 0;  // MetricType and ValueType of load/metrics
    std::uint8_t contains = 0;
    Pairs tags;
  };
  struct OfMetadata {
    Pairs pairs;
  };
  struct OfPoint {
    std::uint32_t series = 0;
    std::uint32_t metadata = 0;  // 0 is none, 1 the first
    std::int64_t time = 0;       // of the coordinator's wall clock
    double value = 0;
  };
  std::vector<OfSeries> series;
  std::vector<OfMetadata> metadata;
  std::vector<OfPoint> points;
};
// What was measured since the last time.
struct Measured {
  std::string delta;  // as load/metrics writes it
  PointBatch points;
  std::uint64_t lost_points = 0;  // in all
  Standing standing;
};
// The agent asks for the end of the whole test.
struct EndRequest {
  std::int32_t exit = 0;
  std::string message;
};
// The agent's part is over; shares are from 0 to 1.
struct Done {
  std::int32_t exit = 0;
  double cpu_share = 0;
  double steal_share = 0;
  double loop_lag_p99_ms = 0;
};
// Said where there is nothing else to say, so that silence means that a side is lost.
struct Alive {};

// The order is part of the protocol.
using Message = std::variant<Hello, Refusal, ClockProbe, ClockAnswer, Assignment, Ready, Start,
                             Stop, LogLine, Measured, EndRequest, Done, Alive>;

// One byte for the kind, integers as LEB128 (signed ones zigzag), doubles as their 8 bytes in
// little endian, texts and lists with their length before them.
std::string encode(Message message);

// Fails with "load/message" on anything that encode() does not write: an unknown kind, lengths
// beyond the bytes that are there, bytes behind the end.
Result<Message> decode(std::string_view bytes);

}  // namespace crema::load
