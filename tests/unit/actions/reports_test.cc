#include "builtins.h"
#include "coverage_report.h"
#include "job_double.h"
#include "sarif_report.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

TEST(Coverage, GoBlocksThatComeTwiceCountOnce) {
  const auto report = parse_coverage(
      "mode: atomic\n"
      "m/a.go:1.1,2.2 3 0\nm/a.go:4.1,5.2 1 0\nm/b/b.go:1.1,9.2 6 2\nm/a.go:1.1,2.2 3 7\n",
      "coverage.out");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files.at("m/a.go").covered, 3u);
  EXPECT_EQ(report->files.at("m/a.go").total, 4u);
  EXPECT_EQ(report->total().covered, 9u);
  EXPECT_DOUBLE_EQ(report->total().percent(), 90.0);
}

TEST(Coverage, LcovCountsLines) {
  const auto report = parse_coverage(
      "TN:\nSF:src/a.ts\nFN:1,f\nDA:1,4\nDA:2,0\nDA:3,1,hash\nLF:3\nLH:2\nend_of_record\n"
      "SF:src/b.ts\nDA:7,0\nend_of_record\n",
      "lcov.info");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files.at("src/a.ts").covered, 2u);
  EXPECT_EQ(report->total().total, 4u);
}

TEST(Coverage, CoberturaLinesOfMethodsCountOnce) {
  const auto report = parse_coverage(
      "<?xml version=\"1.0\"?>\n<coverage line-rate=\"0.5\"><packages><package "
      "name=\"p\"><classes>\n"
      "<class name=\"A\" filename=\"p/a&amp;b.py\" line-rate=\"0.5\"><methods><method "
      "name=\"f\"><lines>"
      "<line number=\"1\" hits=\"2\"/></lines></method></methods><lines>"
      "<line number=\"1\" hits=\"2\"/><line number='2' hits='0'/></lines></class>\n"
      "</classes></package></packages></coverage>\n",
      "coverage.xml");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files.at("p/a&b.py").covered, 1u);
  EXPECT_EQ(report->files.at("p/a&b.py").total, 2u);
}

TEST(Coverage, NamesTheLineItCannotRead) {
  const auto report = parse_coverage("mode: set\na.go:1.1,2.2 3\n", "c.out");
  ASSERT_FALSE(report);
  EXPECT_TRUE(report.error().message.starts_with("c.out:2:")) << report.error().message;
  EXPECT_FALSE(parse_coverage("{}", "x.json"));
}

class ReportsTest : public testing::Test {
 protected:
  ReportsTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {}
  JobDouble job_;
};

TEST_F(ReportsTest, CodecovShowsTheNamedReportAndUploadsNothing) {
  job_.write("workspace/coverage.out", "mode: set\nm/x/a.go:1.1,2.2 3 1\nm/y/b.go:1.1,2.2 1 0\n");
  job_.inputs = {{"file", "./coverage.out"}, {"flags", "unit"}, {"token", "t"}};
  ASSERT_TRUE(job_.run_main(kCodecov));
  EXPECT_TRUE(job_.said("total: 75.0 % (3 of 4) statements")) << job_.logged;
  EXPECT_TRUE(job_.said("m/y")) << job_.logged;
  EXPECT_TRUE(job_.said("Nothing is uploaded")) << job_.logged;
  EXPECT_NE(job_.summary.find("(unit)"), std::string::npos);
  EXPECT_NE(job_.summary.find("| **75.0 %** |"), std::string::npos) << job_.summary;
}

TEST_F(ReportsTest, CodecovSearchesWhenNothingIsNamed) {
  job_.write("workspace/web/coverage/lcov.info", "SF:a.ts\nDA:1,1\nend_of_record\n");
  job_.write("workspace/go/cover.out", "mode: set\nm/a.go:1.1,2.2 1 0\n");
  job_.write("workspace/node_modules/x/lcov.info", "SF:no.ts\nDA:1,1\nend_of_record\n");
  ASSERT_TRUE(job_.run_main(kCodecov));
  EXPECT_TRUE(job_.said("web/coverage/lcov.info: LCOV")) << job_.logged;
  EXPECT_TRUE(job_.said("go/cover.out: Go coverage profile"));
  EXPECT_FALSE(job_.said("node_modules"));
  EXPECT_TRUE(job_.said("Total: 50.0 %"));
}

TEST_F(ReportsTest, CodecovFailsOnAMissingReportOnlyWhenAsked) {
  job_.inputs = {{"files", "a.out,b.out"}};
  ASSERT_TRUE(job_.run_main(kCodecov));
  EXPECT_TRUE(job_.warned("no coverage report at a.out, b.out"));
  job_.inputs["fail_ci_if_error"] = "true";
  EXPECT_FALSE(job_.run_main(kCodecov));
}

