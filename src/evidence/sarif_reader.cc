#include "sarif_rules.h"
#include "sarif_text.h"

#include "crema/base/strings.h"
#include "crema/evidence/sarif.h"
#include "crema/evidence/test_suite.h"
#include "crema/formats/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace crema::evidence {
namespace {

using Json = nlohmann::ordered_json;

std::uint32_t number_of(const Json& json, const char* name) {
  const auto& value = member(json, name);
  if (!value.is_number_unsigned()) return 0;
  const auto number = value.get<std::uint64_t>();
  return number > std::numeric_limits<std::int32_t>::max() ? 0 : static_cast<std::uint32_t>(number);
}

bool says_all_is_well(const Json& result) {
  const auto kind = text_of(result, "kind");
  return kind == "pass" || kind == "notApplicable" || text_of(result, "baselineState") == "absent";
}

class SarifReader {
 public:
  SarifReader(const Json& run, const ReportRoot& root) : run_(run), rules_(run), root_(root) {}

  // The member that is wrong goes to `problem`.
  std::optional<Scan> read(std::string& problem) {
    const auto& driver = member(member(run_, "tool"), "driver");
    Scan scan{.scanner = text_of(driver, "name"), .version = text_of(driver, "semanticVersion")};
    if (scan.version.empty()) scan.version = text_of(driver, "version");
    if (scan.scanner.empty()) {
      problem = "tool.driver.name: a text is expected";
      return std::nullopt;
    }
    if (const auto id = text_of(member(run_, "automationDetails"), "id");
        scan.scanner == "crema" && id.starts_with("crema/") && id.ends_with('/'))
      scan.family = id.substr(6, id.size() - 7);
    judge_invocations(scan);
    std::size_t index = 0;
    for (const auto& result : items_of(run_, "results")) {
      const auto at = index++;
      if (says_all_is_well(result)) continue;
      auto finding = finding_of(result);
      if (finding.message.empty()) {
        problem =
            fmt::format("results[{}].message: a text is expected (rule '{}')", at, finding.rule);
        return std::nullopt;
      }
      finding.scanner = scan.scanner;
      finding.family = scan.family;
      scan.findings.push_back(std::move(finding));
    }
    return scan;
  }

 private:
  void judge_invocations(Scan& scan) const {
    std::vector<std::string> problems;
    for (const auto& invocation : items_of(run_, "invocations")) {
      const auto& successful = member(invocation, "executionSuccessful");
      if (successful.is_boolean() && !successful.get<bool>()) scan.complete = false;
      for (const auto* list : {"toolExecutionNotifications", "toolConfigurationNotifications"}) {
        for (const auto& notification : items_of(invocation, list)) {
          const bool error = text_of(notification, "level") == "error";
          if (error) scan.complete = false;
          if (auto left_out = not_looked_at(notification)) {
            scan.not_scanned.push_back(std::move(*left_out));
            continue;
          }
          auto text = message_of(member(notification, "message"), Json());
          if (text.empty()) text = text_of(member(notification, "exception"), "message");
          if (text.empty()) continue;
          problems.insert(error ? problems.begin() : problems.end(), std::move(text));
        }
      }
      for (const auto* why :
           {"exitCodeDescription", "exitSignalName", "processStartFailureMessage"})
        if (auto text = text_of(invocation, why); !text.empty())
          problems.push_back(std::move(text));
    }
    if (!member(run_, "results").is_array()) {
      scan.complete = false;
      problems.emplace_back("it has no list of results");
    }
    if (scan.complete) return;
    constexpr std::size_t kLongest = 4000;
    scan.message = shortened_output(join(problems, "; "), kLongest);
    if (scan.message.empty()) scan.message = "its run was not successful";
  }

