#include "crema/evidence/import.h"

#include "crema/base/strings.h"
#include "crema/evidence/cobertura.h"
#include "crema/evidence/go_profile.h"
#include "crema/evidence/go_test.h"
#include "crema/evidence/jacoco.h"
#include "crema/evidence/junit.h"
#include "crema/evidence/lcov.h"
#include "crema/evidence/sarif.h"
#include "crema/formats/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::evidence {
namespace {

constexpr std::size_t kBeginning = 4096;

template <typename Type>
std::vector<Evidence> as_evidence(std::vector<Type> all) {
  return {std::make_move_iterator(all.begin()), std::make_move_iterator(all.end())};
}

// Formats of lines are known by their first ones; what a wrapper printed may stand before them.
template <typename Is>
bool begins_with_line(std::string_view text, Is is) {
  constexpr int kLines = 20;
  for (int i = 0; i < kLines && !text.empty(); ++i) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    if (!line.empty() && is(line)) return true;
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return false;
}

bool is_record(std::string_view text) {
  const auto line = trim(text).substr(0, trim(text).find('\n'));
  return line.starts_with('{') && line.find("\"schema\"") != std::string_view::npos &&
         line.find("\"kind\"") != std::string_view::npos;
}

Result<std::vector<Evidence>> read_records(const SourcePtr& source, const ReportRoot&) {
  std::vector<Evidence> evidence;
  std::uint32_t number = 0;
  for (const auto line : split_lines(source->text())) {
    ++number;
    if (trim(line).empty()) continue;
    auto record = record_from_json(line);
    if (!record) {
      auto error = record.error();
      error.span = {source, number, 1};
      return fail(std::move(error));
    }
    evidence.push_back(std::move(record->evidence));
  }
  return evidence;
}

// One object, whose members may come in any order.
bool is_sarif(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  return trim(text.substr(0, kBeginning)).starts_with('{') && has("\"runs\"") &&
         (has("\"version\"") || has("sarif"));
}

Result<std::vector<Evidence>> read_scans(const SourcePtr& source, const ReportRoot& root) {
  return as_evidence(CREMA_TRY(read_sarif(source, root)));
}

bool is_go_test(std::string_view text) { return begins_with_line(text, looks_like_go_test); }

Result<std::vector<Evidence>> read_go_test(const SourcePtr& source, const ReportRoot&) {
  std::vector<Evidence> evidence;
  GoTestReader reader({.on_run = {}, .on_case = {}, .on_suite = [&](TestSuite&& suite) {
                         evidence.emplace_back(std::move(suite));
                       }});
  reader.feed(source->text());
  reader.finish();
  return evidence;
}

bool is_go_profile(std::string_view text) {
  return begins_with_line(text, [](std::string_view line) { return line.starts_with("mode: "); });
}

bool is_lcov(std::string_view text) {
  return begins_with_line(text, [](std::string_view line) { return line.starts_with("SF:"); });
}

bool is_junit(std::string_view text) {
  const auto root = formats::xml_root_name(text);
  return root == "testsuites" || root == "testsuite";
}

Result<std::vector<Evidence>> read_suites(const SourcePtr& source, const ReportRoot& root) {
  return as_evidence(CREMA_TRY(read_junit(source, root)));
}

template <Result<Coverage> (*Read)(const SourcePtr&, const ReportRoot&)>
Result<std::vector<Evidence>> read_coverage(const SourcePtr& source, const ReportRoot& root) {
  std::vector<Evidence> evidence;
  evidence.emplace_back(CREMA_TRY(Read(source, root)));
  return evidence;
}

// Without its modules an import path is placed by the longest ending that is a file.
void place_by_ending(Coverage& coverage, const ReportRoot& root) {
  for (auto& file : coverage.files) {
    const auto placed = repository_path("/" + file.path, root);
    if (!placed.starts_with('/')) file.path = placed;
  }
  normalize(coverage);
}

Result<Coverage> read_profile(const SourcePtr& source, const ReportRoot& root) {
  auto coverage = CREMA_TRY(read_go_profile(source));
  if (root.go_modules.empty())
    place_by_ending(coverage, root);
  else
    place_go_files(coverage, root.go_modules);
  return coverage;
}

// The first one that recognises a text reads it.
constexpr std::array kFormats = std::to_array<EvidenceFormat>({
    {"evidence of crema", is_record, read_records},
    {"SARIF", is_sarif, read_scans},
    {"go test -json", is_go_test, read_go_test},
    {"JUnit XML", is_junit, read_suites},
    {"Go coverage profile", is_go_profile, read_coverage<read_profile>},
    {"LCOV", is_lcov, read_coverage<read_lcov>},
    {"Cobertura", [](std::string_view text) { return formats::xml_root_name(text) == "coverage"; },
     read_coverage<read_cobertura>},
    {"JaCoCo", [](std::string_view text) { return formats::xml_root_name(text) == "report"; },
     read_coverage<read_jacoco>},
});

}  // namespace

std::span<const EvidenceFormat> evidence_formats() { return kFormats; }

const EvidenceFormat* find_format(std::string_view text) {
  const auto found =
      std::ranges::find_if(kFormats, [&](const auto& format) { return format.recognises(text); });
  return found == kFormats.end() ? nullptr : &*found;
}

Result<std::vector<Evidence>> import_evidence(const SourcePtr& source, const ReportRoot& root) {
  if (const auto* format = find_format(source->text())) return format->read(source, root);
  std::string known;
  for (const auto& format : kFormats)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", format.name);
  auto error =
      make_error("evidence/unknown-format", "this is no format that is known", {source, 1, 1});
  error.hint = "what is known: " + known;
  return fail(std::move(error));
}

}  // namespace crema::evidence
