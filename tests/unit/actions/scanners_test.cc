#include "builtins.h"
#include "job_double.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

// Scanners that are shell scripts: what they are called with, and what becomes of their exit codes.
class ScannersTest : public testing::Test {
 protected:
  ScannersTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    job_.environment["PATH"] = (job_.root() / "bin").string() + ":/usr/bin:/bin";
    for (const auto* name : {"trivy", "gitleaks", "checkov", "snyk", "osv-scanner", "govulncheck",
                             "hadolint", "kube-linter"}) {
      const auto path = std::string("bin/") + name;
      job_.write(path, "#!/bin/sh\necho \"called: $(basename $0) $*\"\n[ ! -e found ]\n");
      fs::permissions(job_.root() / path, fs::perms::owner_all);
    }
  }
  JobDouble job_;
};

TEST_F(ScannersTest, TrivyIsCalledAsTheActionCallsIt) {
  job_.inputs = {{"scan-type", "fs"},           {"scanners", "secret,misconfig"},
                 {"severity", "HIGH,CRITICAL"}, {"exit-code", "1"},
                 {"format", "table"},           {"ignore-unfixed", "true"}};
  ASSERT_TRUE(job_.run_main(kTrivy));
  EXPECT_TRUE(
      job_.said("called: trivy fs --scanners secret,misconfig --exit-code 1 --ignore-unfixed "
                "--format table --severity HIGH,CRITICAL ."))
      << job_.logged;
}

TEST_F(ScannersTest, TrivyGivesSarifEverySeverity) {
  job_.inputs = {
      {"scan-type", "config"}, {"format", "sarif"}, {"output", "t.sarif"}, {"severity", "HIGH"}};
  ASSERT_TRUE(job_.run_main(kTrivy));
  EXPECT_TRUE(job_.said("called: trivy config --format sarif --output t.sarif .")) << job_.logged;
}

TEST_F(ScannersTest, TrivyRefusesImages) {
  job_.inputs = {{"image-ref", "alpine:3.20"}};
  const auto result = job_.run_main(kTrivy);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/not-supported");
}

TEST_F(ScannersTest, FindingsFailTheStep) {
  job_.write("workspace/found", "");
  const auto result = job_.run_main(kGitleaks);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "secrets were found");
  EXPECT_EQ(job_.outputs["exit-code"], "2");
  job_.inputs = {{"directory", "k8s"}, {"framework", "kubernetes"}, {"soft_fail", "true"}};
  const auto checkov = job_.run_main(kCheckov);
  ASSERT_FALSE(checkov);
  EXPECT_EQ(checkov.error().message, "checkov ended with exit code 1");
  EXPECT_TRUE(job_.said("called: checkov --directory k8s --framework kubernetes --soft-fail"))
      << job_.logged;
}

TEST_F(ScannersTest, TheOthersAreCalledAsTheirActionsCallThem) {
  job_.inputs = {{"args", "--severity-threshold=high --file='go.mod'"}, {"json", "true"}};
  ASSERT_TRUE(job_.run_main(kSnykGolang));
  EXPECT_TRUE(job_.said(
      "called: snyk test --severity-threshold=high --file=go.mod --json-file-output=snyk.json"))
      << job_.logged;
  job_.inputs = {{"scan-args", "--recursive\n./services"}};
  ASSERT_TRUE(job_.run_main(kOsvScanner));
  EXPECT_TRUE(job_.said("called: osv-scanner --recursive ./services")) << job_.logged;
  job_.inputs = {{"work-dir", "a"}, {"output-format", "sarif"}, {"output-file", "v.sarif"}};
  ASSERT_TRUE(job_.run_main(kGovulncheck));
  EXPECT_TRUE(fs::exists(job_.workspace() / "v.sarif"));
  job_.write("workspace/a/Dockerfile", "FROM alpine:3.20\n");
  job_.inputs = {{"recursive", "true"}, {"failure-threshold", "error"}};
  ASSERT_TRUE(job_.run_main(kHadolint));
  EXPECT_TRUE(job_.said("called: hadolint --format tty --failure-threshold error a/Dockerfile"))
      << job_.logged;
  job_.inputs = {{"directory", "k8s"}};
  ASSERT_TRUE(job_.run_main(kKubeLinter));
  EXPECT_TRUE(job_.said("called: kube-linter lint k8s --format plain")) << job_.logged;
}

TEST_F(ScannersTest, ReviewNeedsSomethingToCompareWith) {
  const auto result = job_.run_main(kDependencyReview);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/input-required");
}

}  // namespace
}  // namespace crema::actions
