// Coverage as `crema cover` shows it.
#pragma once

#include "crema/evidence/style.h"
#include "crema/testing/coverage_report.h"

#include <string>

namespace crema::cli {

struct CoverView {
  double threshold = 80;
  std::string by = "service";  // "package", "file"
  bool functions = false;      // of all services, not only of those below the threshold
  std::string base;            // what new lines are new to
};

bool below(const evidence::CoverageTotal& total, double threshold);
std::string cover_text(const testing::CoverageReport& report, const CoverView& view,
                       const evidence::Style& style);
std::string cover_json(const testing::CoverageReport& report, const CoverView& view);

}  // namespace crema::cli
