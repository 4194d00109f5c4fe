#include "crema/evidence/lcov.h"

#include "line_counts.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <unordered_map>

namespace crema::evidence {
namespace {

// "-" (never reached), "=====" and negative numbers, which old versions of gcov give, are 0.
std::uint64_t count_of(std::string_view text) {
  text = trim(text);
  double number = 0;
  std::uint64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc() && end == text.data() + text.size()) return whole;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || !(number > 0)) return 0;
  constexpr double kMost = 1.8e19;
  return static_cast<std::uint64_t>(std::min(number, kMost));
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  text = trim(text);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What stands before the first comma; `text` is what stands behind it.
std::string_view take_field(std::string_view& text) {
  const auto comma = text.find(',');
  const auto field = text.substr(0, comma);
  text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  return field;
}

// The functions of one section, whose two halves (where, how often) may come in any order.
class FunctionTable {
 public:
  void place(std::string_view name, std::uint32_t line, std::uint32_t end) {
    by_name_[std::string(name)].push_back(functions_.size());
    functions_.push_back({.name = std::string(name), .line = line, .end_line = end});
  }
  void count(std::string_view name, std::uint64_t count) { counts_.emplace_back(name, count); }
  void place_index(std::uint32_t index, std::uint32_t line, std::uint32_t end) {
    lines_[index] = {line, end};
  }
  void count_index(std::uint32_t index, std::uint64_t count, std::string_view name) {
    indexed_.push_back({index, {.name = std::string(name), .count = count}});
  }

  std::vector<CoverageFunction> take() {
    // Of functions that share a name the first count is the first one's.
    std::unordered_map<std::string_view, std::size_t> used;
    for (const auto& [name, count] : counts_) {
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) {
        functions_.push_back({.name = name, .count = count});
        continue;
      }
      auto& at = used[name];
      functions_[found->second[std::min(at++, found->second.size() - 1)]].count += count;
    }
    for (auto& [index, function] : indexed_) {
      if (const auto found = lines_.find(index); found != lines_.end())
        std::tie(function.line, function.end_line) = found->second;
      functions_.push_back(std::move(function));
    }
    return std::move(functions_);
  }

 private:
  std::vector<CoverageFunction> functions_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_name_;
  std::vector<std::pair<std::string, std::uint64_t>> counts_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> lines_;
  std::vector<std::pair<std::uint32_t, CoverageFunction>> indexed_;
};

class LcovReader {
 public:
  LcovReader(const SourcePtr& source, const ReportRoot& root) : source_(source), root_(root) {}

  Result<Coverage> read() {
    std::uint32_t number = 0;
    for (const auto line : split_lines(source_->text())) {
      ++number;
      if (!take_line(line)) return fail(error_at(number));
    }
    if (file_ != nullptr) {
      problem_ = "the file ends inside a section: `end_of_record` is missing";
      return fail(error_at(number));
    }
    return finished();
  }

 private:
  struct File {
    FileCoverage coverage;
    // (line, "block,branch") -> whether it was taken in any section
    std::map<std::pair<std::uint32_t, std::string>, bool> branches;
  };

