#include "crema/evidence/cobertura.h"

#include "line_counts.h"

#include "crema/base/strings.h"
#include "crema/formats/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace crema::evidence {
namespace {

using formats::xml_attribute;
using formats::XmlElement;

constexpr std::uint32_t kMostWays = 10'000;  // of one line

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  text = trim(text);
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

Diagnostic cobertura_error(const XmlElement& element, std::string message) {
  auto error = make_error("evidence/cobertura", std::move(message), element.span());
  error.hint = "coverage-04.dtd of Cobertura describes the elements";
  return error;
}

// "50% (1/2)"; without the numbers in brackets, what the <condition>s say: two ways each.
std::optional<CoverageBranch> branch_of(const XmlElement& line, std::uint32_t number) {
  const auto text = line.attribute("condition-coverage");
  if (const auto bracket = text.find('('); bracket != std::string_view::npos) {
    const auto numbers = text.substr(bracket + 1);
    const auto slash = numbers.find('/');
    const auto taken = number_of<std::uint32_t>(numbers);
    const auto ways = slash == std::string_view::npos
                          ? std::nullopt
                          : number_of<std::uint32_t>(numbers.substr(slash + 1));
    if (taken && ways && *ways > 0 && *ways <= kMostWays)
      return CoverageBranch{number, std::min(*taken, *ways), *ways};
  }
  std::uint32_t ways = 0;
  double taken = 0;
  for (const auto& condition : line.child("conditions").children("condition")) {
    if (ways >= kMostWays) break;
    ways += 2;
    taken += std::clamp(number_of<double>(condition.attribute("coverage")).value_or(0), 0.0, 100.0);
  }
  if (ways == 0) {
    const auto percent = number_of<double>(text);
    if (!percent) return std::nullopt;
    ways = 2;
    taken = std::clamp(*percent, 0.0, 100.0);
  }
  return CoverageBranch{number, static_cast<std::uint32_t>(std::lround(taken / 50)), ways};
}

class CoberturaReader {
 public:
  explicit CoberturaReader(const ReportRoot& root) : root_(root) {}

  Result<Coverage> read(const XmlElement& report) {
    if (report.name() != "coverage" || !report.child("packages"))
      return fail(cobertura_error(report, "this is no <coverage> with <packages>"));
    for (const auto& source : report.child("sources").children("source"))
      sources_.emplace_back(trim(source.text()));
    Coverage coverage{.tool = "cobertura", .mode = CoverageMode::count};
    for (const auto& package : report.child("packages").children("package")) {
      for (const auto& unit : package.child("classes").children("class"))
        coverage.files.push_back(CREMA_TRY(read_class(unit)));
    }
    normalize(coverage);
    return coverage;
  }

 private:
  std::string path_of(std::string_view filename) {
    if (const auto known = paths_.find(filename); known != paths_.end()) return known->second;
    std::vector<std::string> candidates;
    const bool absolute = filename.starts_with('/') || filename.find(":\\") != std::string::npos;
    for (const auto& source : sources_) {
      if (!absolute && !source.empty())
        candidates.push_back(fmt::format("{}/{}", source, filename));
    }
    candidates.emplace_back(filename);
    return paths_[std::string(filename)] = repository_path(candidates, root_);
  }

  static Result<std::map<std::uint32_t, std::uint64_t>> read_lines(
      const XmlElement& lines, std::vector<CoverageBranch>* branches) {
    std::map<std::uint32_t, std::uint64_t> hits;
    for (auto line = lines.first_child(); line; line = line.next()) {
      const auto number = number_of<std::uint32_t>(line.attribute("number"));
      // Counts beyond what fits, and negative ones, are written too.
      const auto count = number_of<std::uint64_t>(line.attribute("hits"));
      if (!number || *number > kMostLines)
        return fail(cobertura_error(line, "a <line> needs its number"));
      if (!line.has("hits")) return fail(cobertura_error(line, "a <line> needs its hits"));
      if (*number == 0) continue;
      auto& known = hits[*number];
      known = std::max(known, count.value_or(0));
      if (branches == nullptr || !line.has("condition-coverage")) continue;
      if (!equals_ignore_case(line.attribute("branch"), "true")) continue;
      if (const auto branch = branch_of(line, *number)) branches->push_back(*branch);
    }
    return hits;
  }

  Result<FileCoverage> read_class(const XmlElement& unit) {
    const auto filename = unit.attribute("filename");
    if (filename.empty()) return fail(cobertura_error(unit, "a <class> needs its filename"));
    FileCoverage file{.path = path_of(filename)};
    const auto lines = unit.child("lines");
    auto hits = CREMA_TRY(read_lines(lines, &file.branches));
    for (const auto& method : unit.child("methods").children("method")) {
      // The lines of a method stand in its class too; some tools leave out one of the two.
      const auto own =
          CREMA_TRY(read_lines(method.child("lines"), lines ? nullptr : &file.branches));
      if (!lines) hits.insert(own.begin(), own.end());
      auto name = std::string(method.attribute("name"));
      if (own.empty()) continue;
      const auto end = own.rbegin()->first;
      file.functions.push_back({.name = std::move(name),
                                .line = own.begin()->first,
                                .end_line = end == own.begin()->first ? 0 : end,
                                .count = own.begin()->second});
    }
    for (const auto& [line, count] : hits) file.blocks.push_back(line_block(line, count));
    return file;
  }

