#include "coverage_report.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace crema::actions {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  text = trim(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

auto bad(std::string_view name, std::size_t line, std::string_view what) {
  return fail("actions/bad-coverage", fmt::format("{}:{}: {}", name, line, what));
}

using Hits = std::map<std::uint64_t, std::uint64_t>;  // line -> how often it ran

CoverageCount count(const Hits& hits) {
  CoverageCount result{.total = hits.size()};
  result.covered = static_cast<std::uint64_t>(
      std::ranges::count_if(hits, [](const auto& hit) { return hit.second > 0; }));
  return result;
}

CoverageReport counted(std::string format, const std::map<std::string, Hits>& files) {
  CoverageReport report{.format = std::move(format)};
  for (const auto& [file, hits] : files) report.files[file] = count(hits);
  return report;
}

// `file.go:1.2,3.4 statements count` a line. The same block comes again when several test binaries
// covered it (-coverpkg): it counts once, as `go tool cover` has it.
Result<CoverageReport> parse_go(std::string_view text, std::string_view name) {
  struct Block {
    std::uint64_t statements = 0, hits = 0;
  };
  std::map<std::string_view, Block> blocks;
  const auto lines = split_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = trim(lines[i]);
    if (line.empty() || line.starts_with("mode:")) continue;
    const auto words = split(line, ' ');
    const auto statements = words.size() == 3 ? number(words[1]) : std::nullopt;
    const auto hits = words.size() == 3 ? number(words[2]) : std::nullopt;
    if (!statements || !hits || words[0].rfind(':') == std::string_view::npos) {
      return bad(name, i + 1, "expected `file:start,end statements count`");
    }
    auto& block = blocks[words[0]];
    block.statements = *statements;
    block.hits += *hits;
  }
  CoverageReport report{.format = "Go coverage profile"};
  for (const auto& [place, block] : blocks) {
    auto& file = report.files[std::string(place.substr(0, place.rfind(':')))];
    file += {.covered = block.hits > 0 ? block.statements : 0, .total = block.statements};
  }
  return report;
}

Result<CoverageReport> parse_lcov(std::string_view text, std::string_view name) {
  std::map<std::string, Hits> files;
  Hits* hits = nullptr;
  const auto lines = split_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = trim(lines[i]);
    if (line.starts_with("SF:")) hits = &files[std::string(line.substr(3))];
    if (line == "end_of_record") hits = nullptr;
    if (!line.starts_with("DA:")) continue;
    const auto parts = split(line.substr(3), ',');
    const auto where = parts.size() >= 2 ? number(parts[0]) : std::nullopt;
    if (hits == nullptr || !where)
      return bad(name, i + 1, "expected `DA:line,count` after `SF:file`");
    // Some tools write negative counts; those lines did not run.
    (*hits)[*where] += number(parts[1]).value_or(0);
  }
  return counted("LCOV", files);
}

std::string unescaped(std::string_view text) {
  std::string result(text);
  for (const auto& [from, to] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}}) {
    result = replace_all(std::move(result), from, to);
  }
  return result;
}

// The value of an attribute in the inside of a start tag.
std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
  for (auto at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    const auto equals = at + name.size();
    const bool whole = at > 0 && (tag[at - 1] == ' ' || tag[at - 1] == '\n' || tag[at - 1] == '\t');
    if (!whole || equals + 1 >= tag.size() || tag[equals] != '=') continue;
    const char quote = tag[equals + 1];
    const auto end = tag.find(quote, equals + 2);
    if (end == std::string_view::npos) return std::nullopt;
    return unescaped(tag.substr(equals + 2, end - equals - 2));
  }
  return std::nullopt;
}

// Only two elements matter: <class filename> and the <line number hits> inside it. A line is listed
// under its method and its class; it counts once.
Result<CoverageReport> parse_cobertura(std::string_view text, std::string_view name) {
  std::map<std::string, Hits> files;
  Hits* hits = nullptr;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const auto end = text.find('>', at);
    const auto tag = text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (end == std::string_view::npos) {
      return bad(name, split_lines(text.substr(0, at + 1)).size(), "a tag is never closed");
    }
    if (tag.starts_with("class ")) {
      const auto file = attribute(tag, "filename");
      hits = file ? &files[*file] : nullptr;
    } else if (tag == "/class") {
      hits = nullptr;
    } else if (hits != nullptr && tag.starts_with("line ")) {
      const auto where = number(attribute(tag, "number").value_or(""));
      const auto times = number(attribute(tag, "hits").value_or(""));
      if (where && times) (*hits)[*where] = std::max((*hits)[*where], *times);
    }
  }
  return counted("Cobertura", files);
}

}  // namespace

double CoverageCount::percent() const {
  return total == 0 ? 0.0 : 100.0 * static_cast<double>(covered) / static_cast<double>(total);
}

CoverageCount& CoverageCount::operator+=(const CoverageCount& other) {
  covered += other.covered;
  total += other.total;
  return *this;
}

CoverageCount CoverageReport::total() const {
  CoverageCount sum;
  for (const auto& [file, each] : files) sum += each;
  return sum;
}

Result<CoverageReport> parse_coverage(std::string_view text, std::string_view name) {
  const auto start = trim(text);
  if (start.starts_with("mode:")) return parse_go(text, name);
  if (start.starts_with("TN:") || start.starts_with("SF:")) return parse_lcov(text, name);
  if (start.starts_with('<') && text.find("<coverage") != std::string_view::npos)
    return parse_cobertura(text, name);
  return fail(
      "actions/bad-coverage",
      fmt::format("not supported: the format of {} (known: Go coverage profile, LCOV, Cobertura)",
                  name));
}

Result<CoverageReport> read_coverage(const std::filesystem::path& file) {
  const auto text = CREMA_TRY(sys::read_file(file));
  return parse_coverage(text, file.string());
}

}  // namespace crema::actions
