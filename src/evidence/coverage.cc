#include "crema/evidence/coverage.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace crema::evidence {
namespace {

auto place(const CoverageBlock& block) {
  return std::tie(block.line, block.column, block.end_line, block.end_column, block.statements);
}

std::uint64_t together(std::uint64_t a, std::uint64_t b, CoverageMode mode) {
  if (mode == CoverageMode::set) return a != 0 || b != 0 ? 1 : 0;
  const auto sum = a + b;
  return sum < a ? ~std::uint64_t{0} : sum;
}

// Sorts `entries` and folds those of one key into one; in which order does not matter.
template <typename Entry, typename Key, typename Fold>
void sort_and_fold(std::vector<Entry>& entries, Key key, Fold fold) {
  std::ranges::sort(entries, {}, key);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (kept > 0 && key(entries[kept - 1]) == key(entries[i])) {
      fold(entries[kept - 1], entries[i]);
    } else {
      if (kept != i) entries[kept] = std::move(entries[i]);
      ++kept;
    }
  }
  entries.resize(kept);
}

void normalize(FileCoverage& file, CoverageMode mode) {
  sort_and_fold(file.blocks, place, [mode](CoverageBlock& into, const CoverageBlock& from) {
    into.count = together(into.count, from.count, mode);
  });
  sort_and_fold(
      file.branches,
      [](const CoverageBranch& branch) { return std::tie(branch.line, branch.ways); },
      [](CoverageBranch& into, const CoverageBranch& from) {
        into.taken = std::max(into.taken, from.taken);
      });
  sort_and_fold(
      file.functions,
      [](const CoverageFunction& function) { return std::tie(function.line, function.name); },
      [mode](CoverageFunction& into, const CoverageFunction& from) {
        into.count = together(into.count, from.count, mode);
        into.end_line = std::max(into.end_line, from.end_line);
      });
}

void append(FileCoverage& into, const FileCoverage& from) {
  into.blocks.insert(into.blocks.end(), from.blocks.begin(), from.blocks.end());
  into.branches.insert(into.branches.end(), from.branches.begin(), from.branches.end());
  into.functions.insert(into.functions.end(), from.functions.begin(), from.functions.end());
}

}  // namespace

std::string_view to_text(CoverageMode mode) {
  switch (mode) {
    case CoverageMode::set:
      return "set";
    case CoverageMode::count:
      return "count";
    case CoverageMode::atomic:
      return "atomic";
  }
  return "";
}

double CoverageTotal::percent() const {
  return statements == 0 ? 0
                         : 100.0 * static_cast<double>(covered) / static_cast<double>(statements);
}

CoverageTotal total_of(const FileCoverage& file) {
  CoverageTotal total;
  for (const auto& block : file.blocks) {
    total.statements += block.statements;
    if (block.count > 0) total.covered += block.statements;
  }
  return total;
}

CoverageTotal total_of(const FileCoverage& file, const CoverageFunction& function) {
  CoverageTotal total;
  const auto first = std::ranges::lower_bound(file.blocks, function.line, {}, &CoverageBlock::line);
  for (auto block = first; block != file.blocks.end() && block->line <= function.end_line;
       ++block) {
    if (block->end_line > function.end_line) continue;
    total.statements += block->statements;
    if (block->count > 0) total.covered += block->statements;
  }
  return total;
}

CoverageTotal total_of(const Coverage& coverage) {
  CoverageTotal total;
  for (const auto& file : coverage.files) {
    const auto part = total_of(file);
    total.covered += part.covered;
    total.statements += part.statements;
  }
  return total;
}

void normalize(Coverage& coverage) {
  sort_and_fold(
      coverage.files, [](const FileCoverage& file) { return std::string_view(file.path); },
      [](FileCoverage& into, const FileCoverage& from) { append(into, from); });
  for (auto& file : coverage.files) normalize(file, coverage.mode);
}

void merge_into(Coverage& whole, const Coverage& part) {
  if (whole.files.empty() && whole.tool.empty()) {
    whole = part;
  } else {
    // Counts say more than `set`, yet only what all parts say can be added up.
    if (part.mode == CoverageMode::set) whole.mode = CoverageMode::set;
    whole.files.insert(whole.files.end(), part.files.begin(), part.files.end());
  }
  normalize(whole);
}

std::vector<LineState> line_states(const FileCoverage& file) {
  std::uint32_t last = 0;
  for (const auto& block : file.blocks) last = std::max(last, block.end_line);
  std::vector<LineState> lines(last, LineState::no_code);
  const auto mark = [&](std::uint32_t line, bool ran) {
    auto& state = lines[line - 1];
    const auto said = ran ? LineState::covered : LineState::uncovered;
    state = state == LineState::no_code || state == said ? said : LineState::partial;
  };
  for (const auto& block : file.blocks) {
    if (block.statements == 0 || block.line == 0) continue;
    // A block that ends at the first column of a line does not reach into it.
    auto end = block.end_line;
    if (end > block.line && block.end_column == 1) --end;
    for (auto line = block.line; line <= end; ++line) mark(line, block.count > 0);
  }
  for (const auto& branch : file.branches) {
    if (branch.line == 0 || branch.line > last || branch.taken >= branch.ways) continue;
    auto& state = lines[branch.line - 1];
    if (state == LineState::covered) state = LineState::partial;
  }
  return lines;
}

}  // namespace crema::evidence
