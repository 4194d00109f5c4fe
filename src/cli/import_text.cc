#include "import_text.h"

#include "test_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace crema::cli {
namespace {

using evidence::Outcome;
using evidence::Style;

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

evidence::TestCounts counts_of(const ImportedFile& file) {
  evidence::TestCounts counts;
  for (const auto& suite : file.suites) add_to(counts, suite);
  return counts;
}

std::string tests_text(const ImportedFile& file) {
  const auto counts = counts_of(file);
  auto text = fmt::format("{} in {}: {} passed",
                          counted(counts.passed + counts.failed + counts.skipped, "test"),
                          counted(counts.suites, "suite"), counts.passed);
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  if (counts.skipped > 0) text += fmt::format(", {} skipped", counts.skipped);
  if (counts.flaky > 0) text += fmt::format(", {} flaky", counts.flaky);
  if (counts.failed == 0 && counts.failed_suites > 0)
    text += fmt::format(", {} failed without a test", counted(counts.failed_suites, "suite"));
  return text;
}

std::string other_text(const evidence::Evidence& one) {
  if (const auto* coverage = std::get_if<evidence::Coverage>(&one)) {
    const auto total = total_of(*coverage);
    return fmt::format("{} % of {} in {}", percent_text(total),
                       counted(total.statements, coverage->tool == "go" ? "statement" : "line"),
                       counted(coverage->files.size(), "file"));
  }
  if (const auto* scan = std::get_if<evidence::Scan>(&one)) {
    return fmt::format("{} by {}{}", counted(scan->findings.size(), "finding"), scan->scanner,
                       scan->complete ? "" : ", which could not look at all: " + scan->message);
  }
  return std::string(kind_of(one));
}

}  // namespace

bool ImportedFile::failed() const {
  return std::ranges::any_of(
      suites, [](const auto& suite) { return suite.outcome == evidence::TestOutcome::failed; });
}

std::vector<testing::ProjectReport> reports_of(std::span<const ImportedFile> files) {
  std::vector<testing::ProjectReport> reports;
  for (const auto& file : files) {
    if (file.suites.empty()) continue;
    auto& report = reports.emplace_back();
    report.folder = file.path;
    report.suites = file.suites;
  }
  return reports;
}

std::string import_text(std::span<const ImportedFile> files, const Style& style) {
  auto text = failures_text(reports_of(files), style);
  if (!text.empty()) text += "\n";
  for (const auto& file : files) {
    std::vector<std::string> parts;
    if (!file.suites.empty()) parts.push_back(tests_text(file));
    for (const auto& one : file.others) parts.push_back(other_text(one));
    if (parts.empty()) parts.emplace_back("nothing in it");
    text += fmt::format("{} {}  {}  {}\n",
                        style.glyph(file.failed() ? Outcome::failure : Outcome::success), file.path,
                        style.paint(evidence::Tone::dim, file.format), fmt::join(parts, "; "));
  }
  return text;
}

std::string import_json(std::span<const ImportedFile> files, std::uint64_t run) {
  using Json = nlohmann::ordered_json;
  Json json = {{"run", run},
               {"passed", std::ranges::none_of(files, &ImportedFile::failed)},
               {"files", Json::array()}};
  for (const auto& file : files) {
    Json entry = {{"path", file.path}, {"format", file.format}};
    if (!file.suites.empty()) {
      const auto counts = counts_of(file);
      entry["tests"] = {{"suites", counts.suites},   {"failed_suites", counts.failed_suites},
                        {"passed", counts.passed},   {"failed", counts.failed},
                        {"skipped", counts.skipped}, {"flaky", counts.flaky}};
    }
    for (const auto& one : file.others) {
      if (const auto* coverage = std::get_if<evidence::Coverage>(&one)) {
        const auto total = total_of(*coverage);
        entry["coverage"] = {{"files", coverage->files.size()},
                             {"covered", total.covered},
                             {"statements", total.statements}};
      } else if (const auto* scan = std::get_if<evidence::Scan>(&one)) {
        entry["scans"].push_back({{"scanner", scan->scanner},
                                  {"findings", scan->findings.size()},
                                  {"complete", scan->complete}});
      } else {
        entry["records"].push_back(kind_of(one));
      }
    }
    json["files"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace crema::cli
