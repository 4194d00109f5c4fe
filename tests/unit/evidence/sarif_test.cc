// SARIF: what scanners leave to their rules is found there, and what crema writes reads back.
#include "crema/evidence/sarif.h"

#include "sarif_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Scan> read(std::string text, const ReportRoot& root = {}) {
  auto scans = read_sarif(std::make_shared<SourceFile>("a.sarif", std::move(text)), root);
  EXPECT_TRUE(scans) << scans.error().message;
  return scans ? *scans : std::vector<Scan>();
}

// One run with these members beside its tool, whose driver has these rules.
Scan scan(const std::string& rules, const std::string& members, const ReportRoot& root = {}) {
  const auto scans = read(R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Scan",
      "rules": [)" + rules + "]}}, " +
                              members + "}]}",
                          root);
  return scans.empty() ? Scan() : scans[0];
}

Finding finding(const std::string& rule, const std::string& result) {
  const auto one = scan(rule, R"("results": [)" + result + "]");
  EXPECT_EQ(one.findings.size(), 1U);
  return one.findings.empty() ? Finding() : one.findings[0];
}

TEST(Sarif, TakesFromTheRuleWhatTheResultLeavesOut) {
  const auto found = finding(
      R"({"id": "R0"}, {"id": "R1", "name": "WeakHash", "helpUri": "https://example.org/R1",
          "help": {"text": "use sha256"}, "defaultConfiguration": {"level": "error"},
          "messageStrings": {"default": {"text": "{0} is weak, use {1} {{x}}"}},
          "properties": {"tags": ["security", "external/cwe/cwe-079", "CWE-327: Broken"]},
          "relationships": [{"target": {"id": "328", "toolComponent": {"name": "CWE"}}}]})",
      R"({"ruleIndex": 1, "message": {"id": "default", "arguments": ["md5", "sha256"]},
          "taxa": [{"id": "CVE-2024-1"}],
          "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a%20b.go"},
              "region": {"startLine": 4, "startColumn": 2, "endLine": 5, "endColumn": 9}}}],
          "relatedLocations": [{"message": {"text": "made here"},
              "physicalLocation": {"artifactLocation": {"uri": "c.go"}}}]})");
  EXPECT_EQ(found.rule, "R1");
  EXPECT_EQ(found.rule_name, "WeakHash");
  EXPECT_EQ(found.help, "use sha256");
  EXPECT_EQ(found.help_uri, "https://example.org/R1");
  EXPECT_EQ(found.severity, FindingSeverity::high);
  EXPECT_EQ(found.scanner, "Scan");
  EXPECT_EQ(found.message, "md5 is weak, use sha256 {x}");
  EXPECT_THAT(found.aliases, ElementsAre("CWE-79", "CWE-327", "CWE-328", "CVE-2024-1"));
  ASSERT_EQ(found.locations.size(), 2U);
  EXPECT_EQ(found.locations[0].path, "src/a b.go");
  EXPECT_EQ(found.locations[0].line, 4U);
  EXPECT_EQ(found.locations[0].column, 2U);
  EXPECT_EQ(found.locations[0].end_line, 5U);
  EXPECT_EQ(found.locations[0].end_column, 9U);
  EXPECT_EQ(found.locations[1].message, "made here");
}

TEST(Sarif, FindsRulesOfExtensionsAndOfHierarchies) {
  const auto scans = read(R"json({"version": "2.1.0", "runs": [{"tool": {
      "driver": {"name": "CodeQL", "semanticVersion": "2.1", "rules": [{"id": "own"}]},
      "extensions": [{"name": "pack", "rules": [{"id": "js/x",
          "properties": {"security-severity": "9.1"}}, {"id": "js/y"}]}]},
      "results": [
        {"ruleId": "js/x", "rule": {"index": 0, "toolComponent": {"index": 0}},
         "message": {"text": "depends on [this](1) and [that](x)"}
},
        {"ruleId": "js/x/case", "message": {"text": "b"}},
        {"rule": {"index": 0}, "message": {"text": "c"}},
        {"rule": {"index": 7, "toolComponent": {"index": 7}}, "message": {"text": "d"}}]
}]
})json");
  ASSERT_EQ(scans.size(), 1U);
  EXPECT_EQ(scans[0].version, "2.1");
  const auto& findings = scans[0].findings;
  ASSERT_EQ(findings.size(), 4U);
  EXPECT_EQ(findings[0].severity, FindingSeverity::critical);
  EXPECT_EQ(findings[0].message, "depends on this and [that](x)");
  EXPECT_EQ(findings[1].severity, FindingSeverity::critical);
  EXPECT_EQ(findings[2].rule, "own");
  EXPECT_EQ(findings[3].rule, "");
}

