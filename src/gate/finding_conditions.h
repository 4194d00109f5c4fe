// The conditions of a policy on what scanners found.
#pragma once

#include "crema/evidence/record.h"
#include "crema/gate/policy.h"
#include "crema/gate/verdict.h"

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::gate {

// A row, and whether it is fulfilled.
struct FindingRow {
  Row row;
  bool fulfilled = false;
};

// `waived` is asked for rules, their other names and fingerprints. Findings that are one incident
// count once. The source of the rows is left open.
std::vector<FindingRow> finding_conditions(const Policy& policy,
                                           std::span<const evidence::Scan* const> scans,
                                           std::chrono::year_month_day today,
                                           const std::function<bool(std::string_view)>& waived);

}  // namespace crema::gate
