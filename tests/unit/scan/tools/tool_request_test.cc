#include "crema/scan/tools/tool_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Format = ToolRequest::Format;

ToolRequest read(std::string_view tool, const std::vector<std::string>& words) {
  auto request = read_tool_arguments(tool, words);
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request ? *request : ToolRequest();
}

std::string error_of(std::string_view tool, const std::vector<std::string>& words) {
  const auto request = read_tool_arguments(tool, words);
  return request ? "" : request.error().code + ": " + request.error().message;
}

TEST(ToolRequest, ReadsTrivy) {
  const auto fs = read("trivy", {"fs", "--scanners", "vuln,misconfig,secret", "--severity",
                                 "HIGH,CRITICAL", "--exit-code", "1", "--format=sarif", "-o",
                                 "trivy.sarif", "--ignore-unfixed", "."});
  EXPECT_THAT(fs.families, ElementsAre("deps", "infra", "secrets"));
  EXPECT_THAT(fs.severities, ElementsAre("critical", "high"));
  EXPECT_EQ(fs.found_code, 1);
  EXPECT_EQ(fs.format, Format::sarif);
  EXPECT_EQ(fs.output, "trivy.sarif");
  EXPECT_TRUE(fs.only_fixable);
  EXPECT_THAT(fs.paths, ElementsAre("."));
  const auto config = read("trivy", {"--quiet", "config", "--skip-dirs", "vendor", "k8s"});
  EXPECT_THAT(config.families, ElementsAre("infra"));
  EXPECT_EQ(config.found_code, 0);
  EXPECT_THAT(config.skipped_paths, ElementsAre("vendor"));
  EXPECT_EQ(error_of("trivy", {"image", "alpine"}),
            "tool/not-supported: not supported: images cannot be scanned yet");
  EXPECT_EQ(error_of("trivy", {"fs", "--severity", "BAD"}),
            "tool/usage: --severity: there is no severity BAD");
  EXPECT_EQ(error_of("trivy", {"fs", "--exit-code", "x"}),
            "tool/usage: --exit-code: x is no exit code");
  EXPECT_EQ(error_of("trivy", {"fs", "--format"}), "tool/usage: --format needs a value");
}

TEST(ToolRequest, ReadsGitleaks) {
  const auto request =
      read("gitleaks", {"detect", "--no-git", "-s", "src", "--report-format", "sarif", "-r",
                        "x.sarif", "--redact", "--exit-code", "2", "-c", "own.toml"});
  EXPECT_THAT(request.families, ElementsAre("secrets"));
  EXPECT_THAT(request.paths, ElementsAre("src"));
  EXPECT_EQ(request.output, "x.sarif");
  EXPECT_EQ(request.config, "own.toml");
  EXPECT_EQ(tool_exit_code(request, 3), 2);
  EXPECT_EQ(tool_exit_code(request, 0), 0);
  EXPECT_THAT(request.remarks, IsEmpty());
  EXPECT_THAT(read("gitleaks", {"git"}).remarks,
              ElementsAre("the files are scanned as they are, their history is not"));
}

TEST(ToolRequest, ReadsCheckov) {
  const auto request = read(
      "checkov", {"-d", ".", "--framework", "kubernetes,secrets,terraform", "--skip-check",
                  "CKV_K8S_1,CKV_K8S_2", "-o", "cli,sarif", "--output-file-path", "out", "-s"});
  EXPECT_THAT(request.families, ElementsAre("secrets", "infra"));
  EXPECT_THAT(request.frameworks, ElementsAre("kubernetes"));
  EXPECT_THAT(request.skipped, ElementsAre("CKV_K8S_1", "CKV_K8S_2"));
  EXPECT_EQ(request.output, "out/results_sarif.sarif");
  EXPECT_EQ(tool_exit_code(request, 7), 0);
  EXPECT_THAT(request.remarks, ElementsAre("there are no rules for terraform yet"));
  EXPECT_EQ(error_of("checkov", {"--framework", "terraform"}),
            "tool/not-supported: not supported: there are no rules for terraform yet");
}

TEST(ToolRequest, ReadsTheOthers) {
  const auto snyk =
      read("snyk", {"test", "--severity-threshold=high", "--json-file-output=s.json"});
  EXPECT_THAT(snyk.families, ElementsAre("deps"));
  EXPECT_THAT(snyk.severities, ElementsAre("critical", "high"));
  EXPECT_EQ(snyk.json_file, "s.json");
  EXPECT_THAT(read("snyk", {"iac", "test", "k8s"}).families, ElementsAre("infra"));
  EXPECT_NE(error_of("snyk", {"container", "test", "x"}), "");
  const auto osv = read("osv-scanner", {"scan", "source", "-r", ".", "--format", "json"});
  EXPECT_THAT(osv.paths, ElementsAre("."));
  EXPECT_EQ(osv.format, Format::json);
  const auto vuln = read("govulncheck", {"-C", "services/a", "./..."});
  EXPECT_THAT(vuln.paths, ElementsAre("services/a"));
  EXPECT_TRUE(vuln.only_used);
  EXPECT_EQ(tool_exit_code(vuln, 1), 3);
  EXPECT_EQ(tool_exit_code(read("govulncheck", {"-format", "sarif", "./..."}), 1), 0);
  const auto hadolint =
      read("hadolint", {"--failure-threshold", "error", "--ignore", "DL3008", "Dockerfile"});
  EXPECT_THAT(hadolint.frameworks, ElementsAre("dockerfile"));
  EXPECT_THAT(hadolint.severities, ElementsAre("critical", "high"));
  EXPECT_THAT(hadolint.skipped, ElementsAre("DL3008"));
  EXPECT_NE(error_of("hadolint", {"-"}), "");
  const auto linter = read("kube-linter", {"lint", "--exclude", "latest-tag", "k8s/"});
  EXPECT_THAT(linter.frameworks, ElementsAre("kubernetes"));
  EXPECT_THAT(linter.skipped, ElementsAre("latest-tag"));
  EXPECT_EQ(error_of("nobody", {}), "tool/unknown: no scanner is called nobody here");
}

TEST(ToolRequest, RemarksWhatItDoesNotKnow) {
  EXPECT_THAT(read("trivy", {"fs", "--brand-new", "."}).remarks,
              ElementsAre("--brand-new is not known here and has no effect"));
}

}  // namespace
}  // namespace crema::scan
