// The logs of a run as parts of the page. All lines of all steps are one sequence, cut into parts
// of a bounded size; an index, written after them, says which lines are whose.
//
// A part is three things with a line break after each of the first two: the kinds, a letter for
// each line; the milliseconds between each line and the one before it, base 36 and empty where it
// is none, with commas; the texts, with a line break between them.
#pragma once

#include "page_writer.h"

#include "crema/store/store.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace crema::report {

inline constexpr std::uint64_t kMostLogLines = 2'000'000;
inline constexpr std::uint64_t kMostLogBytes = 1ULL << 30U;
inline constexpr std::size_t kLongestLine = 16 * 1024;

// How many lines each step may keep so that all together have no more than `most`: long logs lose
// their middle, short ones nothing.
std::uint64_t lines_kept_of_each(std::span<const std::uint64_t> counts, std::uint64_t most);

class LogParts {
 public:
  explicit LogParts(PageWriter& page) : page_(page) {}

  void begin_step(evidence::JobIndex job, evidence::StepIndex step);
  void add(const store::StoredLine& line);
  // So many lines of the step are not in the report, from here on.
  void leave_out(std::uint64_t lines);
  void end_step();
  bool full() const { return bytes_ >= kMostLogBytes; }
  // Writes what is left, and the index.
  void finish();

 private:
  void add_line(const store::StoredLine& line, std::string_view text);
  void write_part();

  PageWriter& page_;
  std::string kinds_, times_, texts_;
  std::string utf8_;
  std::int64_t last_time_ = 0;
  std::uint64_t lines_ = 0, part_lines_ = 0, parts_ = 0, bytes_ = 0, step_first_ = 0;
  std::vector<std::uint64_t> open_groups_, marked_;
  std::string groups_, left_out_;  // of the step, as JSON
  std::string steps_json_, parts_json_;
  std::string step_;
};

// All logs of a run.
Result<> write_logs(PageWriter& page, store::Store& store, const store::RunRecord& run);

}  // namespace crema::report
