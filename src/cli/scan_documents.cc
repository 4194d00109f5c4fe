#include "scan_documents.h"

#include "scan_groups.h"

#include "crema/evidence/junit.h"
#include "crema/formats/json.h"
#include "crema/scan/incidents.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace crema::cli {
namespace {

using Json = nlohmann::ordered_json;
using evidence::Finding;
using evidence::FindingState;

constexpr std::size_t kGroupsInSummary = 20;

Json location_json(const evidence::FindingLocation& place) {
  Json json = {{"path", place.path}};
  if (place.line != 0) json["line"] = place.line;
  if (place.column != 0) json["column"] = place.column;
  if (place.end_line != 0) json["endLine"] = place.end_line;
  if (place.end_column != 0) json["endColumn"] = place.end_column;
  if (!place.message.empty()) json["message"] = place.message;
  return json;
}

void add_text(Json& json, const char* name, std::string_view text) {
  if (!text.empty()) json[name] = text;
}

Json finding_json(const Finding& finding) {
  Json json = {{"rule", finding.rule}};
  add_text(json, "title", finding.rule_name);
  if (!finding.aliases.empty()) json["aliases"] = finding.aliases;
  json["family"] = finding.family;
  json["severity"] = evidence::to_text(finding.severity);
  add_text(json, "confidence", evidence::to_text(finding.confidence));
  if (finding.family == "dependencies") {
    const auto reach = evidence::to_text(finding.reach);
    json["reach"] = reach.empty() ? std::string_view("unknown") : reach;
  }
  if (finding.exploited) json["exploited"] = true;
  add_text(json, "published", finding.published);
  json["message"] = finding.message;
  add_text(json, "subject", finding.subject);
  if (finding.fix != evidence::FindingFix{}) {
    auto& fix = json["fix"] = Json::object();
    add_text(fix, "text", finding.fix.text);
    add_text(fix, "package", finding.fix.package);
    add_text(fix, "version", finding.fix.version);
  }
  add_text(json, "helpUri", finding.help_uri);
  auto& places = json["locations"] = Json::array();
  for (const auto& place : finding.locations) places.push_back(location_json(place));
  json["fingerprint"] = finding.fingerprint;
  add_text(json, "incident", finding.incident);
  json["state"] = evidence::to_text(finding.state);
  for (const auto& each : finding.suppressions) {
    Json suppression = {{"by", each.by}};
    add_text(suppression, "reason", each.reason);
    add_text(suppression, "until", each.until);
    json["suppressions"].push_back(std::move(suppression));
  }
  return json;
}

Json left_out_json(std::span<const scan::NotScanned> all) {
  auto json = Json::array();
  for (const auto& one : all) {
    Json entry = {{"path", one.path}, {"code", one.code}, {"reason", one.reason}};
    add_text(entry, "scanner", one.scanner);
    json.push_back(std::move(entry));
  }
  return json;
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '`') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string place_text(const Finding& finding) {
  if (finding.locations.empty()) return finding.subject;
  const auto& place = finding.locations.front();
  return place.line == 0 ? place.path : fmt::format("{}:{}", place.path, place.line);
}

std::string group_row(const FindingGroup& group) {
  const auto place = place_text(*group.members.front());
  return fmt::format(
      "| {} | {}{} | `{}`{} |\n", evidence::to_text(group.severity), cell(group.title),
      group.name.empty() ? "" : " (" + cell(group.members.front()->rule) + ")", cell(place),
      group.members.size() > 1 ? fmt::format(" and {} more", group.members.size() - 1) : "");
}

}  // namespace

std::string scan_json(const scan::ScanOutcome& outcome, const gate::Verdict& verdict) {
  Json json = {{"schema", 1}, {"passed", verdict.passed()}, {"files", outcome.files}};
  json["incidents"] = scan::count_incidents(outcome.found);
  add_text(json, "base", outcome.base);
  auto& scanners = json["scanners"] = Json::array();
  for (const auto& each : outcome.scanners) {
    Json entry = {{"name", each.name}, {"family", each.family}, {"rules", each.rules.size()}};
    add_text(entry, "data", each.data);
    scanners.push_back(std::move(entry));
  }
  auto& findings = json["findings"] = Json::array();
  for (const auto& one : outcome.found) findings.push_back(finding_json(one.finding));
  json["notScanned"] = left_out_json(outcome.not_scanned);
  if (!outcome.accepted.empty()) json["accepted"] = left_out_json(outcome.accepted);
  auto& warnings = json["warnings"] = Json::array();
  for (const auto& warning : outcome.warnings) {
    Json entry = {{"code", warning.code}, {"message", warning.message}};
    if (warning.span.source != nullptr) {
      entry["path"] = warning.span.source->path();
      entry["line"] = warning.span.line;
    }
    warnings.push_back(std::move(entry));
  }
  return formats::json_text(json, formats::JsonLayout::pretty) + "\n";
}

