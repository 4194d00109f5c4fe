// Rows of comma-separated values (RFC 4180), read as Go's encoding/csv does, whose errors scripts
// of k6 see.
#pragma once

#include "crema/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

using CsvRow = std::vector<std::string>;

// Empty lines are left out; a quoted field may hold line breaks, and "\r\n" counts as "\n"
// everywhere.
class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  // None at the end. Fails with "load/csv": a quote where none may be, or none where one must be; a
  // row that has not as many fields as the first. The text of the error says where.
  Result<std::optional<CsvRow>> next();

 private:
  // The place in the text, counted in bytes from 1.
  struct Place {
    std::size_t line = 0;
    std::size_t column = 0;
  };
  bool take_line();
  Result<CsvRow> read_row();
  Result<bool> read_quoted(std::string& field);
  Result<bool> read_plain(std::string& field);
  Diagnostic wrong(Place place, std::string_view why) const;

  std::string_view text_;
  char delimiter_;
  std::size_t line_number_ = 0;
  std::size_t row_line_ = 0;  // where the row begins
  std::string line_;          // without "\r" before its end; with "\n" where it has one
  std::size_t at_ = 0;        // in the line
  std::optional<std::size_t> fields_;
};

}  // namespace crema::load
