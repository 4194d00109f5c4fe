// The log of one step as a file: a line a record, and beside it an index of where lines start, so
// that any page of a log of a million lines is found at once. A record is
//   <milliseconds since 1970> <kind> <text>\n
// with a backslash instead of the second blank where the text has line breaks, which are then
// written \n and backslashes \\. What a killed crema left unfinished is a last line without its
// break: readers ignore it, and whoever goes on writing cuts it off.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"
#include "crema/sys/spare_files.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace crema::store {

struct StoredLine;

class StepLogWriter {
 public:
  static Result<StepLogWriter> create(const std::filesystem::path& file, sys::SpareFiles& spare);
  // Appends to a log that is there.
  static Result<StepLogWriter> go_on(const std::filesystem::path& file);

  // One write: what it returns from is in the file. After a failure none of `lines` is.
  Result<> append(std::span<const evidence::LogLine> lines);

 private:
  StepLogWriter(sys::Descriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}
  Result<> add_to_index(std::uint64_t first_entry, std::span<const std::uint64_t> offsets);

  sys::Descriptor file_;
  sys::Descriptor index_;  // opened with the first entry: most logs are short
  std::filesystem::path path_;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_ = 0;
  std::string buffer_;
};

// Lines from `first` on, `limit` at most; none where there is no such file.
Result<std::vector<StoredLine>> read_step_log(const std::filesystem::path& file,
                                              std::uint64_t first, std::uint64_t limit);

// How many lines are complete, found without reading all of them.
Result<std::uint64_t> count_step_log(const std::filesystem::path& file);

Result<> remove_step_log(const std::filesystem::path& file);

}  // namespace crema::store
