// Coverage reports as test tools write them: Go coverage profiles, LCOV, Cobertura.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace crema::actions {

// Statements for Go profiles, lines for the others.
struct CoverageCount {
  std::uint64_t covered = 0, total = 0;
  double percent() const;
  CoverageCount& operator+=(const CoverageCount& other);
};

struct CoverageReport {
  std::string format;  // "Go coverage profile", "LCOV", "Cobertura"
  std::map<std::string, CoverageCount> files;
  CoverageCount total() const;
};

// Recognises the format by its content. Fails with "actions/bad-coverage", naming the line.
Result<CoverageReport> read_coverage(const std::filesystem::path& file);
Result<CoverageReport> parse_coverage(std::string_view text, std::string_view name);

}  // namespace crema::actions
