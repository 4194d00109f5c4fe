// The actions that publish results of tests: what they leave, say and when they fail.
#include "builtins.h"
#include "job_double.h"

#include "crema/store/store.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

constexpr std::string_view kFailing =
    "<testsuites><testsuite name='menu' time='1.5'><testcase name='adds' time='0.5'/>"
    "<testcase name='prices' file='menu.test.js' line='7'><failure message='got | 4'>"
    "trace</failure></testcase><testcase name='later'><skipped/></testcase>"
    "<testcase name='dies'><error message='no db'/></testcase></testsuite></testsuites>";
constexpr std::string_view kPassing = "<testsuite name='ok'><testcase name='fine'/></testsuite>";
constexpr std::string_view kRetried =
    "<testsuite name='r'><testcase name='a'><failure/></testcase><testcase name='a'/></testsuite>";

class TestReportsTest : public testing::Test {
 protected:
  TestReportsTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    job_.write("workspace/out/fail.xml", kFailing);
    job_.write("workspace/out/pass.xml", kPassing);
    job_.write("workspace/out/retried.xml", kRetried);
    job_.write("workspace/out/broken.xml", "<testsuite>");
    job_.write("workspace/out/lcov.info", "SF:a\nend_of_record\n");
  }

  // Runs with these inputs in place of those before.
  Result<> run(const run::BuiltinAction& action, std::map<std::string, std::string> inputs) {
    job_.inputs = std::move(inputs);
    job_.outputs.clear();
    job_.left.clear();
    job_.annotations.clear();
    job_.summary.clear();
    job_.logged.clear();
    return job_.run_main(action);
  }
  bool summed(std::string_view text) const { return job_.summary.find(text) != std::string::npos; }
  JobDouble job_;
};

TEST_F(TestReportsTest, TestReporterFailsAsItsInputsSay) {
  std::map<std::string, std::string> inputs = {
      {"name", "JEST"}, {"path", "out/fail.xml,out/pass.xml"}, {"reporter", "jest-junit"}};
  const auto failed = run(kTestReporter, inputs);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "actions/tests-failed");
  EXPECT_EQ(job_.left.size(), 2u);
  EXPECT_EQ(job_.outputs["conclusion"], "failure");
  EXPECT_EQ(job_.outputs["passed"], "2");
  EXPECT_EQ(job_.outputs["failed"], "2");
  EXPECT_EQ(job_.outputs["skipped"], "1");
  EXPECT_EQ(job_.outputs["time"], "1500");
  EXPECT_EQ(job_.annotations.size(), 2u);
  EXPECT_EQ(job_.annotations[0].file, "menu.test.js");
  EXPECT_EQ(job_.annotations[0].line, 7u);
  EXPECT_TRUE(summed("### JEST")) << job_.summary;
  EXPECT_TRUE(summed("| out/fail.xml | 1 | 2 | 1 | 1.500 s |")) << job_.summary;
  EXPECT_TRUE(summed("| menu | prices | got \\| 4 |")) << job_.summary;
  EXPECT_TRUE(summed("| ok | fine |"));

  inputs["fail-on-error"] = "false";
  inputs["max-annotations"] = "1";
  inputs["list-tests"] = "failed";
  ASSERT_TRUE(run(kTestReporter, inputs));
  EXPECT_EQ(job_.annotations.size(), 1u);
  EXPECT_TRUE(job_.said("1 more failures are not annotated"));
  EXPECT_FALSE(summed("| ok | fine |"));
}

TEST_F(TestReportsTest, TestReporterSaysWhatItCannotRead) {
  std::map<std::string, std::string> inputs = {
      {"name", "n"}, {"path", "no/*.xml"}, {"reporter", "java-junit"}};
  EXPECT_EQ(run(kTestReporter, inputs).error().code, "actions/no-tests");
  inputs["fail-on-empty"] = "false";
  EXPECT_TRUE(run(kTestReporter, inputs));
  EXPECT_TRUE(job_.warned("No file matches path no/*.xml"));
  inputs["path"] = "out/broken.xml";
  EXPECT_NE(run(kTestReporter, inputs).error().message.find("out/broken.xml:1:"),
            std::string::npos);
  inputs["path"] = "out/lcov.info";
  EXPECT_NE(run(kTestReporter, inputs).error().message.find("is LCOV"), std::string::npos);
  inputs["path"] = "out/pass.xml";
  inputs["reporter"] = "dotnet-trx";
  EXPECT_EQ(run(kTestReporter, inputs).error().message, "not supported: reporter dotnet-trx");
  inputs["reporter"] = "odd";
  EXPECT_EQ(run(kTestReporter, inputs).error().code, "actions/bad-input");
  inputs["reporter"] = "java-junit";
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"max-annotations", "51"}, {"list-suites", "some"}, {"name", ""}, {"artifact", "/x/"}}) {
    auto wrong = inputs;
    wrong[name] = value;
    EXPECT_FALSE(run(kTestReporter, wrong)) << name;
  }
}

TEST_F(TestReportsTest, TestReporterReadsAnArtifact) {
  const auto folder = *sys::TemporaryDirectory::create(job_.root(), "store");
  const auto store = *store::Store::open(folder.path(), job_.host());
  const auto recorder = *store->begin_run("{}");
  job_.artifact_store = &recorder->artifacts();
  ASSERT_TRUE(recorder->artifacts().save(
      "results", {{job_.root() / "workspace/out/pass.xml", "deep/pass.xml"}}, false));
  ASSERT_TRUE(run(
      kTestReporter,
      {{"name", "n"}, {"artifact", "results"}, {"path", "**/*.xml"}, {"reporter", "java-junit"}}));
  EXPECT_EQ(job_.outputs["passed"], "1");
}

