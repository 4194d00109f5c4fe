#include "csv_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

constexpr std::string_view kBareQuote = "bare \" in non-quoted-field";
constexpr std::string_view kStrayQuote = "extraneous or missing \" in quoted-field";

bool ends_line(std::string_view rest) { return rest.empty() || rest == "\n"; }

}  // namespace

bool CsvReader::take_line() {
  if (text_.empty()) return false;
  const auto end = text_.find('\n');
  const bool broken = end != std::string_view::npos;
  line_ = text_.substr(0, end);
  text_.remove_prefix(broken ? end + 1 : text_.size());
  if (line_.ends_with('\r')) line_.pop_back();
  if (broken) line_ += '\n';
  at_ = 0;
  ++line_number_;
  return true;
}

Diagnostic CsvReader::wrong(Place place, std::string_view why) const {
  const std::string row =
      row_line_ == place.line ? std::string() : fmt::format("record on line {}; ", row_line_);
  return make_error("load/csv", fmt::format("{}parse error on line {}, column {}: {}", row,
                                            place.line, place.column, why));
}

// What stands up to the next delimiter; true where another field follows.
Result<bool> CsvReader::read_plain(std::string& field) {
  const std::string_view rest = std::string_view(line_).substr(at_);
  const auto delimiter = rest.find(delimiter_);
  field = rest.substr(0, delimiter);
  if (field.ends_with('\n')) field.pop_back();
  if (const auto quote = field.find('"'); quote != std::string::npos)
    return wrong({line_number_, at_ + quote + 1}, kBareQuote);
  at_ += delimiter == std::string_view::npos ? rest.size() : delimiter + 1;
  return delimiter != std::string_view::npos;
}

Result<bool> CsvReader::read_quoted(std::string& field) {
  ++at_;
  while (true) {
    const auto quote = line_.find('"', at_);
    if (quote == std::string::npos) {
      field += std::string_view(line_).substr(at_);
      const Place end{line_number_, line_.size() + 1};
      if (!take_line()) return wrong(end, kStrayQuote);
      continue;
    }
    field += std::string_view(line_).substr(at_, quote - at_);
    at_ = quote + 1;
    const std::string_view rest = std::string_view(line_).substr(at_);
    if (rest.starts_with('"')) {
      field += '"';
      ++at_;
    } else if (rest.starts_with(delimiter_)) {
      ++at_;
      return true;
    } else if (ends_line(rest)) {
      return false;
    } else {
      return wrong({line_number_, at_}, kStrayQuote);
    }
  }
}

Result<CsvRow> CsvReader::read_row() {
  CsvRow row;
  bool more = true;
  while (more) {
    std::string& field = row.emplace_back();
    more = CREMA_TRY(line_.compare(at_, 1, "\"") == 0 ? read_quoted(field) : read_plain(field));
  }
  return row;
}

Result<std::optional<CsvRow>> CsvReader::next() {
  do {
    if (!take_line()) return std::optional<CsvRow>();
  } while (ends_line(line_));
  row_line_ = line_number_;
  CsvRow row = CREMA_TRY(read_row());
  if (row.size() != fields_.value_or(row.size()))
    return fail("load/csv", fmt::format("record on line {}: wrong number of fields", row_line_));
  fields_ = row.size();
  return std::optional(std::move(row));
}

}  // namespace crema::load
