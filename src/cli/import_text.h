// What `crema import` says of the files it has read.
#pragma once

#include "crema/evidence/record.h"
#include "crema/evidence/style.h"
#include "crema/testing/test_run.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

struct ImportedFile {
  std::string path;  // as it is shown
  std::string_view format;
  std::vector<evidence::TestSuite> suites;
  std::vector<evidence::Evidence> others;

  bool failed() const;  // a test in it did
};

// A line a file, then the failures of their tests.
std::string import_text(std::span<const ImportedFile> files, const evidence::Style& style);
// {"run": 3, "passed": true, "files": [{"path", "format", "tests", "coverage", ...}]}
std::string import_json(std::span<const ImportedFile> files, std::uint64_t run);

// The suites, for what shows failures.
std::vector<testing::ProjectReport> reports_of(std::span<const ImportedFile> files);

}  // namespace crema::cli
