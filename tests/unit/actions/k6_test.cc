#include "builtins.h"
#include "job_double.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

// A k6 that is a shell script: what it is called with, and what becomes of its exit code.
class K6Test : public testing::Test {
 protected:
  K6Test() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    job_.environment["PATH"] = (job_.root() / "bin").string() + ":/usr/bin:/bin";
    job_.write("bin/k6", R"sh(#!/bin/sh
[ "$1" = version ] && echo 'k6 v1.2.3 (go1.24, linux/amd64)' && exit
for script; do :; done
[ "$1" = inspect ] && exec grep -q good "$script"
echo "called: $*"
grep -q slow "$script" && exec sleep 20
! grep -q crossed "$script" || exit 99
)sh");
    fs::permissions(job_.root() / "bin/k6", fs::perms::owner_all);
  }
  JobDouble job_;
};

TEST_F(K6Test, SetupSaysWhichK6IsThere) {
  job_.inputs = {{"k6-version", "0.49.0"}};
  ASSERT_TRUE(job_.run_main(kSetupK6));
  EXPECT_EQ(job_.outputs["k6-version"], "1.2.3");
  EXPECT_TRUE(job_.said("k6 1.2.3: " + (job_.root() / "bin").string())) << job_.logged;
  ASSERT_EQ(job_.remarks.size(), 1u);
  EXPECT_NE(job_.remarks[0].find("k6 0.49.0 is asked for"), std::string::npos) << job_.remarks[0];
}

TEST_F(K6Test, SetupIsContentWithTheVersionItAskedFor) {
  job_.inputs = {{"k6-version", "v1.2.3"}, {"browser", "true"}};
  ASSERT_TRUE(job_.run_main(kSetupK6));
  EXPECT_TRUE(job_.remarks.empty());
  EXPECT_TRUE(job_.said("input browser has no effect"));
}

TEST_F(K6Test, SetupWithoutAnyK6SaysSo) {
  fs::remove(job_.root() / "bin/k6");
  const auto result = job_.run_main(kSetupK6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/program-not-found");
}

TEST_F(K6Test, RunsWhatThePatternsFindAndPassesInspection) {
  job_.write("workspace/load/a.js", "good");
  job_.write("workspace/load/b.js", "bad");
  job_.write("workspace/load/c.js", "good crossed");
  job_.write("workspace/load/d.js", "good");
  job_.inputs = {{"path", "./load/*.js"}, {"flags", "--vus 2 --tag 'a=b c'"}};
  const auto result = job_.run_main(kRunK6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "load/c.js ended with exit code 99: thresholds were crossed");
  EXPECT_TRUE(job_.said("3 of 4 test files are valid")) << job_.logged;
  const auto folder = (job_.workspace() / "load").string();
  EXPECT_TRUE(job_.said("called: run --vus 2 --tag a=b c " + folder + "/a.js")) << job_.logged;
  EXPECT_FALSE(job_.said("called: run --vus 2 --tag a=b c " + folder + "/b.js"));
  EXPECT_TRUE(job_.said(folder + "/d.js"));
}

TEST_F(K6Test, FailFastStopsAtTheFirst) {
  job_.write("workspace/a.js", "good crossed");
  job_.write("workspace/b.js", "good");
  job_.inputs = {{"path", "a.js\nb.js"}, {"fail-fast", "true"}};
  EXPECT_FALSE(job_.run_main(kRunK6));
  EXPECT_TRUE(job_.said("called: run " + (job_.workspace() / "a.js").string()));
  EXPECT_FALSE(job_.said("called: run " + (job_.workspace() / "b.js").string())) << job_.logged;
}

TEST_F(K6Test, ParallelEndsTheOthersWhereOneFailsFast) {
  job_.write("workspace/a.js", "good slow");
  job_.write("workspace/b.js", "good crossed");
  job_.inputs = {{"path", "*.js"}, {"fail-fast", "true"}, {"parallel", "true"}};
  const auto begin = std::chrono::steady_clock::now();
  const auto result = job_.run_main(kRunK6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "a load test ended with exit code 99: thresholds were crossed");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
}

TEST_F(K6Test, ParallelWaitsForAll) {
  job_.write("workspace/a.js", "good");
  job_.write("workspace/b.js", "good");
  job_.inputs = {{"path", "*.js"}, {"parallel", "true"}};
  const auto result = job_.run_main(kRunK6);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(job_.said("called: run " + (job_.workspace() / "a.js").string())) << job_.logged;
  EXPECT_TRUE(job_.said("called: run " + (job_.workspace() / "b.js").string())) << job_.logged;
}

TEST_F(K6Test, NoScriptsAreAnError) {
  job_.inputs = {{"path", "*.js"}};
  EXPECT_EQ(job_.run_main(kRunK6).error().code, "actions/no-scripts");
  job_.write("workspace/b.js", "bad");
  EXPECT_EQ(job_.run_main(kRunK6).error().message, "No valid test files found");
}

TEST_F(K6Test, OnlyVerifyRunsNothing) {
  job_.write("workspace/a.js", "good crossed");
  job_.inputs = {{"path", "*.js"}, {"only-verify-scripts", "true"}};
  EXPECT_TRUE(job_.run_main(kRunK6));
}

TEST_F(K6Test, TestsInTheCloudAreNotSupported) {
  job_.write("workspace/a.js", "good");
  job_.inputs = {{"path", "*.js"}, {"cloud-run-locally", "false"}};
  EXPECT_TRUE(job_.run_main(kRunK6));
  job_.environment["K6_CLOUD_TOKEN"] = "t0ken";
  EXPECT_EQ(job_.run_main(kRunK6).error().code, "actions/not-supported");
  job_.inputs = {{"cloud", "true"}, {"token", "t0ken"}};
  EXPECT_EQ(job_.run_main(kK6).error().code, "actions/not-supported");
  EXPECT_EQ(job_.masks, std::vector<std::string>{"t0ken"});
}

TEST_F(K6Test, TheOlderActionRunsOneFile) {
  job_.write("workspace/test.js", "good");
  job_.inputs = {{"flags", "--vus 3"}};
  ASSERT_TRUE(job_.run_main(kK6));
  EXPECT_TRUE(job_.said("called: run test.js --vus 3")) << job_.logged;
}

}  // namespace
}  // namespace crema::actions
