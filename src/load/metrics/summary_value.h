// How a summary writes numbers: durations, bytes, shares, counts.
#pragma once

#include "crema/load/metrics/metric.h"
#include "crema/load/metrics/summary.h"

#include <string>

namespace crema::load {

// At most six decimals, without zeros at the end: "12.345679".
std::string number_text(double value);
// Two decimals, cut off and not rounded, in the unit that fits: "120ns", "9.99µs", "1.05s",
// "1m1s", "2h3m4s"; in a unit asked for: "1234.50ms". Nothing takes "0s".
std::string duration_text(double milliseconds, TimeUnit unit);
// In powers of 1000: "79 B", "3.4 kB", "148 MB".
std::string bytes_text(double bytes);
// Two decimals, cut off: 0.99999 is "99.99%".
std::string share_text(double share);
std::string value_text(double value, ValueType contains, TimeUnit unit);

}  // namespace crema::load