std::string scan_junit(const scan::ScanOutcome& outcome) {
  std::map<std::string, std::map<std::string, evidence::TestCase>> by_family;
  std::map<std::string, std::string, std::less<>> family_of;
  for (const auto& scanner : outcome.scanners) {
    family_of[scanner.name] = scanner.family;
    auto& cases = by_family[scanner.family];
    for (const auto& rule : scanner.rules) cases[rule].name = rule;
  }
  for (const auto& one : outcome.found) {
    const auto& finding = one.finding;
    if (finding.state == FindingState::suppressed) continue;
    auto& test = by_family[finding.family][finding.rule];
    test.name = finding.rule;
    test.group = finding.rule_name;
    if (finding.state != FindingState::fresh) continue;
    test.outcome = evidence::TestOutcome::failed;
    if (test.message.empty()) test.message = finding.message;
    test.output += fmt::format("{}: {}: {}\n", place_text(finding),
                               evidence::to_text(finding.severity), finding.message);
  }
  std::vector<evidence::TestSuite> suites;
  for (auto& [family, cases] : by_family) {
    evidence::TestSuite suite{.name = "crema scan " + family};
    for (auto& [rule, test] : cases) {
      if (test.outcome == evidence::TestOutcome::failed)
        suite.outcome = evidence::TestOutcome::failed;
      suite.cases.push_back(std::move(test));
    }
    for (const auto& one : outcome.not_scanned) {
      const auto of = family_of.find(one.scanner);
      if (of == family_of.end() ? !one.scanner.empty() : of->second != family) continue;
      evidence::TestCase test{.name = "not scanned: " + one.path, .group = one.code};
      test.outcome = evidence::TestOutcome::failed;
      test.kind = evidence::FailureKind::setup;
      test.message = one.reason;
      suite.outcome = evidence::TestOutcome::failed;
      suite.cases.push_back(std::move(test));
    }
    suites.push_back(std::move(suite));
  }
  return evidence::junit_xml(suites);
}

std::string scan_markdown(const scan::ScanOutcome& outcome, const gate::Verdict& verdict) {
  std::size_t fresh = 0;
  std::size_t known = 0;
  std::size_t suppressed = 0;
  for (const auto& one : outcome.found) {
    fresh += one.finding.state == FindingState::fresh ? 1U : 0U;
    known += one.finding.state == FindingState::known ? 1U : 0U;
    suppressed += one.finding.state == FindingState::suppressed ? 1U : 0U;
  }
  auto out =
      fmt::format("### Scan: {}\n\n{} new, {} known, {} suppressed; {} to do in {} files.\n\n",
                  verdict.passed() && outcome.not_scanned.empty() ? "passed" : "not passed", fresh,
                  known, suppressed, scan::count_incidents(outcome.found), outcome.files);
  std::string rows;
  std::size_t shown = 0;
  std::size_t more = 0;
  for (const auto& group : groups_of(outcome.found, outcome.rules)) {
    if (group.fresh == 0) continue;
    if (shown++ < kGroupsInSummary)
      rows += group_row(group);
    else
      ++more;
  }
  if (!rows.empty()) out += "| severity | what | where |\n|---|---|---|\n" + rows + "\n";
  if (more > 0) out += fmt::format("and {} more kinds of findings.\n\n", more);
  if (!outcome.not_scanned.empty()) {
    out += "**Not scanned**\n\n";
    for (std::size_t i = 0; i < std::min(kGroupsInSummary, outcome.not_scanned.size()); ++i)
      out += fmt::format("- `{}`: {}\n", cell(outcome.not_scanned[i].path),
                         cell(outcome.not_scanned[i].reason));
    out += "\n";
  }
  return out;
}

}  // namespace crema::cli