  // As crema itself writes it.
  std::optional<NotLookedAt> not_looked_at(const Json& notification) const {
    auto code = text_of(member(notification, "descriptor"), "id");
    if (code.find('/') == std::string::npos) return std::nullopt;
    NotLookedAt left_out{.code = std::move(code),
                         .reason = message_of(member(notification, "message"), Json())};
    for (const auto& location : items_of(notification, "locations"))
      left_out.path = path_of(member(member(location, "physicalLocation"), "artifactLocation"));
    return left_out;
  }

  std::string message_of(const Json& message, const Json& rule) const {
    auto text = text_of(message, "text");
    if (text.empty()) text = text_of(message, "markdown");
    if (const auto id = text_of(message, "id"); text.empty() && !id.empty()) {
      const auto& own = member(member(rule, "messageStrings"), id.c_str());
      const auto& driver = member(member(run_, "tool"), "driver");
      const auto& global = member(member(driver, "globalMessageStrings"), id.c_str());
      text = text_of(own, "text");
      if (text.empty()) text = text_of(global, "text");
    }
    std::vector<std::string> arguments;
    for (const auto& argument : items_of(message, "arguments")) {
      if (argument.is_string()) arguments.push_back(argument.get<std::string>());
    }
    return sarif_message(text, arguments);
  }

  Finding finding_of(const Json& result) const {
    const auto& rule = rules_.rule_of(result);
    Finding finding{.rule = text_of(result, "ruleId")};
    if (finding.rule.empty()) finding.rule = text_of(member(result, "rule"), "id");
    if (finding.rule.empty()) finding.rule = text_of(rule, "id");
    describe_by_rule(finding, rule);
    finding.message = message_of(member(result, "message"), rule);
    // A rule without a text of its own says what the result means.
    if (finding.message.empty() && !member(result, "message").is_null())
      finding.message = text_of(member(rule, "shortDescription"), "text");
    finding.severity = severity_of(result, rule);
    for (const auto& taxon : items_of(result, "taxa")) add_alias(finding, taxon_alias(taxon));
    for (const auto& alias : items_of(member(result, "properties"), "aliases")) {
      if (alias.is_string()) add_alias(finding, alias.get<std::string>());
    }
    for (const auto* list : {"locations", "relatedLocations"}) {
      for (const auto& location : items_of(result, list)) add_location(finding, location);
    }
    finding.fingerprint = fingerprint_of(result);
    read_properties(finding, member(result, "properties"));
    const auto baseline = text_of(result, "baselineState");
    if (baseline == "unchanged" || baseline == "updated") finding.state = FindingState::known;
    add_suppressions(finding, result);
    return finding;
  }

  // What crema itself writes beside the standard.
  static void read_properties(Finding& finding, const Json& properties) {
    finding.subject = text_of(properties, "subject");
    finding.incident = text_of(properties, "incident");
    finding.reach = reach_of(text_of(properties, "reach")).value_or(Reach::unknown);
    const auto& exploited = member(properties, "exploited");
    finding.exploited = exploited.is_boolean() && exploited.get<bool>();
    const auto upgrade = text_of(properties, "upgrade");
    if (const auto at = upgrade.rfind('@'); at != std::string::npos) {
      finding.fix.package = upgrade.substr(0, at);
      finding.fix.version = upgrade.substr(at + 1);
    }
  }

  void add_location(Finding& finding, const Json& location) const {
    constexpr std::size_t kMostLocations = 100;
    const auto& physical = member(location, "physicalLocation");
    const auto path = path_of(member(physical, "artifactLocation"));
    if (path.empty() || finding.locations.size() == kMostLocations) return;
    const auto& region = member(physical, "region");
    finding.locations.push_back({.path = path,
                                 .line = number_of(region, "startLine"),
                                 .column = number_of(region, "startColumn"),
                                 .end_line = number_of(region, "endLine"),
                                 .end_column = number_of(region, "endColumn"),
                                 .message = message_of(member(location, "message"), Json())});
  }

