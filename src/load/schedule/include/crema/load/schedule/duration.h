// Durations as k6 writes them: Go's syntax (1h15m30.5s) with days before it, bare numbers are
// milliseconds.
#pragma once

#include "crema/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace crema::load {

using Nanoseconds = std::chrono::nanoseconds;

enum class BareNumber : std::uint8_t {
  milliseconds,  // "250" is 250ms, as in scripts, config files and the environment
  refused,       // as in flags and in the text of a stage, where k6 wants a unit
};

// "90s", "1m30s", "1.5h", "2d12h", "-5s", "100ms", "250". Fails with "load/duration" and says what
// it is that cannot be read; so does what 64 bits of nanoseconds cannot hold (292 years).
Result<Nanoseconds> parse_duration(std::string_view text,
                                   BareNumber bare = BareNumber::milliseconds);

// A number of milliseconds as a duration; the rest below a nanosecond is cut. Fails with
// "load/duration" where it is not finite or too large.
Result<Nanoseconds> duration_of_milliseconds(double milliseconds);

// As Go prints it: 0s, 1.5µs, 250ms, 1m30s, 2h0m0s.
std::string format_duration(Nanoseconds duration);

}  // namespace crema::load
