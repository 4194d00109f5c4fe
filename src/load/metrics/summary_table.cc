#include "summary_table.h"

#include <algorithm>

namespace crema::load {
namespace {

// Cells, where each character takes one.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padding(std::string_view text, std::size_t to, char with = ' ') {
  const auto has = width(text);
  return std::string(to > has ? to - has : 0, with);
}

void widen(std::vector<std::size_t>& columns, std::size_t index, std::size_t to) {
  if (columns.size() <= index) columns.resize(index + 1);
  columns[index] = std::max(columns[index], to);
}

}  // namespace

std::string SummaryPaint::painted(std::string_view code, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::size_t SummaryTable::add(Row row) {
  name_ = std::max(name_, width(row.name));
  value_ = std::max(value_, width(row.value));
  for (std::size_t i = 0; i < row.details.size(); ++i) widen(details_, i, width(row.details[i]));
  for (std::size_t i = 0; i < row.statistics.size(); ++i)
    widen(statistics_, i, width(row.statistics[i].second));
  rows_.push_back(std::move(row));
  return rows_.size() - 1;
}

std::string SummaryTable::line(std::size_t index) const {
  const Row& row = rows_.at(index);
  auto line = row.name + paint_.dim(padding(row.name, name_, '.') + "...") + ":";
  std::string gap = " ";
  const auto cell = [&](const std::string& painted, std::string_view bare, std::size_t to) {
    line += gap + painted;
    gap = padding(bare, to) + " ";
  };
  if (row.statistics.empty()) cell(paint_.cyan(row.value), row.value, value_);
  for (std::size_t i = 0; i < row.details.size(); ++i)
    cell(paint_.dim(row.details[i]), row.details[i], details_[i]);
  for (std::size_t i = 0; i < row.statistics.size(); ++i) {
    const auto& [name, value] = row.statistics[i];
    cell(name + "=" + paint_.cyan(value), value, statistics_[i]);
  }
  return line;
}

}  // namespace crema::load