struct Graded {
  std::string rule, result;
  FindingSeverity severity;
};
class SarifSeverity : public testing::TestWithParam<Graded> {};

TEST_P(SarifSeverity, IsThatOfTheScannerElseOfTheLevel) {
  EXPECT_EQ(finding(R"({"id": "R")" + GetParam().rule + "}",
                    R"({"ruleId": "R", "message": {"text": "m"})" + GetParam().result + "}")
                .severity,
            GetParam().severity);
}

std::string security(const std::string& value) {
  return R"(, "properties": {"security-severity": )" + value + "}";
}

INSTANTIATE_TEST_SUITE_P(
    All, SarifSeverity,
    testing::Values(Graded{"", "", FindingSeverity::medium},
                    Graded{"", R"(, "level": "error")", FindingSeverity::high},
                    Graded{"", R"(, "level": "note")", FindingSeverity::note},
                    Graded{"", R"(, "level": "none")", FindingSeverity::note},
                    Graded{"", R"(, "kind": "open")", FindingSeverity::note},
                    Graded{R"(, "defaultConfiguration": {"level": "error"})", "",
                           FindingSeverity::high},
                    Graded{R"(, "defaultConfiguration": {"level": "error"})",
                           R"(, "level": "note")", FindingSeverity::note},
                    Graded{security("\"9.8\""), R"(, "level": "note")", FindingSeverity::critical},
                    Graded{security("7"), "", FindingSeverity::high},
                    Graded{security("\"4.0\""), "", FindingSeverity::medium},
                    Graded{security("\"0.1\""), "", FindingSeverity::low},
                    Graded{security("\"0.0\""), R"(, "level": "error")", FindingSeverity::note},
                    Graded{security("\"9.8\""), security("\"2.0\""), FindingSeverity::low},
                    Graded{security("\"high\""), "", FindingSeverity::medium}));

TEST(Sarif, KnowsWhatIsNewKnownSuppressedAndGone) {
  const auto found = scan(R"({"id": "R"})", R"("results": [
      {"message": {"text": "fine"}, "kind": "pass"},
      {"message": {"text": "gone"}, "baselineState": "absent"},
      {"message": {"text": "old"}, "baselineState": "unchanged"},
      {"message": {"text": "new"}, "baselineState": "new",
       "suppressions": [{"kind": "external", "status": "rejected"}]},
      {"message": {"text": "accepted"}, "suppressions": [
          {"kind": "external", "status": "underReview"},
          {"kind": "inSource", "status": "accepted", "justification": "a test"},
          {"kind": "external", "location": {"physicalLocation": {
              "artifactLocation": {"uri": ".ignore"}, "region": {"startLine": 3}}}}]}])");
  ASSERT_EQ(found.findings.size(), 3U);
  EXPECT_EQ(found.findings[0].state, FindingState::known);
  EXPECT_EQ(found.findings[1].state, FindingState::fresh);
  EXPECT_EQ(found.findings[2].state, FindingState::suppressed);
  ASSERT_EQ(found.findings[2].suppressions.size(), 2U);
  EXPECT_EQ(found.findings[2].suppressions[0].by, "inSource");
  EXPECT_EQ(found.findings[2].suppressions[0].reason, "a test");
  EXPECT_EQ(found.findings[2].suppressions[1].by, ".ignore:3");
}

