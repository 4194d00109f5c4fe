// Times as text: RFC 3339.
#pragma once

#include "crema/evidence/event.h"

#include <optional>
#include <string>
#include <string_view>

namespace crema::evidence {

// "2026-11-23T21:00:00.123456Z": UTC, to the microsecond, without zeros at its end.
std::string timestamp_text(Time time);
// With any offset and fraction; without an offset it is taken for UTC.
std::optional<Time> parse_timestamp(std::string_view text);

}  // namespace crema::evidence
