#include "sarif_text.h"

#include "crema/evidence/sarif.h"
#include "crema/formats/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace crema::evidence {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFingerprint = "cremaFingerprint/v1";
constexpr std::size_t kMostTags = 20;        // of one rule, by GitHub
constexpr std::size_t kMostLocations = 100;  // that GitHub shows

std::string_view level_of(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::critical:
    case FindingSeverity::high:
      return "error";
    case FindingSeverity::medium:
      return "warning";
    case FindingSeverity::low:
    case FindingSeverity::note:
      return "note";
  }
  return "none";
}

// In the middle of the range that GitHub gives the name to.
std::string_view security_severity(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::critical:
      return "9.5";
    case FindingSeverity::high:
      return "8.0";
    case FindingSeverity::medium:
      return "5.5";
    case FindingSeverity::low:
      return "2.0";
    case FindingSeverity::note:
      return "0.0";
  }
  return "0.0";
}

bool is_uri(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://")) &&
         text.find_first_of(" \t\r\n<>\"{}|\\^`") == std::string_view::npos;
}

// Of all findings of a rule.
struct Rule {
  const Finding* described = nullptr;
  FindingSeverity severity = FindingSeverity::note;
  std::size_t index = 0;
};
using Rules = std::map<std::string_view, Rule>;

Rules rules_of(const Scan& scan) {
  Rules rules;
  for (const auto& finding : scan.findings) {
    auto& rule = rules[finding.rule];
    if (rule.described == nullptr) rule.described = &finding;
    rule.severity = std::max(rule.severity, finding.severity);
  }
  std::size_t index = 0;
  for (auto& [id, rule] : rules) {
    if (!id.empty()) rule.index = index++;
  }
  return rules;
}

Json rule_json(std::string_view id, const Rule& rule) {
  const auto& finding = *rule.described;
  Json json = {{"id", id}};
  if (!finding.rule_name.empty()) {
    json["name"] = finding.rule_name;
    json["shortDescription"]["text"] = finding.rule_name;
  }
  if (!finding.help.empty()) json["help"]["text"] = finding.help;
  if (is_uri(finding.help_uri)) json["helpUri"] = finding.help_uri;
  json["defaultConfiguration"]["level"] = level_of(rule.severity);
  auto& properties = json["properties"];
  Json tags = Json::array();
  for (const auto& alias : finding.aliases) {
    if (alias.starts_with("CWE-") && tags.size() + 1 < kMostTags)
      tags.push_back("external/cwe/cwe-" + alias.substr(4));
  }
  if (!tags.empty()) {
    tags.insert(tags.begin(), "security");
    properties["tags"] = std::move(tags);
  }
  properties["security-severity"] = security_severity(rule.severity);
  return json;
}

Json location_json(const FindingLocation& location) {
  Json json;
  auto& physical = json["physicalLocation"];
  physical["artifactLocation"]["uri"] = uri_of_path(location.path);
  if (location.line != 0) {
    auto& region = physical["region"];
    region["startLine"] = location.line;
    if (location.column != 0) region["startColumn"] = location.column;
    if (location.end_line >= location.line) region["endLine"] = location.end_line;
    if (location.end_column != 0) region["endColumn"] = location.end_column;
  }
  if (!location.message.empty()) json["message"]["text"] = location.message;
  return json;
}

Json suppression_json(const Suppression& suppression) {
  Json json = {{"kind", suppression.by == "inSource" ? "inSource" : "external"},
               {"status", "accepted"}};
  if (!suppression.reason.empty()) json["justification"] = suppression.reason;
  if (!suppression.by.empty()) json["properties"]["by"] = suppression.by;
  if (!suppression.until.empty()) json["properties"]["until"] = suppression.until;
  return json;
}