TEST(Sarif, ResolvesBasesOfAddresses) {
  const ReportRoot root{.folder = "/ci/repo"};
  const auto found = scan(R"({"id": "R"})", R"("originalUriBaseIds": {
        "REPO": {"uri": "file:///ci/repo/"}, "SRC": {"uri": "s%72c", "uriBaseId": "REPO"},
        "LOOP": {"uri": "x/", "uriBaseId": "LOOP"}},
      "artifacts": [{"location": {"uri": "listed.c", "uriBaseId": "REPO"}}],
      "results": [{"message": {"text": "m"}, "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": "a.c", "uriBaseId": "SRC"}}},
        {"physicalLocation": {"artifactLocation": {"uri": "b.c", "uriBaseId": "%SRCROOT%"}}},
        {"physicalLocation": {"artifactLocation": {"uri": "file:///ci/repo/c.c"}}},
        {"physicalLocation": {"artifactLocation": {"index": 0}}},
        {"physicalLocation": {"artifactLocation": {"uri": "l.c", "uriBaseId": "LOOP"}}},
        {"physicalLocation": {"artifactLocation": {"uri": "file:///C:/d.c"}}},
        {"logicalLocations": [{"name": "f"}]}]}])",
                          root);
  std::vector<std::string> paths;
  for (const auto& location : found.findings.at(0).locations) paths.push_back(location.path);
  EXPECT_THAT(
      paths, ElementsAre("src/a.c", "b.c", "c.c", "listed.c", "x/x/x/x/x/x/x/x/x/x/l.c", "C:/d.c"));
}

TEST(Sarif, PrefersTheFingerprintOfTheLine) {
  const auto print = [&](const std::string& members) {
    return finding("", R"({"message": {"text": "m"}, )" + members + "}").fingerprint;
  };
  EXPECT_EQ(print(R"("fingerprints": {"a": "1"}, "partialFingerprints":
                     {"b": "2", "primaryLocationLineHash": "3:1"})"),
            "3:1");
  EXPECT_EQ(print(R"("fingerprints": {"a": "1"}, "partialFingerprints": {"b": "2"})"), "2");
  EXPECT_EQ(print(R"("fingerprints": {"a": 1, "b": "4"})"), "4");
}

TEST(Sarif, AScanThatFailedIsIncomplete) {
  const auto failed = scan("", R"("results": [], "invocations": [{"executionSuccessful": false,
      "exitCodeDescription": "out of memory", "toolExecutionNotifications": [
          {"level": "note", "message": {"text": "slow"}},
          {"level": "error", "message": {"text": "cannot read b.go"}}]}])");
  EXPECT_FALSE(failed.complete);
  EXPECT_EQ(failed.message, "cannot read b.go; slow; out of memory");
  EXPECT_FALSE(
      scan("", R"("results": [], "invocations": [{"executionSuccessful": false}])").complete);
  EXPECT_FALSE(scan("", R"("properties": {})").complete);
  const auto warned = scan("", R"("results": [], "invocations": [{"executionSuccessful": true,
      "toolExecutionNotifications": [{"level": "warning", "message": {"text": "old"}}]}])");
  EXPECT_TRUE(warned.complete);
  EXPECT_EQ(warned.message, "");
}

TEST(Sarif, ReadsBackWhatIsWritten) {
  Scan whole{.scanner = "gosec", .version = "2.1"};
  for (int severity = 0; severity < 5; ++severity) {
    for (const auto state : {FindingState::fresh, FindingState::known, FindingState::suppressed}) {
      Finding one{.rule = severity < 3 ? "G104" : "G" + std::to_string(severity),
                  .rule_name = "Unhandled",
                  .aliases = {"CWE-703", "other"},
                  .severity = static_cast<FindingSeverity>(severity),
                  .scanner = "gosec",
                  .message = "an error {0} is [ignored",
                  .help = "handle it",
                  .help_uri = "https://example.org/G104",
                  .locations = {{"a b/\xC3\xA9.go", 3, 2, 3, 9, ""}, {"c.go", 1, 0, 0, 0, "here"}},
                  .fingerprint = "abc:1",
                  .state = state};
      if (state == FindingState::suppressed)
        one.suppressions = {{"a.go:2", "known", "2027-01-01"}, {"inSource", "", ""}};
      whole.findings.push_back(std::move(one));
    }
  }
  const std::vector scans{whole, Scan{.scanner = "other", .complete = false, .message = "why"}};
  const auto again = read(sarif_json(scans));
  ASSERT_EQ(again.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(to_json({.origin = {}, .evidence = again[i]}),
              to_json({.origin = {}, .evidence = scans[i]}));
  }
  EXPECT_EQ(sarif_json(again), sarif_json(scans));
  RecordProperty("sarif", sarif_json(scans));  // for tests/e2e/sarif_schema.py
}

