// What a collector answers to a message that it took: the protobuf of ExportMetricsServiceResponse
// (https://opentelemetry.io/docs/specs/otlp/#partial-success).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

struct OtlpAnswer {
  std::int64_t rejected = 0;  // data points that the collector did not keep
  std::string message;        // its reason, or an advice; valid UTF-8 or not, at most 500 bytes
};

// Whatever is no such message is an empty answer: the bytes come from outside, and a server that
// says nothing has taken all.
OtlpAnswer read_otlp_answer(std::string_view bytes);

}  // namespace crema::load
