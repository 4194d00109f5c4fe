// What `crema cover` writes beside what it prints.
#pragma once

#include "project.h"
#include "run_choice.h"

#include "crema/testing/coverage_report.h"

#include <string>

namespace crema::cli {

// Paths as the user gave them; "" is not wanted.
struct CoverFiles {
  std::string badge, html, lcov, cobertura;
};

struct CoverFacts {
  const testing::CoverageReport& report;
  bool failed = false;  // a service falls short
  const Project& project;
  const OpenedRun* run = nullptr;  // null where files say what is covered
};

Result<> write_cover_files(const sys::Host& host, const CoverFiles& files, const CoverFacts& facts);

}  // namespace crema::cli
