// What the writer and the reader of deltas must agree on.
#pragma once

#include "crema/load/metrics/timeline.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace crema::load {

inline constexpr std::string_view kDeltaMagic = "CLMD";
inline constexpr std::uint8_t kDeltaVersion = 2;

// The counts of a second, in the order of their bytes.
inline constexpr std::array kSecondCounts = {
    &Second::duration_sum,  &Second::requests,           &Second::failed,
    &Second::iterations,    &Second::dropped_iterations, &Second::checks_passed,
    &Second::checks_failed, &Second::data_sent,          &Second::data_received,
};

}  // namespace crema::load
