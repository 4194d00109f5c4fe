// Coverage as `crema cover` shows it.
#pragma once

#include "crema/evidence/style.h"
#include "crema/gate/policy.h"
#include "crema/testing/coverage_report.h"

#include <optional>
#include <string>

namespace crema::cli {

struct CoverView {
  std::optional<double> threshold;  // of every service; none: as the policy has it
  gate::Policy policy;
  std::string by = "service";  // "package", "file", "function"
  bool functions = false;      // of all services, not only of those below the threshold
  std::string base;            // what new lines are new to
};

// Whether a service is covered less than it must be.
bool falls_short(const testing::CoverageGroup& service, const CoverView& view);
std::string cover_text(const testing::CoverageReport& report, const CoverView& view,
                       const evidence::Style& style);
std::string cover_json(const testing::CoverageReport& report, const CoverView& view);

}  // namespace crema::cli
