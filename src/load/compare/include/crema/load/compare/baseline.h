// What a run is compared with, as JSON for whoever draws both over each other.
#pragma once

#include "crema/load/compare/series.h"
#include "crema/load/compare/verdict.h"

#include <string>

namespace crema::load {

// One object: `name` ("run 12"), `commit`, `seconds` of the first series as docs/load.md has those
// of a document, and `comparison` as comparison_json() writes it, where there is one.
std::string baseline_json(const std::string& name, const RunRecord& base,
                          const RunComparison* comparison);

}  // namespace crema::load
