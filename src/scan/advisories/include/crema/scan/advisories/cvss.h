// The base score of a CVSS vector: how bad a vulnerability is by its own nature.
#pragma once

#include "crema/evidence/finding.h"

#include <optional>
#include <string_view>

namespace crema::scan {

// From 0 to 10, to one decimal, by FIRST's specification of CVSS 3.0 and 3.1 ("CVSS:3.1/AV:N/...").
// None for another version, or where a metric of the base is missing, twice there or unknown.
std::optional<double> cvss_base_score(std::string_view vector);

// The rating of a score by the same specification: from 9.0 critical, 7.0 high, 4.0 medium, 0.1
// low.
evidence::FindingSeverity cvss_severity(double score);

}  // namespace crema::scan
