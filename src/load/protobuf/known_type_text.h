// The texts that stand for times, durations and masks of fields in JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

struct SecondsAndNanos {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};

// "2026-01-02T03:04:05.500Z" (RFC 3339, years 1 to 9999); none where it is no such time.
std::optional<SecondsAndNanos> parse_timestamp(std::string_view text);
std::optional<std::string> timestamp_text(SecondsAndNanos time);

// "1.500s", "-3s": up to 10,000 years.
std::optional<SecondsAndNanos> parse_duration_text(std::string_view text);
std::optional<std::string> duration_text(SecondsAndNanos duration);

// A path of a mask: "fooBar.baz" <-> "foo_bar.baz"; none where the way back would not lead here.
std::optional<std::string> mask_path_to_snake(std::string_view path);
std::optional<std::string> mask_path_to_camel(std::string_view path);

}  // namespace crema::load
