// The log of one step as a file: a line a record, and beside it an index of where lines start, so
// that any page of a log of a million lines is found at once. A record is
//   <milliseconds since 1970> <kind> <text>\n
// and what a killed crema left unfinished is a last line without its break, which readers ignore.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace crema::store {

struct StoredLine;

class StepLogWriter {
 public:
  static Result<StepLogWriter> create(const std::filesystem::path& file);
  StepLogWriter(StepLogWriter&& other) noexcept;
  StepLogWriter& operator=(StepLogWriter&& other) noexcept;
  ~StepLogWriter();

  // One write: what it returns from is in the file.
  Result<> append(std::span<const evidence::LogLine> lines);

 private:
  explicit StepLogWriter(int file, std::filesystem::path index)
      : file_(file), index_path_(std::move(index)) {}
  Result<> add_to_index(std::span<const std::uint64_t> offsets);

  int file_ = -1;
  int index_ = -1;  // opened with the first entry: most logs are short
  std::filesystem::path index_path_;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_ = 0;
  std::string buffer_;
};

// Lines from `first` on, `limit` at most; none where there is no such file.
Result<std::vector<StoredLine>> read_step_log(const std::filesystem::path& file,
                                              std::uint64_t first, std::uint64_t limit);

}  // namespace crema::store
