#include "scan_as_documents.h"

#include "crema/base/strings.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace crema::cli {
namespace {

using evidence::Finding;
using nlohmann::json;

std::string text_of(const json& document) {
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

const evidence::FindingLocation& place_of(const Finding& finding) {
  static const evidence::FindingLocation kNowhere;
  return finding.locations.empty() ? kNowhere : finding.locations.front();
}

// The tool's own name for a rule where it has one: an alias that begins so; else crema's.
std::string name_in(const Finding& finding, std::string_view start) {
  for (const auto& alias : finding.aliases)
    if (alias.starts_with(start)) return alias;
  return finding.rule;
}

// The rest of "golang.org/x/crypto@v0.17.0".
std::pair<std::string, std::string> package_of(const Finding& finding) {
  const auto at = finding.subject.rfind('@');
  if (at == std::string::npos) return {finding.subject, ""};
  return {finding.subject.substr(0, at), finding.subject.substr(at + 1)};
}

std::string upper(const Finding& finding) {
  const auto text = finding.severity == evidence::FindingSeverity::note
                        ? std::string("UNKNOWN")
                        : to_upper(evidence::to_text(finding.severity));
  return text;
}

// https://github.com/gitleaks/gitleaks, report of `--report-format json`; no secret is in it.
json gitleaks_json(const scan::ScanOutcome& outcome) {
  auto all = json::array();
  for (const auto& one : outcome.found) {
    const auto& finding = one.finding;
    const auto& place = place_of(finding);
    all.push_back(
        {{"RuleID", finding.rule},
         {"Description", finding.rule_name},
         {"StartLine", place.line},
         {"EndLine", std::max(place.line, place.end_line)},
         {"StartColumn", place.column},
         {"EndColumn", place.end_column},
         {"Match", "REDACTED"},
         {"Secret", "REDACTED"},
         {"File", place.path},
         {"SymlinkFile", ""},
         {"Commit", ""},
         {"Entropy", 0},
         {"Author", ""},
         {"Email", ""},
         {"Date", ""},
         {"Message", ""},
         {"Tags", json::array()},
         {"Fingerprint", place.path + ":" + finding.rule + ":" + std::to_string(place.line)}});
  }
  return all;
}

// https://trivy.dev/latest/docs/configuration/reporting/#json
json trivy_json(const scan::ScanOutcome& outcome) {
  std::map<std::pair<std::string, std::string>, json> results;  // by target and class
  for (const auto& one : outcome.found) {
    const auto& finding = one.finding;
    const auto& place = place_of(finding);
    const bool secret = finding.family == "secrets", package = finding.family == "dependencies";
    const std::string kind = secret ? "secret" : package ? "lang-pkgs" : "config";
    auto& result = results[{place.path, kind}];
    if (result.is_null()) result = {{"Target", place.path}, {"Class", kind}};
    json entry = {{"Severity", upper(finding)}, {"Title", finding.rule_name}};
    if (package) {
      const auto [name, version] = package_of(finding);
      entry.update({{"VulnerabilityID", name_in(finding, "CVE-")},
                    {"PkgName", name},
                    {"InstalledVersion", version},
                    {"FixedVersion", finding.fix.version},
                    {"Description", finding.message}});
      result["Vulnerabilities"].push_back(std::move(entry));
    } else if (secret) {
      entry.update({{"RuleID", finding.rule},
                    {"Category", finding.rule_name},
                    {"StartLine", place.line},
                    {"EndLine", std::max(place.line, place.end_line)},
                    {"Match", "REDACTED"}});
      result["Secrets"].push_back(std::move(entry));
    } else {
      entry.update(
          {{"ID", name_in(finding, "KSV-")},
           {"AVDID", name_in(finding, "AVD-")},
           {"Message", finding.message},
           {"Resolution", finding.fix.text},
           {"Status", "FAIL"},
           {"CauseMetadata",
            {{"StartLine", place.line}, {"EndLine", std::max(place.line, place.end_line)}}}});
      result["Misconfigurations"].push_back(std::move(entry));
    }
  }
  auto list = json::array();
  for (auto& [key, result] : results) list.push_back(std::move(result));
  return {{"SchemaVersion", 2},
          {"ArtifactName", "."},
          {"ArtifactType", "filesystem"},
          {"Results", list}};
}

// https://www.checkov.io/2.Basics/Reviewing%20Scan%20Results.html
json checkov_json(const scan::ScanOutcome& outcome) {
  auto failed = json::array();
  for (const auto& one : outcome.found) {
    const auto& place = place_of(one.finding);
    failed.push_back({{"check_id", name_in(one.finding, "CKV")},
                      {"check_name", one.finding.rule_name},
                      {"check_result", {{"result", "FAILED"}}},
                      {"file_path", "/" + place.path},
                      {"file_line_range", {place.line, std::max(place.line, place.end_line)}},
                      {"resource", one.subject},
                      {"severity", upper(one.finding)},
                      {"guideline", one.finding.help_uri}});
  }
  const auto count = failed.size();
  return {{"check_type", "crema"},
          {"results",
           {{"passed_checks", json::array()},
            {"failed_checks", failed},
            {"skipped_checks", json::array()},
            {"parsing_errors", json::array()}}},
          {"summary",
           {{"passed", 0},
            {"failed", count},
            {"skipped", 0},
            {"parsing_errors", outcome.not_scanned.size()}}}};
}

json hadolint_json(const scan::ScanOutcome& outcome) {
  auto all = json::array();
  for (const auto& one : outcome.found) {
    const auto& place = place_of(one.finding);
    const auto severity = one.finding.severity;
    all.push_back({{"code", name_in(one.finding, "DL")},
                   {"column", std::max<std::uint32_t>(place.column, 1)},
                   {"file", place.path},
                   {"level", severity >= evidence::FindingSeverity::high     ? "error"
                             : severity == evidence::FindingSeverity::medium ? "warning"
                                                                             : "info"},
                   {"line", place.line},
                   {"message", one.finding.message}});
  }
  return all;
}

// https://docs.snyk.io, `snyk test --json`
json snyk_json(const scan::ScanOutcome& outcome) {
  auto all = json::array();
  for (const auto& one : outcome.found) {
    const auto [name, version] = package_of(one.finding);
    all.push_back(
        {{"id", name_in(one.finding, "CVE-")},
         {"title", one.finding.message},
         {"severity", evidence::to_text(one.finding.severity)},
         {"packageName", name},
         {"version", version},
         {"fixedIn",
          one.finding.fix.version.empty() ? json::array() : json::array({one.finding.fix.version})},
         {"identifiers", {{"CVE", json::array()}, {"ids", one.finding.aliases}}}});
  }
  return {{"ok", all.empty()}, {"uniqueCount", all.size()}, {"vulnerabilities", all}};
}

struct Writer {
  std::string_view tool;
  json (*write)(const scan::ScanOutcome& outcome);
};
constexpr auto kWriters = std::to_array<Writer>({
    {"gitleaks", gitleaks_json},
    {"trivy", trivy_json},
    {"checkov", checkov_json},
    {"hadolint", hadolint_json},
    {"snyk", snyk_json},
});

}  // namespace

bool has_own_json(std::string_view tool) {
  return std::ranges::find(kWriters, tool, &Writer::tool) != kWriters.end();
}

std::string tool_json(std::string_view tool, const scan::ScanOutcome& outcome) {
  const auto writer = std::ranges::find(kWriters, tool, &Writer::tool);
  return writer == kWriters.end() ? std::string() : text_of(writer->write(outcome));
}

}  // namespace crema::cli
