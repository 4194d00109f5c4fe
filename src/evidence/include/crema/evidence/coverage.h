// Which code ran. Everything is blocks of statements: a Go profile has them as they are; a format
// that knows lines only gives a block of one statement for each line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::evidence {

// From line:column up to before end_line:end_column, as Go's profiles have it. Columns 0: the whole
// of the lines.
struct CoverageBlock {
  std::uint32_t line = 0, column = 0, end_line = 0, end_column = 0;  // from 1
  std::uint32_t statements = 1;
  std::uint64_t count = 0;  // how often it ran
  auto operator<=>(const CoverageBlock&) const = default;
};

// A decision of a line and how many of its ways were taken (LCOV, Cobertura, JaCoCo).
struct CoverageBranch {
  std::uint32_t line = 0;
  std::uint32_t taken = 0, ways = 0;
  auto operator<=>(const CoverageBranch&) const = default;
};

struct CoverageFunction {
  std::string name;                      // "(*Menu).Price", "parse"
  std::uint32_t line = 0, end_line = 0;  // end_line 0: unknown
  std::uint64_t count = 0;  // calls, where the format tells; else whether any block ran
  auto operator<=>(const CoverageFunction&) const = default;
};

struct FileCoverage {
  std::string path;                   // relative to the repository, else as the profile has it
  std::vector<CoverageBlock> blocks;  // sorted by place, each place once
  std::vector<CoverageBranch> branches;
  std::vector<CoverageFunction> functions;
};

enum class CoverageMode : std::uint8_t { set, count, atomic };
std::string_view to_text(CoverageMode mode);

struct Coverage {
  std::string tool;  // "go", "lcov", "cobertura", "jacoco"
  std::string part;  // "unit", "integration", ...; "" where nobody said
  CoverageMode mode = CoverageMode::set;
  std::vector<FileCoverage> files;  // sorted by path, each path once
};

struct CoverageTotal {
  std::uint64_t covered = 0, statements = 0;
  double percent() const;  // 0 to 100; 0 where there is no statement
};
CoverageTotal total_of(const FileCoverage& file);
CoverageTotal total_of(const Coverage& coverage);
// Of the blocks between its first and its last line; nothing where its end is not known.
CoverageTotal total_of(const FileCoverage& file, const CoverageFunction& function);

// Sorts files and blocks and adds up what stands twice, as `go tool cover` does: in mode `set` a
// block ran or not, else counts are added.
void normalize(Coverage& coverage);
// What several runs covered together: packages of a module, legs of a matrix.
void merge_into(Coverage& whole, const Coverage& part);

// What a line of source says about itself.
enum class LineState : std::uint8_t { no_code, covered, partial, uncovered };
// By line, [0] being line 1, as far as the last block reaches.
std::vector<LineState> line_states(const FileCoverage& file);

}  // namespace crema::evidence
