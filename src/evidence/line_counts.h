// Coverage by lines: what formats know that have no blocks.
#pragma once

#include "crema/evidence/coverage.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace crema::evidence {

// No source has more lines; what says so is no report.
inline constexpr std::uint32_t kMostLines = 10'000'000;

struct LineCount {
  std::uint32_t line = 0;
  std::uint64_t count = 0;
};

// Each line that holds a statement, in order, with the count of the block on it that ran most.
std::vector<LineCount> line_counts(const FileCoverage& file);

// A line as a block of one statement.
CoverageBlock line_block(std::uint32_t line, std::uint64_t count);

// How many of its ways each decision took; together.
struct BranchCount {
  std::uint64_t taken = 0, ways = 0;
};
BranchCount branches_of(const FileCoverage& file);

}  // namespace crema::evidence