  const ReportRoot& root_;
  std::vector<std::string> sources_;
  std::map<std::string, std::string, std::less<>> paths_;
};

struct Rates {
  std::uint64_t lines = 0, hit = 0;
  BranchCount branches;

  Rates& operator+=(const Rates& other) {
    lines += other.lines;
    hit += other.hit;
    branches.taken += other.branches.taken;
    branches.ways += other.branches.ways;
    return *this;
  }
};

std::string rate(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "1"
                    : fmt::format("{:.4g}", static_cast<double>(part) / static_cast<double>(whole));
}

std::string rates_text(const Rates& rates) {
  return xml_attribute("line-rate", rate(rates.hit, rates.lines)) +
         xml_attribute("branch-rate", rate(rates.branches.taken, rates.branches.ways));
}

std::string line_text(std::uint32_t line, std::uint64_t hits, const BranchCount& branch) {
  if (branch.ways == 0) return fmt::format("<line number=\"{}\" hits=\"{}\"/>\n", line, hits);
  return fmt::format(
      "<line number=\"{}\" hits=\"{}\" branch=\"true\" condition-coverage=\"{}% ({}/{})\"/>\n",
      line, hits, branch.taken * 100 / branch.ways, branch.taken, branch.ways);
}

// Its first line has its count, whatever the line itself says.
std::string method_text(const CoverageFunction& function, std::span<const LineCount> lines) {
  Rates rates;
  std::string body;
  const auto add = [&](std::uint32_t line, std::uint64_t count) {
    body += "              " + line_text(line, count, {});
    ++rates.lines;
    if (count > 0) ++rates.hit;
  };
  add(function.line, function.count);
  auto at = std::ranges::upper_bound(lines, function.line, {}, &LineCount::line);
  std::uint32_t last = function.line;
  for (; at != lines.end() && at->line <= function.end_line; ++at) {
    add(at->line, at->count);
    last = at->line;
  }
  if (last < function.end_line) add(function.end_line, function.count);
  return "          <method" + xml_attribute("name", function.name) +
         xml_attribute("signature", "") + rates_text(rates) + xml_attribute("complexity", "0") +
         ">\n            <lines>\n" + body + "            </lines>\n          </method>\n";
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? "." : path.substr(0, slash);
}

std::string class_text(const FileCoverage& file, Rates& rates) {
  const auto lines = line_counts(file);
  rates = {.lines = lines.size(), .branches = branches_of(file)};
  std::map<std::uint32_t, BranchCount> branches;
  for (const auto& branch : file.branches) {
    auto& sum = branches[branch.line];
    sum.taken += std::min(branch.taken, branch.ways);
    sum.ways += branch.ways;
  }
  std::string body;
  for (const auto& line : lines) {
    if (line.count > 0) ++rates.hit;
    const auto branch = branches.find(line.line);
    body += "            " + line_text(line.line, line.count,
                                       branch == branches.end() ? BranchCount{} : branch->second);
  }
  std::string methods;
  for (const auto& function : file.functions) methods += method_text(function, lines);
  return "        <class" + xml_attribute("name", file.path.substr(file.path.rfind('/') + 1)) +
         xml_attribute("filename", file.path) + rates_text(rates) +
         xml_attribute("complexity", "0") + ">\n          <methods>\n" + methods +
         "          </methods>\n          <lines>\n" + body +
         "          </lines>\n        </class>\n";
}

}  // namespace

Result<Coverage> read_cobertura(const SourcePtr& source, const ReportRoot& root) {
  const auto document = CREMA_TRY(formats::parse_xml(source));
  return CoberturaReader(root).read(document->root());
}

std::string cobertura_xml(const Coverage& coverage, Time made) {
  std::map<std::string, std::pair<Rates, std::string>, std::less<>> packages;
  Rates all;
  for (const auto& file : coverage.files) {
    Rates rates;
    auto text = class_text(file, rates);
    auto& package = packages[std::string(folder_of(file.path))];
    package.first += rates;
    package.second += text;
    all += rates;
  }
  std::string body;
  for (const auto& [name, package] : packages) {
    body += "    <package" + xml_attribute("name", name) + rates_text(package.first) +
            xml_attribute("complexity", "0") + ">\n      <classes>\n" + package.second +
            "      </classes>\n    </package>\n";
  }
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(made.time_since_epoch()).count();
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE coverage SYSTEM "
         "\"http://cobertura.sourceforge.net/xml/coverage-04.dtd\">\n<coverage" +
         rates_text(all) +
         fmt::format(
             " lines-covered=\"{}\" lines-valid=\"{}\" branches-covered=\"{}\" "
             "branches-valid=\"{}\" complexity=\"0\" version=\"crema\" timestamp=\"{}\">\n",
             all.hit, all.lines, all.branches.taken, all.branches.ways, milliseconds) +
         "  <sources>\n    <source>.</source>\n  </sources>\n  <packages>\n" + body +
         "  </packages>\n</coverage>\n";
}

}  // namespace crema::evidence
