// A comparison of two runs as people and programs read it.
#pragma once

#include "crema/load/compare/verdict.h"

#include <string>

namespace crema::load {

std::string comparison_text(const RunComparison& comparison);      // a table for a terminal
std::string comparison_markdown(const RunComparison& comparison);  // for a pull request
// One object. Latencies are milliseconds, rates and changes fractions, times seconds.
std::string comparison_json(const RunComparison& comparison);

}  // namespace crema::load
