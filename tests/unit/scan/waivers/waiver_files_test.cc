#include "crema/scan/waivers/waiver_files.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::SizeIs;

SourcePtr file(std::string path, std::string text) {
  return std::make_shared<SourceFile>(std::move(path), std::move(text));
}

TEST(Trivyignore, HasIdsDaysAndNoWildcards) {
  const auto list = read_trivyignore(file(".trivyignore",
                                          "# why\nCVE-2024-1\n"
                                          "DS-0002 exp:2026-12-31 # till then\n"
                                          "CVE-2023-*\nAVD-1 exp:soon\n"))
                        .value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_THAT(list.waivers[0].rules, ElementsAre("CVE-2024-1"));
  EXPECT_EQ(list.waivers[1].until, "2026-12-31");
  EXPECT_EQ(list.waivers[1].place.line, 3U);
  ASSERT_THAT(list.warnings, SizeIs(2));
  EXPECT_EQ(list.warnings[0].span.line, 4U);
  EXPECT_EQ(list.warnings[1].span.line, 5U);
}

TEST(Trivyignore, AsYamlHasSections) {
  const auto list = read_trivyignore_yaml(file(".trivyignore.yaml", R"(
vulnerabilities:
  - id: CVE-2024-1
    purls: ["pkg:golang/golang.org/x/crypto@v0.17.0"]
    expired_at: 2026-12-31
    statement: not used
misconfigurations:
  - id: DS-0002
    paths: [deploy/**/Dockerfile]
  - paths: [a]
)"))
                        .value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_EQ(list.waivers[0].subject, "golang.org/x/crypto@v0.17.0");
  EXPECT_EQ(list.waivers[0].family, "dependencies");
  EXPECT_EQ(list.waivers[0].reason, "not used");
  EXPECT_EQ(list.waivers[0].until, "2026-12-31");
  EXPECT_THAT(list.waivers[1].paths, ElementsAre("/deploy/**/Dockerfile"));
  EXPECT_THAT(list.warnings, SizeIs(1));
}

TEST(Gitleaksignore, HasFingerprintsWithAndWithoutCommits) {
  const auto list =
      read_gitleaksignore(file(".gitleaksignore", "a/b.go:jwt:3\n# c\nabc123:c.yml:aws:7\nwrong\n"))
          .value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_THAT(list.waivers[0].paths, ElementsAre("/a/b.go"));
  EXPECT_EQ(list.waivers[1].line, 7U);
  EXPECT_EQ(list.waivers[1].commit, "abc123");
  EXPECT_THAT(list.warnings, SizeIs(1));
}

// A finding as the scanner of secrets has it.
Found secret(std::string rule, std::string path, std::uint32_t line, std::string content,
             std::string commit = "") {
  evidence::Finding finding{.rule = "CRM-SEC-001",
                            .aliases = {std::move(rule)},
                            .family = "secrets",
                            .locations = {{.path = std::move(path), .line = line}}};
  return {
      .finding = std::move(finding), .content = std::move(content), .commit = std::move(commit)};
}

TEST(Gitleaksignore, OfACommitCoversOnlyWhatItBrought) {
  const auto list =
      read_gitleaksignore(file(".gitleaksignore", "ABC123:c.yml:aws:7\nd.yml:aws:1\n")).value();
  EXPECT_TRUE(covers(list.waivers[0], secret("aws", "c.yml", 7, "", "abc123ffff")));
  EXPECT_FALSE(covers(list.waivers[0], secret("aws", "c.yml", 7, "", "def456ffff")));
  EXPECT_TRUE(covers(list.waivers[0], secret("aws", "c.yml", 7, ""))) << "a tree has no commits";
  EXPECT_TRUE(covers(list.waivers[1], secret("aws", "d.yml", 1, "", "def456ffff")));
}

TEST(GitleaksReport, IsABaselineBySecretOrByPlace) {
  const auto report = file("report.json", R"([
    {"RuleID": "jwt", "File": "/src/a.txt", "StartLine": 3, "Commit": "", "Secret": "shown"},
    {"RuleID": "jwt", "File": "b.txt", "StartLine": 5, "Commit": "abc123", "Secret": "REDACTED"}])");
  const auto list = read_gitleaks_report(report, {.key = "k", .root = "/src"}).value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_TRUE(list.waivers[0].known);
  EXPECT_TRUE(covers(list.waivers[0], secret("jwt", "moved.txt", 99, keyed_hash("k", "shown"))));
  EXPECT_FALSE(covers(list.waivers[0], secret("jwt", "a.txt", 3, keyed_hash("k", "another"))))
      << "a new secret on an old line is new";
  EXPECT_TRUE(covers(list.waivers[1], secret("jwt", "b.txt", 5, "any", "abc123")));
  EXPECT_FALSE(covers(list.waivers[1], secret("jwt", "b.txt", 6, "any", "abc123")));
  const auto keyless = read_gitleaks_report(report, {.root = "/src"}).value();
  EXPECT_TRUE(covers(keyless.waivers[0], secret("jwt", "a.txt", 3, "any")));
  EXPECT_TRUE(read_gitleaks_report(file("r", "[]"), {})->waivers.empty());
  EXPECT_FALSE(read_gitleaks_report(file("r", "{}"), {}));
  EXPECT_FALSE(read_gitleaks_report(file("r", "[{}]"), {}));
}