TEST_F(TestReportsTest, JunitReportFailsAsItsInputsSay) {
  std::map<std::string, std::string> inputs = {{"report_paths", "out/fail.xml\nout/pass.xml"},
                                               {"test_files_prefix", "web/"}};
  ASSERT_TRUE(run(kJunitReport, inputs));
  EXPECT_EQ(job_.left.size(), 2u);
  EXPECT_EQ(job_.outputs["total"], "5");
  EXPECT_EQ(job_.outputs["failed"], "2");
  EXPECT_EQ(job_.annotations[0].file, "web/menu.test.js");
  EXPECT_TRUE(summed("### JUnit Test Report"));
  inputs["fail_on_failure"] = "true";
  EXPECT_EQ(run(kJunitReport, inputs).error().message, "Tests reported 2 failures");
  inputs["skip_annotations"] = "true";
  inputs["job_summary"] = "false";
  EXPECT_FALSE(run(kJunitReport, inputs));
  EXPECT_TRUE(job_.annotations.empty());
  EXPECT_TRUE(job_.summary.empty());
}

TEST_F(TestReportsTest, JunitReportWantsTestsWhereItIsTold) {
  EXPECT_TRUE(run(kJunitReport, {}));
  EXPECT_FALSE(run(kJunitReport, {{"require_tests", "true"}}));
  EXPECT_FALSE(run(kJunitReport, {{"require_passed_tests", "true"}}));
  EXPECT_TRUE(run(kJunitReport, {{"report_paths", "out/pass.xml"}, {"require_tests", "true"}}));
  EXPECT_TRUE(run(kJunitReport, {{"report_paths", "out/broken.xml"}}));
  EXPECT_TRUE(job_.warned("out/broken.xml:1:"));
  EXPECT_FALSE(
      run(kJunitReport, {{"report_paths", "out/broken.xml"}, {"fail_on_parse_error", "true"}}));
}

TEST_F(TestReportsTest, JunitReportForgivesAFailureThatPassedLater) {
  std::map<std::string, std::string> inputs = {{"report_paths", "out/retried.xml"},
                                               {"fail_on_failure", "true"}};
  EXPECT_FALSE(run(kJunitReport, inputs));
  inputs["check_retries"] = "true";
  ASSERT_TRUE(run(kJunitReport, inputs));
  EXPECT_EQ(job_.outputs["passed"], "1");
  EXPECT_EQ(job_.outputs["retried"], "1");
  const auto& suite = std::get<evidence::TestSuite>(job_.left.at(0));
  EXPECT_EQ(suite.outcome, evidence::TestOutcome::passed);
  EXPECT_TRUE(suite.cases.at(0).flaky());
}

TEST_F(TestReportsTest, PublishTestResultsFailsAsItsInputsSay) {
  std::map<std::string, std::string> inputs = {{"files", "out/*.xml\n!out/broken.xml\n!out/r*"},
                                               {"json_file", "out/results.json"}};
  ASSERT_TRUE(run(kPublishTestResults, inputs));
  EXPECT_EQ(job_.left.size(), 2u);
  const auto& json = job_.outputs["json"];
  EXPECT_NE(json.find(R"("title":"1 errors, 1 fail, 1 skipped, 2 pass")"), std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("conclusion":"failure")"), std::string::npos);
  EXPECT_NE(json.find(R"("tests_error":1)"), std::string::npos);
  EXPECT_EQ(job_.read("workspace/out/results.json"), json + "\n");
  EXPECT_TRUE(summed("### Test Results"));
  inputs["action_fail"] = "true";
  EXPECT_FALSE(run(kPublishTestResults, inputs));
  inputs["fail_on"] = "nothing";
  EXPECT_TRUE(run(kPublishTestResults, inputs));
  inputs["fail_on"] = "errors";
  EXPECT_FALSE(run(kPublishTestResults, inputs));
  inputs["files"] = "out/pass.xml";
  EXPECT_TRUE(run(kPublishTestResults, inputs));
  inputs["files"] = "out/broken.xml";
  EXPECT_FALSE(run(kPublishTestResults, inputs));
  inputs["files"] = "no/*.xml";
  EXPECT_TRUE(run(kPublishTestResults, inputs));
  EXPECT_NE(job_.outputs["json"].find("\"neutral\""), std::string::npos);
  inputs["action_fail_on_inconclusive"] = "true";
  EXPECT_FALSE(run(kPublishTestResults, inputs));
}

TEST_F(TestReportsTest, PublishTestResultsReadsTimesAndPathsAsToldTo) {
  ASSERT_TRUE(run(kPublishTestResults, {{"junit_files", "out/fail.xml"},
                                        {"time_unit", "milliseconds"},
                                        {"test_file_prefix", "+web/"}}));
  const auto& suite = std::get<evidence::TestSuite>(job_.left.at(0));
  EXPECT_EQ(suite.duration, std::chrono::microseconds(1500));
  EXPECT_EQ(suite.cases.at(1).file, "web/menu.test.js");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"time_unit", "hours"}, {"fail_on", "rain"}, {"trx_files", "*.trx"}})
    EXPECT_FALSE(run(kPublishTestResults, {{name, value}})) << name;
}

}  // namespace
}  // namespace crema::actions