Json result_json(const Finding& finding, const Rule& rule) {
  Json json;
  // Rule ids may not be empty.
  if (!finding.rule.empty()) {
    json["ruleId"] = finding.rule;
    json["ruleIndex"] = rule.index;
  }
  json["level"] = level_of(finding.severity);
  json["message"]["text"] = finding.message.empty() ? "found" : finding.message;
  for (std::size_t i = 0; i < std::min(finding.locations.size(), kMostLocations); ++i)
    json[i == 0 ? "locations" : "relatedLocations"].push_back(location_json(finding.locations[i]));
  if (!finding.fingerprint.empty()) json["partialFingerprints"][kFingerprint] = finding.fingerprint;
  json["baselineState"] = finding.state == FindingState::known ? "unchanged" : "new";
  if (finding.state == FindingState::suppressed) {
    auto& suppressions = json["suppressions"] = Json::array();
    for (const auto& each : finding.suppressions) suppressions.push_back(suppression_json(each));
    if (suppressions.empty()) suppressions.push_back(suppression_json({}));
  }
  if (finding.severity != rule.severity || finding.rule.empty())
    json["properties"]["security-severity"] = security_severity(finding.severity);
  if (!finding.aliases.empty()) json["properties"]["aliases"] = finding.aliases;
  if (!finding.subject.empty()) json["properties"]["subject"] = finding.subject;
  if (!finding.incident.empty()) json["properties"]["incident"] = finding.incident;
  if (finding.reach != Reach::unknown) json["properties"]["reach"] = to_text(finding.reach);
  if (finding.exploited) json["properties"]["exploited"] = true;
  if (!finding.fix.package.empty())
    json["properties"]["upgrade"] = finding.fix.package + "@" + finding.fix.version;
  return json;
}

Json invocation_json(const Scan& scan) {
  Json invocation = {{"executionSuccessful", scan.complete}};
  if (scan.complete) return invocation;
  auto& notifications = invocation["toolExecutionNotifications"] = Json::array();
  Json whole = {{"level", "error"}};
  whole["message"]["text"] = scan.message.empty() ? "incomplete" : scan.message;
  notifications.push_back(std::move(whole));
  for (const auto& one : scan.not_scanned) {
    Json notification = {{"level", "error"}};
    notification["message"]["text"] = one.reason;
    notification["descriptor"]["id"] = one.code;
    if (!one.path.empty()) notification["locations"].push_back(location_json({.path = one.path}));
    notifications.push_back(std::move(notification));
  }
  return invocation;
}

// Without what is suppressed, and no more than GitHub takes: the least severe go first.
Scan for_github(Scan scan) {
  std::erase_if(scan.findings,
                [](const Finding& one) { return one.state == FindingState::suppressed; });
  if (scan.findings.size() <= kMostGitHubResults) return scan;
  const auto all = scan.findings.size();
  std::vector<std::size_t> order(all);
  for (std::size_t i = 0; i < all; ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto& one = scan.findings[a];
    const auto& other = scan.findings[b];
    return one.severity != other.severity ? one.severity > other.severity : a < b;
  });
  order.resize(kMostGitHubResults);
  std::ranges::sort(order);
  std::vector<Finding> kept;
  for (const auto at : order) kept.push_back(std::move(scan.findings[at]));
  scan.findings = std::move(kept);
  scan.complete = false;
  scan.message += fmt::format("{}{} of {} findings are left out: GitHub takes {}",
                              scan.message.empty() ? "" : "; ", all - kMostGitHubResults, all,
                              kMostGitHubResults);
  return scan;
}

Json run_json(const Scan& scan) {
  const auto rules = rules_of(scan);
  Json run;
  auto& driver = run["tool"]["driver"];
  driver["name"] = scan.scanner.empty() ? "crema" : scan.scanner;
  if (!scan.version.empty()) driver["version"] = scan.version;
  driver["rules"] = Json::array();
  for (const auto& [id, rule] : rules) {
    if (!id.empty()) driver["rules"].push_back(rule_json(id, rule));
  }
  if (!scan.family.empty()) run["automationDetails"]["id"] = "crema/" + scan.family + "/";
  run["invocations"].push_back(invocation_json(scan));
  run["results"] = Json::array();
  for (const auto& finding : scan.findings)
    run["results"].push_back(result_json(finding, rules.at(finding.rule)));
  return run;
}

}  // namespace

std::string sarif_json(std::span<const Scan> scans, SarifProfile profile) {
  Json json = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
  json["runs"] = Json::array();
  for (const auto& scan : scans)
    json["runs"].push_back(profile == SarifProfile::github ? run_json(for_github(scan))
                                                           : run_json(scan));
  return formats::json_text(json, formats::JsonLayout::pretty) + "\n";
}

}  // namespace crema::evidence
