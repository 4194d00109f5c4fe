#include "cover_text.h"

#include "coverage_facts.h"
#include "test_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace crema::cli {
namespace {

using evidence::CoverageTotal;
using evidence::Style;
using evidence::Tone;
using testing::CoverageGroup;
using testing::CoverageReport;

constexpr std::size_t kShownFunctions = 30;  // of one service

std::string fresh_text(const CoverageTotal& fresh) {
  if (fresh.statements == 0) return "";
  return fmt::format("  new {} % of {} line{}", percent_text(fresh), fresh.statements,
                     fresh.statements == 1 ? "" : "s");
}

std::optional<double> least_of(const std::string& service, const CoverView& view) {
  return view.threshold ? view.threshold : view.policy.least_coverage_of(service);
}

std::string group_line(const CoverageGroup& group, const CoverView& view, bool judged,
                       const Style& style) {
  const bool failed = judged && falls_short(group, view);
  const auto glyph =
      judged ? style.glyph(failed ? evidence::Outcome::failure : evidence::Outcome::success) : " ";
  return fmt::format("{} {:>6} %  {}  {}{}\n", glyph, percent_text(group.total), group.name,
                     style.paint(Tone::dim, fmt::format("{} of {} statements", group.total.covered,
                                                        group.total.statements)),
                     fresh_text(group.fresh));
}

std::vector<CoverageGroup> rows_of(const CoverageReport& report, const std::string& by) {
  if (by == "service") return report.services;
  if (by == "package") return report.packages;
  std::vector<CoverageGroup> rows;
  for (const auto& file : report.files) {
    if (by == "file") {
      rows.push_back({file.path, file.total, file.fresh});
      continue;
    }
    for (const auto& function : file.coverage.functions) {
      const auto total = total_of(file.coverage, function);
      if (total.statements > 0)
        rows.push_back(
            {fmt::format("{}:{}  {}", file.path, function.line, function.name), total, {}});
    }
  }
  return rows;
}

std::string functions_text(const CoverageReport& report, const CoverView& view,
                           const Style& style) {
  std::string out;
  for (const auto& service : report.services) {
    const bool failed = falls_short(service, view);
    if (!failed && !view.functions) continue;
    const auto functions = uncovered_functions(report, service.name);
    if (functions.empty()) continue;
    out += fmt::format("\n{} {}\n", style.paint(Tone::bold, "Not covered in"),
                       style.paint(Tone::bold, service.name));
    std::size_t shown = 0;
    for (const auto& line : functions) {
      if (!view.functions && shown == kShownFunctions) {
        out += style.paint(Tone::dim, fmt::format("  {} more: --functions names them all\n",
                                                  functions.size() - shown));
        break;
      }
      out += "  " + line + "\n";
      ++shown;
    }
  }
  return out;
}

// "3, 7-9".
std::string ranges_text(const std::vector<std::uint32_t>& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size();) {
    std::size_t last = i;
    while (last + 1 < lines.size() && lines[last + 1] == lines[last] + 1) ++last;
    if (!out.empty()) out += ", ";
    out += last == i ? fmt::format("{}", lines[i]) : fmt::format("{}-{}", lines[i], lines[last]);
    i = last + 1;
  }
  return out;
}

std::string new_lines_text(const CoverageReport& report, const CoverView& view,
                           const Style& style) {
  if (!report.fresh_known) return "";
  if (report.fresh.statements == 0)
    return fmt::format("\nNo new lines with code since {}\n", view.base);
  auto out = fmt::format(
      "\n{}  {} %  {}\n", style.paint(Tone::bold, "New lines since " + view.base),
      percent_text(report.fresh),
      style.paint(Tone::dim,
                  fmt::format("{} of {}", report.fresh.covered, report.fresh.statements)));
  for (const auto& file : report.files) {
    if (!file.fresh_uncovered.empty())
      out += fmt::format("  {}: not covered {}\n", file.path, ranges_text(file.fresh_uncovered));
  }
  return out;
}

std::string left_out_text(const CoverageReport& report, const Style& style) {
  std::map<std::string, std::size_t> reasons;
  for (const auto& file : report.left_out) ++reasons[file.why];
  std::string out;
  for (const auto& [why, count] : reasons) {
    out += style.paint(
        Tone::dim, fmt::format("  left out: {} file{}, {}\n", count, count == 1 ? "" : "s", why));
  }
  return out.empty() ? "" : "\n" + out;
}

nlohmann::ordered_json total_json(const CoverageTotal& total) {
  return {
      {"covered", total.covered}, {"statements", total.statements}, {"percent", total.percent()}};
}

}  // namespace

bool falls_short(const CoverageGroup& service, const CoverView& view) {
  const auto least = least_of(service.name, view);
  return least && service.total.statements > 0 && service.total.percent() < *least;
}

std::string cover_text(const CoverageReport& report, const CoverView& view, const Style& style) {
  std::string out;
  for (const auto& row : rows_of(report, view.by))
    out += group_line(row, view, view.by == "service", style);
  out += group_line({"all", report.total, report.fresh}, view, false, style);
  out += functions_text(report, view, style);
  out += new_lines_text(report, view, style);
  return out + left_out_text(report, style);
}

std::string cover_json(const CoverageReport& report, const CoverView& view) {
  nlohmann::ordered_json json = {{"total", total_json(report.total)},
                                 {"services", nlohmann::ordered_json::array()},
                                 {"files", nlohmann::ordered_json::array()},
                                 {"left_out", nlohmann::ordered_json::array()}};
  if (report.fresh_known) json["new_lines"] = total_json(report.fresh);
  for (const auto& service : report.services) {
    auto row = total_json(service.total);
    row["name"] = service.name;
    if (const auto least = least_of(service.name, view)) row["threshold"] = *least;
    row["passed"] = !falls_short(service, view);
    row["uncovered_functions"] = uncovered_functions(report, service.name);
    json["services"].push_back(std::move(row));
  }
  for (const auto& file : report.files) {
    auto row = total_json(file.total);
    row["path"] = file.path;
    if (!file.fresh_uncovered.empty()) row["new_lines_not_covered"] = file.fresh_uncovered;
    json["files"].push_back(std::move(row));
  }
  for (const auto& file : report.left_out)
    json["left_out"].push_back({{"path", file.path}, {"why", file.why}});
  return json.dump(2) + "\n";
}

}  // namespace crema::cli
