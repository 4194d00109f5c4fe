#include "builtins.h"
#include "job_double.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

// A repository with a branch, a tag and an uncommitted change, and the run's copy of it.
class CheckoutTest : public testing::Test {
 protected:
  CheckoutTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    job_.write("repository/file", "one\n");
    job_.write("repository/.gitignore", "built\n");
    job_.shell(
        "git init -q -b main && git add . && git commit -qm one && git tag v1 && "
        "git checkout -qb other && echo other > file && git commit -qam other && "
        "git checkout -q main && echo dirty > file && echo new > untracked",
        "repository");
    job_.shell("cp -a repository/. workspace/", ".");
    job_.set_github({{"ref", "refs/heads/main"},
                     {"ref_name", "main"},
                     {"sha", commit("main")},
                     {"repository", "someone/thing"}});
  }

  std::string commit(const std::string& ref) {
    auto text = job_.shell("git rev-parse '" + ref + "^{commit}'", "repository");
    return std::string(trim(text));
  }

  JobDouble job_;
};

TEST_F(CheckoutTest, UsesTheWorkingTreeAsItIs) {
  ASSERT_TRUE(job_.run_main(kCheckout));
  EXPECT_EQ(job_.read("workspace/file"), "dirty\n");
  EXPECT_EQ(job_.outputs["ref"], "refs/heads/main");
  EXPECT_EQ(job_.outputs["commit"], commit("main"));
  EXPECT_TRUE(job_.said("branch main")) << job_.logged;
  EXPECT_TRUE(job_.said("2 uncommitted changes")) << job_.logged;
}

TEST_F(CheckoutTest, SaysWhatHasNoEffect) {
  job_.inputs = {
      {"persist-credentials", "false"}, {"fetch-depth", "0"}, {"lfs", "true"}, {"clean", "true"}};
  ASSERT_TRUE(job_.run_main(kCheckout));
  EXPECT_TRUE(job_.said("input persist-credentials has no effect on this machine"));
  EXPECT_TRUE(job_.said("input fetch-depth has no effect"));
  EXPECT_TRUE(job_.said("input lfs has no effect"));
  EXPECT_FALSE(job_.said("input clean"));
}

TEST_F(CheckoutTest, CopiesIntoASubfolder) {
  job_.inputs = {{"path", "sub/folder"}};
  ASSERT_TRUE(job_.run_main(kCheckout));
  EXPECT_EQ(job_.read("workspace/sub/folder/file"), "dirty\n");
  EXPECT_EQ(job_.read("workspace/sub/folder/untracked"), "new\n");
}

TEST_F(CheckoutTest, RefusesAPathOutsideTheWorkspace) {
  job_.inputs = {{"path", "../elsewhere"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/outside-workspace");
}

TEST_F(CheckoutTest, ChecksOutAnotherBranchInTheRunsOwnCopy) {
  job_.write("workspace/built", "ignored");
  job_.inputs = {{"ref", "other"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.read("workspace/file"), "other\n");
  EXPECT_FALSE(job_.exists("workspace/untracked"));
  EXPECT_FALSE(job_.exists("workspace/built"));
  EXPECT_EQ(job_.outputs["commit"], commit("other"));
  EXPECT_EQ(job_.shell("git rev-parse --abbrev-ref HEAD", "workspace"), "other\n");
  EXPECT_EQ(job_.read("repository/file"), "dirty\n");
  EXPECT_EQ(job_.shell("git rev-parse --abbrev-ref HEAD", "repository"), "main\n");
}

TEST_F(CheckoutTest, ChecksOutATagBesideAndKeepsWhatIsUncleanWhenAsked) {
  job_.write("workspace/beside/built", "kept");
  job_.inputs = {{"ref", "v1"}, {"path", "beside"}, {"clean", "false"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.read("workspace/beside/file"), "one\n");
  EXPECT_EQ(job_.read("workspace/beside/built"), "kept");
  EXPECT_EQ(job_.read("workspace/file"), "dirty\n");
}

TEST_F(CheckoutTest, ChecksOutACommitThatNoBranchReaches) {
  const auto lost = commit("other");
  job_.shell("git branch -qD other", "repository");
  job_.inputs = {{"ref", lost}, {"path", "lost"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.read("workspace/lost/file"), "other\n");
}

TEST_F(CheckoutTest, LeavesALinkedWorkingTreeAlone) {
  job_.shell("git worktree add -q ../linked other", "repository");
  job_.shell("rm -rf workspace && mkdir workspace && cp -a linked/. workspace/", ".");
  job_.inputs = {{"ref", "v1"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.read("workspace/file"), "one\n");
  EXPECT_EQ(job_.shell("git rev-parse --abbrev-ref HEAD && git status --porcelain", "linked"),
            "other\n");
}

TEST_F(CheckoutTest, HonoursSparsePatternsOfAnotherRef) {
  job_.shell(
      "git stash -q -u && mkdir a b && echo a > a/x && echo b > b/x && git add . && git commit -qm "
      "two && "
      "git tag v2",
      "repository");
  job_.inputs = {{"ref", "v2"}, {"path", "sparse"}, {"sparse-checkout", "a"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(job_.exists("workspace/sparse/a/x"));
  EXPECT_FALSE(job_.exists("workspace/sparse/b/x"));
}

TEST_F(CheckoutTest, NamesARefThatIsNotThere) {
  job_.inputs = {{"ref", "nowhere"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/no-such-ref");
  EXPECT_NE(result.error().message.find("'nowhere'"), std::string::npos);
}

TEST_F(CheckoutTest, FindsAnotherRepositoryBesideThisOne) {
  job_.write("tools-repo/tool", "sharp");
  job_.shell(
      "git init -q -b trunk && git add . && git commit -qm one && "
      "git remote add origin git@github.com:someone/tools-repo.git",
      "tools-repo");
  job_.inputs = {{"repository", "someone/tools-repo"}, {"path", "tools"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.read("workspace/tools/tool"), "sharp");
  EXPECT_EQ(job_.read("workspace/file"), "dirty\n");
}

TEST_F(CheckoutTest, SaysWhereItLookedForAnotherRepository) {
  job_.inputs = {{"repository", "someone/absent"}};
  const auto result = job_.run_main(kCheckout);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().message.starts_with(
      "not supported: checkout of another repository, someone/absent"));
  EXPECT_FALSE(result.error().hint.empty());
}

}  // namespace
}  // namespace crema::actions