  // The address of an artifact, or of the one in the run's list; below the folders that its
  // `uriBaseId`s stand for (3.4.4, 3.14.14).
  std::string path_of(const Json& artifact) const {
    constexpr int kMostBases = 10;
    const auto* place = &artifact;
    if (const auto& index = member(artifact, "index");
        text_of(artifact, "uri").empty() && index.is_number_unsigned()) {
      const auto& all = items_of(run_, "artifacts");
      if (index.get<std::size_t>() < all.size())
        place = &member(all[index.get<std::size_t>()], "location");
    }
    auto uri = text_of(*place, "uri");
    if (uri.empty()) return "";
    auto base = text_of(*place, "uriBaseId");
    for (int i = 0; i < kMostBases && !base.empty() && uri.find("://") == std::string::npos; ++i) {
      const auto& folder = member(member(run_, "originalUriBaseIds"), base.c_str());
      const auto above = text_of(folder, "uri");
      if (!above.empty()) uri.insert(0, above.ends_with('/') ? above : above + "/");
      base = text_of(folder, "uriBaseId");
    }
    return repository_path(path_of_uri(uri), root_);
  }

  static std::string fingerprint_of(const Json& result) {
    const auto& partial = member(result, "partialFingerprints");
    for (const auto* name : {"cremaFingerprint/v1", "primaryLocationLineHash"})
      if (auto hash = text_of(partial, name); !hash.empty()) return hash;
    for (const auto* prints : {&partial, &member(result, "fingerprints")}) {
      if (!prints->is_object()) continue;
      for (const auto& [name, value] : prints->items()) {
        if (value.is_string() && !value.get_ref<const std::string&>().empty())
          return value.get<std::string>();
      }
    }
    return "";
  }

  void add_suppressions(Finding& finding, const Json& result) const {
    for (const auto& each : items_of(result, "suppressions")) {
      const auto status =
          text_of(each, "status").empty() ? text_of(each, "state") : text_of(each, "status");
      if (!status.empty() && status != "accepted") continue;
      const auto& properties = member(each, "properties");
      Suppression suppression{.by = text_of(properties, "by"),
                              .reason = text_of(each, "justification"),
                              .until = text_of(properties, "until")};
      if (suppression.by.empty()) {
        const auto& physical = member(member(each, "location"), "physicalLocation");
        suppression.by = path_of(member(physical, "artifactLocation"));
        if (const auto line = number_of(member(physical, "region"), "startLine");
            line != 0 && !suppression.by.empty())
          suppression.by += fmt::format(":{}", line);
      }
      if (suppression.by.empty()) suppression.by = text_of(each, "kind");
      finding.suppressions.push_back(std::move(suppression));
      finding.state = FindingState::suppressed;
    }
  }

  const Json& run_;
  SarifRules rules_;
  const ReportRoot& root_;
};

Diagnostic sarif_error(const SourcePtr& source, std::string message) {
  auto error = make_error("evidence/sarif", std::move(message), {source, 1, 1});
  error.hint = "SARIF 2.1.0 is an object with `version` and `runs`";
  return error;
}

}  // namespace

Result<std::vector<Scan>> read_sarif(const SourcePtr& source, const ReportRoot& root) {
  const auto json = CREMA_TRY(formats::parse_json(source));
  if (const auto version = text_of(json, "version"); version != "2.1.0")
    return fail(sarif_error(source, fmt::format("version: '{}' is not 2.1.0", version)));
  if (!member(json, "runs").is_array())
    return fail(sarif_error(source, "runs: an array is expected"));
  std::vector<Scan> scans;
  for (const auto& run : member(json, "runs")) {
    std::string problem;
    auto scan = SarifReader(run, root).read(problem);
    if (!scan) return fail(sarif_error(source, fmt::format("runs[{}].{}", scans.size(), problem)));
    scans.push_back(std::move(*scan));
  }
  return scans;
}

}  // namespace crema::evidence
