#include "coverage_document.h"

#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace crema::report {
namespace {

using Json = nlohmann::ordered_json;
using evidence::CoverageTotal;
using evidence::LineState;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json total_json(const CoverageTotal& total) { return {total.covered, total.statements}; }

Json functions_json(const evidence::FileCoverage& file) {
  auto json = Json::array();
  for (const auto& function : file.functions) {
    const auto total = total_of(file, function);
    json.push_back(
        {function.name, function.line, function.end_line, total.covered, total.statements});
  }
  return json;
}

// A letter for each line, as far as the last block reaches.
std::string letters_of(const std::vector<LineState>& lines) {
  constexpr std::string_view kLetters = ".cpu";  // by LineState
  std::string letters;
  for (const auto line : lines) letters += kLetters[static_cast<std::size_t>(line)];
  return letters;
}

// Written since the run, and not what git has under the run's commit.
bool changed_since(const Material& material, const std::string& path) {
  std::error_code unknown;
  const auto written = std::filesystem::last_write_time(material.root / path, unknown);
  if (unknown) return true;
  const auto ended = material.run.finished.value_or(material.generated);
  if (std::chrono::file_clock::to_sys(written) <= ended) return false;
  return !material.differing || material.differing->contains(path);
}

std::set<std::string> values_of(const Material& material,
                                std::string evidence::Coverage::* member) {
  std::set<std::string> values;
  for (const auto& record : material.records) {
    const auto* coverage = std::get_if<evidence::Coverage>(&record.evidence);
    if (coverage != nullptr && !(coverage->*member).empty()) values.insert(coverage->*member);
  }
  return values;
}

Json file_json(const testing::FileReport& file, SourceState source, bool fresh_known) {
  Json json = {{"path", file.path}, {"service", file.service}, {"total", total_json(file.total)}};
  if (fresh_known && file.fresh.statements != 0) json["fresh"] = total_json(file.fresh);
  if (source != SourceState::same) json["source"] = to_text(source);
  return json;
}

}  // namespace

std::string_view to_text(SourceState state) {
  switch (state) {
    case SourceState::same:
      return "same";
    case SourceState::changed:
      return "changed";
    case SourceState::missing:
      return "missing";
    case SourceState::left_out:
      return "left_out";
  }
  return "";
}

std::vector<SourceState> source_states(const Material& material) {
  std::vector<SourceState> states;
  if (!material.coverage) return states;
  std::uint64_t taken = 0;
  for (const auto& file : material.coverage->files) {
    std::error_code unknown;
    const auto bytes = std::filesystem::file_size(material.root / file.path, unknown);
    if (unknown) {
      states.push_back(SourceState::missing);
    } else if (bytes > kLargestSource || taken + bytes > kMostSourceBytes) {
      states.push_back(SourceState::left_out);
    } else {
      taken += bytes;
      states.push_back(changed_since(material, file.path) ? SourceState::changed
                                                          : SourceState::same);
    }
  }
  return states;
}

std::string coverage_json(const Material& material, const std::vector<SourceState>& sources) {
  if (!material.coverage) return "null";
  const auto& report = *material.coverage;
  Json json = {{"total", total_json(report.total)}};
  if (report.fresh_known) json["fresh"] = total_json(report.fresh);
  json["tools"] = values_of(material, &evidence::Coverage::tool);
  json["parts"] = values_of(material, &evidence::Coverage::part);
  for (const auto* key : {"services", "files", "leftOut"}) json[key] = Json::array();
  for (const auto& service : report.services) {
    Json row = {{"name", service.name}, {"total", total_json(service.total)}};
    if (report.fresh_known && service.fresh.statements != 0)
      row["fresh"] = total_json(service.fresh);
    json["services"].push_back(std::move(row));
  }
  for (std::size_t i = 0; i < report.files.size(); ++i)
    json["files"].push_back(file_json(report.files[i], sources[i], report.fresh_known));
  for (const auto& file : report.left_out)
    json["leftOut"].push_back({{"path", file.path}, {"why", file.why}});
  return text_of(json);
}

void write_sources(PageWriter& page, const Material& material,
                   const std::vector<SourceState>& sources) {
  if (!material.coverage) return;
  auto all = Json::array();
  const auto& files = material.coverage->files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto functions = functions_json(files[i].coverage);
    for (const auto& function : functions)
      all.push_back({i, function[0], function[1], function[3], function[4]});
    Json json = {{"lines", letters_of(files[i].lines)},
                 {"fresh", files[i].fresh_lines},
                 {"functions", std::move(functions)}};
    if (sources[i] == SourceState::same || sources[i] == SourceState::changed) {
      if (auto text = sys::read_file(material.root / files[i].path)) json["text"] = *text;
    }
    page.part(fmt::format("source-{}", i), text_of(json), true);
  }
  page.part("functions", text_of(all), true);
}

}  // namespace crema::report
