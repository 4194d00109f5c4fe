#include "crema/scan/history/hooks.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace crema::scan {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class HooksTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder_ =
      sys::TemporaryDirectory::create(fs::temp_directory_path(), "hooks-").value();
  fs::path top_ = folder_.path() / "repository";
  fs::path said_ = folder_.path() / "said";
  // Says no where the file `no` is there, and writes down what it was told.
  fs::path crema_ = folder_.path() / "a crema's";

  void SetUp() override {
    fs::create_directories(top_);
    ASSERT_EQ(git("init -q -b main ."), 0);
    script(crema_, "echo \"crema $*\" >>'" + said_.string() + "'\n[ ! -e '" +
                       (folder_.path() / "no").string() + "' ]\n");
  }
  void script(const fs::path& path, const std::string& text) {
    ASSERT_TRUE(sys::make_directories(path.parent_path()).has_value());
    ASSERT_TRUE(sys::write_file(path, "#!/bin/sh\n" + text).has_value());
    fs::permissions(path, fs::perms::owner_all);
  }
  int git(const std::string& arguments, const fs::path& where = {}) {
    const auto command = "cd '" + (where.empty() ? top_ : where).string() +
                         "' && GIT_CONFIG_GLOBAL=/dev/null git -c user.name=Ada -c "
                         "user.email=ada@shop.test " +
                         arguments + " >/dev/null 2>&1";
    return std::system(command.c_str());
  }
  std::string said() { return sys::read_file(said_).value_or(""); }
  void say_no() { ASSERT_TRUE(sys::write_file(folder_.path() / "no", "").has_value()); }
};

TEST_F(HooksTest, AskBeforeACommit) {
  const auto hook = install_hook(top_, HookKind::pre_commit, crema_, false);
  ASSERT_TRUE(hook.has_value()) << hook.error().message;
  EXPECT_TRUE(hook->changed);
  EXPECT_EQ(fs::canonical(hook->path), fs::canonical(top_) / ".git/hooks/pre-commit");
  EXPECT_EQ(git("commit -q --allow-empty -m one"), 0);
  EXPECT_EQ(said(), "crema scan secrets --staged\n");
  say_no();
  EXPECT_NE(git("commit -q --allow-empty -m two"), 0);
  const auto again = install_hook(top_, HookKind::pre_commit, crema_, false);
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->changed) << "it is there already";
  EXPECT_TRUE(install_hook(top_, HookKind::pre_commit, "/elsewhere/crema", false)->changed)
      << "our own is brought up to date";
}

TEST_F(HooksTest, LeaveOthersAlone) {
  const auto path = top_ / ".git/hooks/pre-commit";
  script(path, "echo other >>'" + said_.string() + "'\n");
  const auto refused = install_hook(top_, HookKind::pre_commit, crema_, false);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "hooks/foreign");
  EXPECT_THAT(sys::read_file(path).value(), HasSubstr("echo other"));
  const auto forced = install_hook(top_, HookKind::pre_commit, crema_, true);
  ASSERT_TRUE(forced.has_value()) << forced.error().message;
  EXPECT_EQ(forced->put_aside.filename(), "pre-commit.before-crema");
  EXPECT_EQ(git("commit -q --allow-empty -m one"), 0);
  EXPECT_EQ(said(), "other\ncrema scan secrets --staged\n");
  EXPECT_FALSE(install_hook(top_, HookKind::pre_commit, crema_, true)->changed);
  script(path, "echo third\n");
  EXPECT_FALSE(install_hook(top_, HookKind::pre_commit, crema_, true).has_value())
      << "there is only one place to put a hook aside";
}

TEST_F(HooksTest, StandWhereGitLooks) {
  ASSERT_EQ(git("commit -q --allow-empty -m one"), 0);
  ASSERT_EQ(git("worktree add -q ../tree"), 0);
  const auto shared = install_hook(folder_.path() / "tree", HookKind::pre_commit, crema_, false);
  ASSERT_TRUE(shared.has_value()) << shared.error().message;
  EXPECT_EQ(git("commit -q --allow-empty -m two", folder_.path() / "tree"), 0);
  EXPECT_EQ(said(), "crema scan secrets --staged\n");
  ASSERT_EQ(git("config core.hooksPath .githooks"), 0);
  const auto told = install_hook(top_, HookKind::pre_commit, crema_, false);
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(fs::canonical(told->path), fs::canonical(top_) / ".githooks/pre-commit");
  EXPECT_EQ(git("commit -q --allow-empty -m three"), 0);
  EXPECT_EQ(said(), "crema scan secrets --staged\ncrema scan secrets --staged\n");
}

TEST_F(HooksTest, AskBeforeAServerTakesCommits) {
  const auto server = folder_.path() / "server.git";
  ASSERT_EQ(git("init -q --bare '" + server.string() + "'"), 0);
  const auto hook = install_hook(server, HookKind::pre_receive, crema_, false);
  ASSERT_TRUE(hook.has_value()) << hook.error().message;
  ASSERT_EQ(git("commit -q --allow-empty -m one"), 0);
  EXPECT_EQ(git("push -q '" + server.string() + "' main"), 0);
  EXPECT_THAT(said(), HasSubstr(" --not --all\n"));
  ASSERT_EQ(git("commit -q --allow-empty -m two"), 0);
  EXPECT_EQ(git("push -q '" + server.string() + "' main"), 0);
  EXPECT_THAT(said(), HasSubstr(".."));
  say_no();
  ASSERT_EQ(git("commit -q --allow-empty -m three"), 0);
  EXPECT_NE(git("push -q '" + server.string() + "' main"), 0);
}

TEST_F(HooksTest, SayNoWithoutTheProgram) {
  ASSERT_TRUE(install_hook(top_, HookKind::pre_commit, folder_.path() / "gone", false).has_value());
  EXPECT_NE(std::system(("cd '" + top_.string() +
                         "' && PATH=/usr/bin:/bin GIT_CONFIG_GLOBAL=/dev/null git -c user.name=A "
                         "-c user.email=a@shop.test commit -q --allow-empty -m one >/dev/null 2>&1")
                            .c_str()),
            0);
}

}  // namespace
}  // namespace crema::scan
