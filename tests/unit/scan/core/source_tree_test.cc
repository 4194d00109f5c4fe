#include "crema/scan/core/source_tree.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace crema::scan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class SourceTreeTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(fs::temp_directory_path(), "tree-").value();
  fs::path root = folder.path();

  void write(const std::string& path, std::string_view text = "x") const {
    fs::create_directories((root / path).parent_path());
    ASSERT_TRUE(sys::write_file(root / path, text));
  }
  static std::vector<std::string> paths(const SourceTree& tree) {
    std::vector<std::string> found;
    for (const auto& file : tree.files) found.push_back(file.path);
    return found;
  }
};

TEST_F(SourceTreeTest, HasEveryFileInTheOrderOfPaths) {
  write("b/z");
  write("b.txt");
  write("a/b/c");
  write(".github/workflows/x.yml");
  write(".git/config");
  const auto tree = walk_tree(root).value();
  EXPECT_THAT(paths(tree), ElementsAre(".github/workflows/x.yml", "a/b/c", "b.txt", "b/z"));
  EXPECT_THAT(tree.not_scanned, IsEmpty());
}

TEST_F(SourceTreeTest, LeavesOutWhatIsIgnoredAndCountsIt) {
  write(".gitignore", "out/\n*.log\n");
  write(".cremaignore", "vendored\n!keep.log\n");
  write("out/deep/a");
  write("x.log");
  write("keep.log");
  write("vendored/b");
  const auto tree = walk_tree(root).value();
  EXPECT_THAT(paths(tree), ElementsAre(".cremaignore", ".gitignore", "keep.log"));
  EXPECT_EQ(tree.ignored, 3U);
}

TEST_F(SourceTreeTest, TakesOnlyWhatIsAskedFor) {
  write(".gitignore", "*.log\n");
  write("deploy/a.yaml");
  write("deploy/sub/b.yaml");
  write("deploy/c.log");
  write("deployed/c.yaml");
  write("other/d.yaml");
  const auto tree = walk_tree(root, {.below = {"deploy", "other/d.yaml"}}).value();
  EXPECT_THAT(paths(tree), ElementsAre("deploy/a.yaml", "deploy/sub/b.yaml", "other/d.yaml"));
}

TEST_F(SourceTreeTest, HasWhatGitTracksThoughItIsIgnored) {
  write(".gitignore", "out/\n");
  write("out/tracked");
  write("out/other");
  write("sub/a");
  const auto git =
      "cd " + root.string() + " && git init -q . 2>/dev/null && git add -f out/tracked";
  ASSERT_EQ(std::system(git.c_str()), 0);
  EXPECT_THAT(paths(walk_tree(root).value()), ElementsAre(".gitignore", "out/tracked", "sub/a"));
  EXPECT_THAT(paths(walk_tree(root / "out").value()), ElementsAre("other", "tracked"));
  fs::remove(root / "out/tracked");
  EXPECT_THAT(paths(walk_tree(root).value()), ElementsAre(".gitignore", "sub/a"));
}

TEST_F(SourceTreeTest, DoesNotFollowLinksOrOpenPipes) {
  write("real/a");
  fs::create_directory_symlink("..", root / "real/loop");
  fs::create_symlink("/etc/passwd", root / "outside");
  ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(paths(walk_tree(root).value()), ElementsAre("real/a"));
}

TEST_F(SourceTreeTest, SaysWhatItDidNotLookAt) {
  write("large", std::string(2000, 'x'));
  fs::path deep = "d";
  for (int i = 0; i < 5; ++i) deep /= "d";
  write((deep / "file").string());
  const auto tree = walk_tree(root, {.largest_file = 1000, .deepest = 3}).value();
  ASSERT_EQ(tree.not_scanned.size(), 2U);
  EXPECT_EQ(tree.not_scanned[0].code, "scan/too-deep");
  EXPECT_EQ(tree.not_scanned[1].path, "large");
  EXPECT_EQ(tree.not_scanned[1].reason, "2000 bytes, more than 1000");
}

TEST_F(SourceTreeTest, TakesASingleFile) {
  write("a/b.txt", "text");
  const auto tree = walk_tree(root / "a/b.txt").value();
  EXPECT_THAT(paths(tree), ElementsAre("b.txt"));
  EXPECT_EQ(read_source(root / "a/b.txt", tree.files[0]).value(), "text");
}

TEST_F(SourceTreeTest, RefusesWhatIsNotThere) {
  const auto tree = walk_tree(root / "nowhere");
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, "scan/no-such-path");
}

TEST_F(SourceTreeTest, ReadsFilesThatChangeMeanwhile) {
  write("a", "1");
  const auto file = walk_tree(root)->files.at(0);
  write("a", std::string(100'000, 'x'));
  EXPECT_EQ(read_source(root, file)->size(), 100'000U);
  EXPECT_EQ(read_source(root, file, 1000).error().code, "scan/too-large");
  fs::remove(root / "a");
  EXPECT_EQ(read_source(root, file).error().code, "scan/unreadable");
}

}  // namespace
}  // namespace crema::scan
