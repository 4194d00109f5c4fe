// Rows of a summary: a name with dots behind it, a value, and what goes with it, in columns.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

// Colours, where a terminal shows them.
class SummaryPaint {
 public:
  explicit SummaryPaint(bool colour) : colour_(colour) {}
  std::string bold(std::string_view text) const { return painted("1", text); }
  std::string dim(std::string_view text) const { return painted("2", text); }
  std::string red(std::string_view text) const { return painted("31", text); }
  std::string green(std::string_view text) const { return painted("32", text); }
  std::string cyan(std::string_view text) const { return painted("36", text); }

 private:
  std::string painted(std::string_view code, std::string_view text) const;
  bool colour_;
};

// All rows share their columns, also where they are shown in several sections.
class SummaryTable {
 public:
  struct Row {
    std::string name;
    // Either a value and details, or the statistics of a trend by name.
    std::string value;
    std::vector<std::string> details;
    std::vector<std::pair<std::string, std::string>> statistics;
  };

  explicit SummaryTable(SummaryPaint paint) : paint_(paint) {}
  std::size_t add(Row row);  // its index
  // Without a line break, nor blanks at its end. To be asked for when all rows are there.
  std::string line(std::size_t index) const;

 private:
  SummaryPaint paint_;
  std::vector<Row> rows_;
  std::size_t name_ = 0;
  std::size_t value_ = 0;
  std::vector<std::size_t> details_;
  std::vector<std::size_t> statistics_;
};

}  // namespace crema::load
