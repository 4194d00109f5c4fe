// What two load tests are held against each other by, and what the answer means to a caller.
#pragma once

#include "crema/base/result.h"
#include "crema/load/compare/verdict.h"

#include <span>
#include <string>
#include <vector>

namespace crema::cli {

// Exit codes of a comparison.
enum class ComparisonExit : int { fine = 0, regression = 1, undecided = 3 };

// Inconclusive and invalid are undecided.
ComparisonExit exit_of(load::Verdict verdict);

// Each text is a share in percent, "5" or "5%", for all metrics but errors, or one of a metric,
// "p95=10%"; for errors percentage points. Fails with "load/margin".
Result<load::CompareSettings> comparison_settings(std::span<const std::string> margins,
                                                  double warm_up_seconds);

}  // namespace crema::cli