  Diagnostic error_at(std::uint32_t line) const {
    auto error = make_error("evidence/lcov", problem_, {source_, line, 1});
    error.hint = "`man geninfo` describes the lines of a tracefile";
    return error;
  }
  bool wrong(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool take_line(std::string_view line) {
    if (trim(line).empty() || line.starts_with('#')) return true;
    if (trim(line) == "end_of_record") return end_section();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return wrong("this is no line of a tracefile");
    const auto key = line.substr(0, colon);
    const auto rest = line.substr(colon + 1);
    if (key == "SF") return begin_section(rest);
    const bool inside = key == "DA" || key == "BRDA" || key.starts_with("FN");
    if (inside && file_ == nullptr) return wrong(fmt::format("`{}:` stands before `SF:`", key));
    if (key == "DA") return take_count(rest);
    if (key == "BRDA") return take_branch(rest);
    if (key == "FN") return take_function(rest);
    if (key == "FNDA") return take_calls(rest);
    if (key == "FNL") return take_indexed_function(rest);
    if (key == "FNA") return take_indexed_calls(rest);
    return true;  // sums, test names, checksums of versions, MC/DC
  }

  bool begin_section(std::string_view path) {
    if (file_ != nullptr) return wrong("`SF:` stands inside a section: `end_of_record` is missing");
    if (trim(path).empty()) return wrong("`SF:` names no file");
    const auto placed = repository_path(trim(path), root_);
    file_ = &files_[placed];
    file_->coverage.path = placed;
    return true;
  }

  bool end_section() {
    if (file_ == nullptr) return wrong("`end_of_record` ends no section");
    for (auto& function : functions_.take())
      file_->coverage.functions.push_back(std::move(function));
    functions_ = {};
    file_ = nullptr;
    return true;
  }

  bool take_line_number(std::string_view text, std::uint32_t& line) {
    const auto number = whole_number(text);
    if (!number || *number > kMostLines)
      return wrong(fmt::format("'{}' is no number of a line", trim(text)));
    line = *number;
    return true;
  }

  bool take_count(std::string_view rest) {
    std::uint32_t line = 0;
    if (rest.find(',') == std::string_view::npos) return wrong("expected `DA:line,count`");
    if (!take_line_number(take_field(rest), line)) return false;
    // Code that no line holds (macros, code that was generated) is on line 0.
    if (line > 0) file_->coverage.blocks.push_back(line_block(line, count_of(take_field(rest))));
    return true;
  }

  // The name of a branch may hold commas; the numbers around it do not.
  bool take_branch(std::string_view rest) {
    std::uint32_t line = 0;
    const auto last = rest.rfind(',');
    if (std::ranges::count(rest, ',') < 3) return wrong("expected `BRDA:line,block,branch,taken`");
    const auto taken = rest.substr(last + 1);
    rest = rest.substr(0, last);
    if (!take_line_number(take_field(rest), line)) return false;
    if (line > 0) {
      auto& known = file_->branches[{line, std::string(rest)}];
      known = known || count_of(taken) > 0;
    }
    return true;
  }

  // `line,name`, and `line,end,name` since LCOV 2.
  bool take_function(std::string_view rest) {
    std::uint32_t line = 0;
    if (rest.find(',') == std::string_view::npos) return wrong("expected `FN:line,name`");
    if (!take_line_number(take_field(rest), line)) return false;
    std::uint32_t end = 0;
    if (const auto comma = rest.find(','); comma != std::string_view::npos) {
      const auto number = whole_number(rest.substr(0, comma));
      if (number && *number <= kMostLines) {
        end = *number;
        rest = rest.substr(comma + 1);
      }
    }
    functions_.place(rest, line, end);
    return true;
  }

  bool take_calls(std::string_view rest) {
    if (rest.find(',') == std::string_view::npos) return wrong("expected `FNDA:count,name`");
    const auto count = count_of(take_field(rest));
    functions_.count(rest, count);
    return true;
  }

  bool take_indexed_function(std::string_view rest) {
    const auto index = whole_number(take_field(rest));
    if (!index) return wrong("expected `FNL:index,line`");
    std::uint32_t line = 0;
    if (!take_line_number(take_field(rest), line)) return false;
    functions_.place_index(*index, line, whole_number(rest).value_or(0));
    return true;
  }

  bool take_indexed_calls(std::string_view rest) {
    const auto index = whole_number(take_field(rest));
    if (!index || rest.find(',') == std::string_view::npos)
      return wrong("expected `FNA:index,count,name`");
    const auto count = count_of(take_field(rest));
    functions_.count_index(*index, count, rest);
    return true;
  }

  Coverage finished() {
    Coverage coverage{.tool = "lcov", .mode = CoverageMode::count};
    for (auto& [path, file] : files_) {
      auto& branches = file.coverage.branches;
      for (const auto& [key, taken] : file.branches) {
        if (branches.empty() || branches.back().line != key.first)
          branches.push_back({.line = key.first});
        ++branches.back().ways;
        if (taken) ++branches.back().taken;
      }
      coverage.files.push_back(std::move(file.coverage));
    }
    normalize(coverage);
    return coverage;
  }

  SourcePtr source_;
  const ReportRoot& root_;
  std::map<std::string, File> files_;
  File* file_ = nullptr;
  FunctionTable functions_;
  std::string problem_;
};

std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

void add_functions(std::string& text, const FileCoverage& file) {
  std::size_t hit = 0;
  for (const auto& function : file.functions) {
    // A name like "1,f" would be taken for the last line and a name.
    const auto comma = function.name.find(',');
    const bool unclear = comma != std::string::npos &&
                         whole_number(std::string_view(function.name).substr(0, comma)).has_value();
    const auto end =
        function.end_line == 0 && !unclear ? "" : fmt::format("{},", function.end_line);
    text += fmt::format("FN:{},{}{}\n", function.line, end, one_line(function.name));
    if (function.count > 0) ++hit;
  }
  for (const auto& function : file.functions)
    text += fmt::format("FNDA:{},{}\n", function.count, one_line(function.name));
  text += fmt::format("FNF:{}\nFNH:{}\n", file.functions.size(), hit);
}

// A decision has no more; what says so would become lines without end.
constexpr std::uint32_t kMostWays = 10'000;

void add_branches(std::string& text, const FileCoverage& file,
                  const std::vector<LineCount>& lines) {
  const auto sum = branches_of(file);
  if (sum.ways == 0) return;
  std::uint32_t block = 0;
  std::uint32_t last = 0;
  for (const auto& branch : file.branches) {
    block = branch.line == last ? block + 1 : 0;
    last = branch.line;
    const auto at = std::ranges::lower_bound(lines, branch.line, {}, &LineCount::line);
    const bool reached = at != lines.end() && at->line == branch.line && at->count > 0;
    for (std::uint32_t way = 0; way < std::min(branch.ways, kMostWays); ++way) {
      const auto* taken = way < branch.taken ? "1" : reached ? "0" : "-";
      text += fmt::format("BRDA:{},{},{},{}\n", branch.line, block, way, taken);
    }
  }
  text += fmt::format("BRF:{}\nBRH:{}\n", sum.ways, sum.taken);
}

}  // namespace

Result<Coverage> read_lcov(const SourcePtr& source, const ReportRoot& root) {
  return LcovReader(source, root).read();
}

std::string lcov_text(const Coverage& coverage) {
  std::string text;
  for (const auto& file : coverage.files) {
    const auto lines = line_counts(file);
    text += fmt::format("TN:\nSF:{}\n", one_line(file.path));
    add_functions(text, file);
    add_branches(text, file, lines);
    std::size_t hit = 0;
    for (const auto& line : lines) {
      text += fmt::format("DA:{},{}\n", line.line, line.count);
      if (line.count > 0) ++hit;
    }
    text += fmt::format("LF:{}\nLH:{}\nend_of_record\n", lines.size(), hit);
  }
  return text;
}

}  // namespace crema::evidence
