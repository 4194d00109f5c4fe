// What commands know about coverage beside the records: where services are, what is left out, what
// is new.
#pragma once

#include "crema/evidence/coverage.h"
#include "crema/sys/host.h"
#include "crema/testing/coverage_report.h"

#include <filesystem>
#include <string>
#include <vector>

namespace crema::cli {

// `base` is what new lines are new to; "" chooses the default branch where another one is checked
// out, and is set to what was chosen.
Result<testing::CoverageReport> coverage_facts(const sys::Host& host,
                                               const std::filesystem::path& root,
                                               const evidence::Coverage& coverage,
                                               std::string& base);

// "a.go:12  (*Menu).Price" for each function of a service in which nothing ran.
std::vector<std::string> uncovered_functions(const testing::CoverageReport& report,
                                             const std::string& service);

}  // namespace crema::cli