TEST(Checkov, SkipsChecksAndPathsAndHasABaseline) {
  const auto list = read_checkov_settings(file(".checkov.yaml",
                                               "skip-check:\n  - CKV_K8S_8,CKV_K8S_9\n"
                                               "  - CKV_AWS*\nskip-path: ['/test/', '[']\n"))
                        .value();
  ASSERT_THAT(list.waivers, SizeIs(4));
  EXPECT_THAT(list.waivers[1].rules, ElementsAre("CKV_K8S_9"));
  EXPECT_THAT(list.waivers[3].path_expressions, ElementsAre("/test/"));
  EXPECT_THAT(list.warnings, SizeIs(1));
  const auto baseline = read_checkov_baseline(file(".checkov.baseline", R"({"failed_checks": [
    {"file": "/a.yaml", "findings": [{"resource": "Pod.default.x", "check_ids": ["CKV_K8S_16"]}]}]})"))
                            .value();
  ASSERT_THAT(baseline.waivers, SizeIs(1));
  EXPECT_TRUE(baseline.waivers[0].known);
  EXPECT_FALSE(read_checkov_baseline(file("b", "[1]")));
}

TEST(Hadolint, IgnoresRules) {
  const auto list = read_hadolint_settings(
                        file(".hadolint.yaml", "ignored: [DL3008]\noverride: {ignore: [DL3009]}\n"))
                        .value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_THAT(list.waivers[1].rules, ElementsAre("DL3009"));
}

TEST(KubeLinter, ExcludesChecksAndPaths) {
  const auto list =
      read_kube_linter_settings(
          file(".kube-linter.yaml", "checks: {exclude: [latest-tag], ignorePaths: [/**/t/**]}"))
          .value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_THAT(list.waivers[1].paths, ElementsAre("/**/t/**"));
}

TEST(OsvScanner, IgnoresInItsOwnFolder) {
  const auto list = read_osv_scanner_settings(file("services/a/osv-scanner.toml", R"(
[[IgnoredVulns]]
id = "GO-2024-1"
ignoreUntil = 2026-12-31
reason = "r"
[[PackageOverrides]]
name = "golang.org/x/net"
ignore = true
[[PackageOverrides]]
name = "other"
license.override = ["MIT"]
)"))
                        .value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_EQ(list.waivers[0].until, "2026-12-31");
  EXPECT_THAT(list.waivers[0].paths, ElementsAre("/services/a/*"));
  EXPECT_EQ(list.waivers[1].subject, "golang.org/x/net@*");
}

TEST(CremaWaivers, MustSayWhyByWhomAndUntilWhen) {
  const std::string whole =
      "scan:\n  waivers:\n    - rule: GO-1\n      claim: not-imported\n      reason: r\n"
      "      owner: o\n      until: 2027-01-31\n";
  const auto list = read_crema_waivers(file("crema.yml", whole)).value();
  ASSERT_THAT(list.waivers, SizeIs(1));
  EXPECT_EQ(list.waivers[0].claim, evidence::Reach::not_imported);
  struct Wrong {
    std::string from, to;
    std::uint32_t line;
  };
  for (const auto& [from, to, line] :
       {Wrong{"      owner: o\n", "", 3}, Wrong{"2027-01-31", "later", 7},
        Wrong{"claim: not-imported", "claim: maybe", 4}, Wrong{"rule: GO-1", "rules: GO-1", 3},
        Wrong{"rule: GO-1", "path: a", 3}}) {
    auto text = whole;
    const auto wrong =
        read_crema_waivers(file("crema.yml", text.replace(text.find(from), from.size(), to)));
    ASSERT_FALSE(wrong) << to;
    EXPECT_EQ(wrong.error().span.line, line) << wrong.error().message;
  }
}

TEST(WaiverFiles, AreFoundWhereTheirToolsLook) {
  const auto folder =
      sys::TemporaryDirectory::create(fs::temp_directory_path(), "waivers-").value();
  fs::create_directories(folder.path() / "sub");
  for (const auto& [path, text] : {std::pair{".trivyignore", "A\n"},
                                   {"sub/.trivyignore", "B\n"},
                                   {"sub/osv-scanner.toml", "[[IgnoredVulns]]\nid = 'C'\n"}})
    ASSERT_TRUE(sys::write_file(folder.path() / path, text));
  const auto tree = walk_tree(folder.path()).value();
  const auto list = read_waiver_files(folder.path(), tree.files).value();
  ASSERT_THAT(list.waivers, SizeIs(2));
  EXPECT_THAT(list.waivers[1].rules, ElementsAre("C"));
}

}  // namespace
}  // namespace crema::scan