constexpr std::string_view kSarif = R"json({"version": "2.1.0", "runs": [{
  "tool": {"driver": {"name": "Scan", "rules": [
    {"id": "R1", "defaultConfiguration": {"level": "error"},
     "messageStrings": {"default": {"text": "{0} is weak, use {1}"}}},
    {"id": "R2"}]}},
  "results": [
    {"ruleId": "R1", "message": {"id": "default", "arguments": ["md5", "sha256"]},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a%20b.go"},
                    "region": {"startLine": 4, "startColumn": 2, "endLine": 5}}}]},
    {"ruleIndex": 1, "message": {"text": "odd"}},
    {"ruleId": "R2", "level": "note", "message": {"text": "by the way"}},
    {"ruleId": "R2", "kind": "pass", "message": {"text": "fine"}},
    {"ruleId": "R1", "message": {"text": "accepted"}, "suppressions": [{"kind": "external"}]}]}]})json";

TEST(Sarif, TakesLevelsAndMessagesFromRulesWhereResultsLeaveThemOut) {
  const auto runs = parse_sarif(kSarif, "x.sarif");
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 1u);
  const auto& results = runs->front().results;
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(results[0].level, SarifLevel::error);
  EXPECT_EQ(results[0].message, "md5 is weak, use sha256");
  EXPECT_EQ(results[0].file, "src/a b.go");
  EXPECT_EQ(results[0].line, 4u);
  EXPECT_EQ(results[0].end_line, 5u);
  EXPECT_EQ(results[1].rule, "R2");
  EXPECT_EQ(results[1].level, SarifLevel::warning);
  EXPECT_EQ(results[2].level, SarifLevel::note);
  EXPECT_EQ(results[3].level, SarifLevel::none);
  EXPECT_TRUE(results[4].suppressed);
}

TEST(Sarif, RefusesWhatGitHubWouldRefuse) {
  for (
      const auto* text :
      {"", "[]", R"({"version": "2.0.0", "runs": []})", R"({"version": "2.1.0"})",
       R"({"version": "2.1.0", "runs": [{"results": []}]})",
       R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{}]}]})"}) {
    const auto runs = parse_sarif(text, "x.sarif");
    ASSERT_FALSE(runs) << text;
    EXPECT_EQ(runs.error().code, "actions/bad-sarif");
    EXPECT_NE(runs.error().message.find("x.sarif"), std::string::npos);
  }
}

TEST_F(ReportsTest, CodeqlItselfIsNotSupportedByName) {
  for (const auto* action : {&kCodeqlInit, &kCodeqlAnalyze, &kCodeqlAutobuild}) {
    const auto result = job_.run_main(*action);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message.starts_with("not supported: " + std::string(action->name)));
    EXPECT_FALSE(result.error().hint.empty());
  }
}

TEST_F(ReportsTest, SlackIsADryRun) {
  job_.inputs = {{"status", "Failure"},
                 {"channel", "#deploy"},
                 {"text", "one\ntwo"},
                 {"mention", "here"},
                 {"if_mention", "failure"}};
  job_.environment["SLACK_WEBHOOK_URL"] = "http://127.0.0.1:1/";
  ASSERT_TRUE(job_.run_main(kSlack));
  EXPECT_TRUE(job_.said("Dry run")) << job_.logged;
  EXPECT_TRUE(job_.said("  channel: #deploy\n"));
  EXPECT_TRUE(job_.said("    <@here> one\n    two\n")) << job_.logged;
  EXPECT_TRUE(job_.annotations.empty());
  job_.inputs["status"] = "odd";
  EXPECT_FALSE(job_.run_main(kSlack));
}

TEST_F(ReportsTest, MailIsADryRunThatHidesThePassword) {
  job_.write("workspace/mail.txt", "Dear all\n");
  job_.inputs = {{"subject", "S"},        {"from", "a@example.com"},
                 {"to", "b@example.com"}, {"server_address", "smtp.example.com"},
                 {"password", "hunter2"}, {"body", "file://mail.txt"}};
  ASSERT_TRUE(job_.run_main(kSendMail));
  EXPECT_TRUE(job_.said("  server: smtp.example.com:25\n")) << job_.logged;
  EXPECT_TRUE(job_.said("  body: Dear all\n")) << job_.logged;
  EXPECT_FALSE(job_.said("hunter2"));
  EXPECT_EQ(job_.masks, std::vector<std::string>{"hunter2"});
  job_.inputs.erase("to");
  EXPECT_FALSE(job_.run_main(kSendMail));
}

}  // namespace
}  // namespace crema::actions