TEST(Sarif, KeepsWhatOnlyCremaSays) {
  Scan scan{
      .scanner = "crema",
      .family = "dependencies",
      .complete = false,
      .message = "1 thing was not scanned",
      .not_scanned = {{"charts/a", "scan/helm", "helm is not installed"}, {"", "scan/x", "y"}}};
  scan.findings.push_back({.rule = "GO-2024-1",
                           .family = "dependencies",
                           .reach = Reach::imported,
                           .exploited = true,
                           .scanner = "crema",
                           .message = "m",
                           .subject = "golang.org/x/net@v0.1.0",
                           .fix = {.package = "golang.org/x/net", .version = "v0.2.0"},
                           .fingerprint = "f",
                           .incident = "advisory/CVE-1"});
  const auto again = read(sarif_json(std::vector{scan}));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(to_json({.origin = {}, .evidence = again[0]}),
            to_json({.origin = {}, .evidence = scan}));
}

TEST(Sarif, ForGitHubLeavesOutWhatIsSuppressedAndTheLeastSevereOfTooMany) {
  Scan scan{.scanner = "crema"};
  scan.findings.push_back({.rule = "R", .message = "old", .state = FindingState::suppressed});
  for (std::size_t i = 0; i <= kMostGitHubResults; ++i)
    scan.findings.push_back({.rule = "R",
                             .severity = i == 7 ? FindingSeverity::low : FindingSeverity::high,
                             .message = std::to_string(i)});
  const auto again = read(sarif_json(std::vector{scan}, SarifProfile::github)).at(0);
  EXPECT_EQ(again.findings.size(), kMostGitHubResults);
  EXPECT_EQ(again.findings[7].message, "8");
  EXPECT_FALSE(again.complete);
  EXPECT_EQ(again.message, "1 of 25001 findings are left out: GitHub takes 25000");
}

struct Wrong {
  std::string text, message;
};
class WrongSarif : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSarif, IsSaidWithItsMember) {
  const auto scans = read_sarif(std::make_shared<SourceFile>("a.sarif", GetParam().text));
  ASSERT_FALSE(scans);
  EXPECT_THAT(scans.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongSarif,
    testing::Values(
        Wrong{"", "unexpected end"}, Wrong{"[]", "version: '' is not 2.1.0"},
        Wrong{R"({"version": "2.0.0", "runs": []})", "version: '2.0.0'"},
        Wrong{R"({"version": "2.1.0"})", "runs: an array"},
        Wrong{R"({"version": "2.1.0", "runs": [{"results": []}]})", "runs[0].tool.driver.name"},
        Wrong{R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results":
                  [{"message": {"text": "m"}}, {"ruleId": "R"}]}]})",
              "runs[0].results[1].message: a text is expected (rule 'R')"}));

TEST(SarifText, WritesAddressesThatReadBack) {
  for (const auto* path : {"a b%20.go", "src/\xC3\xA9#?.c", "/abs/[x].c"})
    EXPECT_EQ(path_of_uri(uri_of_path(path)), path);
  EXPECT_EQ(path_of_uri("a%zz%0"), "a%zz%0");
  EXPECT_EQ(alias_of_tag("security"), "");
  EXPECT_EQ(alias_of_tag("CWE-000"), "CWE-0");
  EXPECT_EQ(alias_of_tag("GHSA-ABCD-1"), "GHSA-abcd-1");
}

}  // namespace
}  // namespace crema::evidence
