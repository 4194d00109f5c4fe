#include "line_counts.h"

#include <algorithm>
#include <queue>

namespace crema::evidence {

std::vector<LineCount> line_counts(const FileCoverage& file) {
  std::vector<LineCount> lines;
  // Blocks that reach the line at hand, the one that ran most on top: (count, last line).
  std::priority_queue<std::pair<std::uint64_t, std::uint32_t>> open;
  std::size_t next = 0;
  std::uint32_t line = 1;
  while (next < file.blocks.size() || !open.empty()) {
    if (open.empty()) line = std::max(line, file.blocks[next].line);
    for (; next < file.blocks.size() && file.blocks[next].line <= line; ++next) {
      const auto& block = file.blocks[next];
      if (block.statements == 0 || block.line == 0) continue;
      const bool short_of_end = block.end_line > block.line && block.end_column == 1;
      const auto end = short_of_end ? block.end_line - 1 : block.end_line;
      open.emplace(block.count, std::min(end, kMostLines));
    }
    while (!open.empty() && open.top().second < line) open.pop();
    if (open.empty()) continue;
    lines.push_back({line, open.top().first});
    ++line;
  }
  return lines;
}

CoverageBlock line_block(std::uint32_t line, std::uint64_t count) {
  return {.line = line, .end_line = line, .statements = 1, .count = count};
}

BranchCount branches_of(const FileCoverage& file) {
  BranchCount sum;
  for (const auto& branch : file.branches) {
    sum.taken += std::min(branch.taken, branch.ways);
    sum.ways += branch.ways;
  }
  return sum;
}

}  // namespace crema::evidence
