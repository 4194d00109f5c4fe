#include "builtins.h"
#include "job_double.h"

#include "crema/store/store.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

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
  ASSERT_EQ(job_.left.size(), 1u);
  EXPECT_EQ(std::get<evidence::Coverage>(job_.left[0]).part, "unit");
}

TEST_F(ReportsTest, CodecovReadsEveryKnownFormatAndSaysWhichLineIsWrong) {
  job_.write("workspace/a.xml",
             "<coverage><packages><package><classes><class filename='a.py'>"
             "<lines><line number='1' hits='1'/></lines></class></classes>"
             "</package></packages></coverage>");
  job_.write("workspace/b.out", "mode: set\na.go:1.1,2.2 3\n");
  job_.write("workspace/c.txt", "hello");
  job_.inputs = {{"files", "a.xml,b.out,c.txt"}};
  ASSERT_TRUE(job_.run_main(kCodecov));
  EXPECT_TRUE(job_.said("a.xml: Cobertura, 1 file")) << job_.logged;
  EXPECT_TRUE(job_.warned("b.out:2: this is no block"));
  EXPECT_TRUE(job_.warned("c.txt:1: this is no format that is known; what is known: "));
  EXPECT_EQ(job_.left.size(), 1u);
}

TEST_F(ReportsTest, CodecovTakesResultsOfTests) {
  job_.write("workspace/out/junit.xml",
             "<testsuite name='s'><testcase name='a'/><testcase "
             "name='b'><failure message='no'/></testcase></testsuite>");
  job_.inputs = {{"report_type", "test_results"}, {"flags", "e2e"}};
  ASSERT_TRUE(job_.run_main(kCodecov));
  EXPECT_TRUE(job_.said("2 tests: 1 passed, 1 failed, 0 skipped")) << job_.logged;
  ASSERT_EQ(job_.left.size(), 1u);
  EXPECT_EQ(std::get<evidence::TestSuite>(job_.left[0]).part, "e2e");
  EXPECT_TRUE(job_.warned("no"));
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

class UploadSarifTest : public ReportsTest {
 protected:
  UploadSarifTest()
      : folder_(*sys::TemporaryDirectory::create(job_.root(), "store")),
        store_(*store::Store::open(folder_.path(), job_.host())),
        recorder_(*store_->begin_run("{}")) {
    job_.artifact_store = &recorder_->artifacts();
  }
  sys::TemporaryDirectory folder_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::RunRecorder> recorder_;
};

TEST_F(UploadSarifTest, AnnotatesWhatItLeavesAsEvidence) {
  job_.write("workspace/x.sarif", kSarif);
  job_.inputs = {{"sarif_file", "x.sarif"}};
  const auto done = job_.run_main(kUploadSarif);
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(job_.annotations.size(), 3u);
  EXPECT_EQ(job_.annotations[0].level, evidence::AnnotationLevel::error);
  EXPECT_EQ(job_.annotations[0].message, "md5 is weak, use sha256");
  EXPECT_EQ(job_.annotations[0].title, "Scan: R1");
  EXPECT_EQ(job_.annotations[0].file, "src/a b.go");
  EXPECT_EQ(job_.annotations[0].line, 4u);
  EXPECT_EQ(job_.annotations[0].end_line, 5u);
  EXPECT_EQ(job_.annotations[1].level, evidence::AnnotationLevel::warning);
  EXPECT_EQ(job_.annotations[2].level, evidence::AnnotationLevel::notice);
  EXPECT_TRUE(job_.said("Scan: 3 findings")) << job_.logged;
  EXPECT_TRUE(job_.said("1 suppressed findings are not counted"));
  ASSERT_EQ(job_.left.size(), 1u);
  EXPECT_EQ(std::get<evidence::Scan>(job_.left[0]).findings.size(), 4u);
}

TEST_F(UploadSarifTest, RefusesWhatGitHubWouldRefuse) {
  for (const auto* text : {"", "[]", R"({"version": "2.0.0", "runs": []})", "mode: set\n",
                           R"({"version": "2.1.0", "runs": [{"results": []}]})"}) {
    job_.write("workspace/x.sarif", text);
    job_.inputs = {{"sarif_file", "x.sarif"}};
    const auto done = job_.run_main(kUploadSarif);
    ASSERT_FALSE(done) << text;
    EXPECT_NE(done.error().message.find("x.sarif"), std::string::npos) << done.error().message;
  }
  EXPECT_TRUE(job_.left.empty());
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
