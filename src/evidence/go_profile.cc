#include "crema/evidence/go_profile.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

namespace crema::evidence {
namespace {

template <typename Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// Everything behind "file:".
bool take_block(std::string_view text, CoverageBlock& block) {
  return take_number(text, block.line) && take(text, '.') && take_number(text, block.column) &&
         take(text, ',') && take_number(text, block.end_line) && take(text, '.') &&
         take_number(text, block.end_column) && take(text, ' ') &&
         take_number(text, block.statements) && take(text, ' ') && take_number(text, block.count) &&
         trim(text).empty() && block.line > 0 && block.end_line >= block.line &&
         block.end_line < 10'000'000;
}

std::optional<CoverageMode> mode_of(std::string_view name) {
  for (const auto mode : {CoverageMode::set, CoverageMode::count, CoverageMode::atomic}) {
    if (to_text(mode) == name) return mode;
  }
  return std::nullopt;
}

Diagnostic profile_error(const SourcePtr& source, std::uint32_t line, std::string message) {
  auto error = make_error("coverage/go-profile", std::move(message));
  error.span = {source, line, 1, 0};
  error.hint = "a line is `file.go:1.2,3.4 statements count`, as `go test -coverprofile` writes it";
  return error;
}

}  // namespace

Result<Coverage> read_go_profile(const SourcePtr& source) {
  constexpr std::string_view kMode = "mode: ";
  Coverage coverage;
  coverage.tool = "go";
  bool first = true;
  std::uint32_t number = 0;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto line : split_lines(source->text())) {
    ++number;
    if (trim(line).empty()) continue;
    if (line.starts_with(kMode)) {
      const auto mode = mode_of(trim(line.substr(kMode.size())));
      if (!mode) {
        return fail(profile_error(
            source, number,
            fmt::format("'{}' is no mode: set, count or atomic", trim(line.substr(kMode.size())))));
      }
      // Joined profiles: what one of them counts only as yes or no cannot be added up.
      if (first || *mode == CoverageMode::set) coverage.mode = *mode;
      first = false;
      continue;
    }
    if (first) return fail(profile_error(source, number, "a profile begins with `mode: `"));
    const auto colon = line.rfind(':');
    CoverageBlock block;
    if (colon == std::string_view::npos || colon == 0 ||
        !take_block(line.substr(colon + 1), block)) {
      return fail(profile_error(source, number, "this is no block of a coverage profile"));
    }
    const auto [place, added] = places.try_emplace(line.substr(0, colon), coverage.files.size());
    if (added) coverage.files.push_back({.path = std::string(place->first)});
    coverage.files[place->second].blocks.push_back(block);
  }
  normalize(coverage);
  return coverage;
}

std::string go_profile_text(const Coverage& coverage) {
  std::string text = fmt::format("mode: {}\n", to_text(coverage.mode));
  for (const auto& file : coverage.files) {
    for (const auto& block : file.blocks) {
      fmt::format_to(std::back_inserter(text), "{}:{}.{},{}.{} {} {}\n", file.path, block.line,
                     block.column, block.end_line, block.end_column, block.statements, block.count);
    }
  }
  return text;
}

void place_go_files(Coverage& coverage, const std::vector<GoModulePath>& modules) {
  for (auto& file : coverage.files) {
    const GoModulePath* best = nullptr;
    for (const auto& module : modules) {
      const bool fits = file.path.starts_with(module.first) &&
                        file.path.size() > module.first.size() &&
                        file.path[module.first.size()] == '/';
      if (fits && (best == nullptr || module.first.size() > best->first.size())) best = &module;
    }
    if (best == nullptr) continue;
    const auto rest = file.path.substr(best->first.size() + 1);
    file.path = best->second.empty() ? rest : best->second + "/" + rest;
  }
  normalize(coverage);
}

void add_go_functions(FileCoverage& file, std::string_view source) {
  file.functions.clear();
  for (const auto& function : go_functions(source)) {
    CoverageFunction entry{
        .name = function.name, .line = function.line, .end_line = function.end_line};
    for (const auto& block : file.blocks) {
      if (std::pair(block.line, block.column) >= std::pair(function.end_line, function.end_column))
        break;
      if (std::pair(block.end_line, block.end_column) <= std::pair(function.line, function.column))
        continue;
      entry.count = std::max(entry.count, block.count);
    }
    file.functions.push_back(std::move(entry));
  }
}

bool is_generated_go(std::string_view source) {
  for (const auto line : split_lines(source)) {
    if (line.starts_with("package ")) return false;
    if (line.starts_with("// Code generated ") && line.ends_with(" DO NOT EDIT.")) return true;
  }
  return false;
}

}  // namespace crema::evidence
