#include "crema/run/glob_walk.h"

#include "crema/base/hash.h"

#include <gtest/gtest.h>

#include <fstream>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

class GlobWalkTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            ("glob-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(root_);
    place_ = {.workspace = root_ / "work", .home = root_ / "home"};
    fs::create_directories(place_.home);
    for (const auto* file :
         {"work/a.txt", "work/b.md", "work/src/x.go", "work/src/deep/y.go", "work/src/.hidden/z.go",
          "work/.env", "work/[odd]/q.go", "home/.cache/one", "home/notes"}) {
      fs::create_directories((root_ / file).parent_path());
      std::ofstream(root_ / file) << file;
    }
  }
  void TearDown() override { fs::remove_all(root_); }

  std::vector<std::string> find(const std::string& patterns, GlobOptions options = {}) {
    const auto walk = GlobWalk::create(std::vector{patterns}, place_, options);
    EXPECT_TRUE(walk);
    const auto found = walk->find();
    EXPECT_TRUE(found);
    std::vector<std::string> paths;
    for (const auto& match : *found) {
      paths.push_back(match.path.lexically_relative(root_).string() + (match.folder ? "/" : ""));
    }
    return paths;
  }

  fs::path root_;
  GlobPlace place_;
};

using Paths = std::vector<std::string>;

TEST_F(GlobWalkTest, StarsStayInOneNameAndDoubleStarsDoNot) {
  EXPECT_EQ(find("*.txt"), (Paths{"work/a.txt"}));
  EXPECT_EQ(find("**/*.go"), (Paths{"work/[odd]/q.go", "work/src/.hidden/z.go",
                                    "work/src/deep/y.go", "work/src/x.go"}));
  EXPECT_EQ(find("src/**/y.go"), (Paths{"work/src/deep/y.go"}));
  EXPECT_EQ(find("src/?.go"), (Paths{"work/src/x.go"}));
  EXPECT_EQ(find("[ab].*"), (Paths{"work/a.txt", "work/b.md"}));
  EXPECT_EQ(find("[!a].*"), (Paths{"work/b.md"}));
}

TEST_F(GlobWalkTest, AFolderBringsWhatIsInIt) {
  EXPECT_EQ(find("src/deep"), (Paths{"work/src/deep/", "work/src/deep/y.go"}));
  EXPECT_EQ(find("src/deep", {.implicit_descendants = false}), (Paths{"work/src/deep/"}));
  EXPECT_EQ(find("src/deep", {.match_folders = false}), (Paths{"work/src/deep/y.go"}));
  EXPECT_EQ(find("a.txt/"), Paths{});
}

TEST_F(GlobWalkTest, ExcludesTakeAwayWhatEarlierPatternsFound) {
  EXPECT_EQ(find("src/**/*.go\n!src/deep/**"), (Paths{"work/src/.hidden/z.go", "work/src/x.go"}));
  EXPECT_EQ(find("!src/x.go\nsrc/*.go"), (Paths{"work/src/x.go"}));
  EXPECT_EQ(find("*.txt\n!*.txt\n# a comment\n\n*.md"), (Paths{"work/b.md"}));
}

TEST_F(GlobWalkTest, KnowsHomeAndAbsolutePaths) {
  EXPECT_EQ(find("~/.cache", {.match_folders = false}), (Paths{"home/.cache/one"}));
  EXPECT_EQ(find(root_.string() + "/home/notes"), (Paths{"home/notes"}));
  EXPECT_EQ(find("./a.txt"), (Paths{"work/a.txt"}));
}

TEST_F(GlobWalkTest, LeavesHiddenNamesOutWhenAsked) {
  EXPECT_EQ(find("src", {.match_folders = false, .exclude_hidden = true}),
            (Paths{"work/src/deep/y.go", "work/src/x.go"}));
  EXPECT_EQ(find(".env", {.exclude_hidden = true}), Paths{});
}

TEST_F(GlobWalkTest, TakesBracketsLiterallyWhenEscaped) {
  EXPECT_EQ(find("\\[odd]/*"), (Paths{"work/[odd]/q.go"}));
  EXPECT_EQ(find("[[]odd]/*"), (Paths{"work/[odd]/q.go"}));
}

TEST_F(GlobWalkTest, FollowsLinksButNotInCircles) {
  fs::create_directory_symlink("..", root_ / "work/src/up");
  fs::create_directory_symlink("deep", root_ / "work/src/same");
  fs::create_symlink("nowhere", root_ / "work/src/broken.go");
  EXPECT_EQ(find("src/**/y.go"), (Paths{"work/src/deep/y.go", "work/src/same/y.go"}));
  EXPECT_EQ(find("src/broken.go"), Paths{});
  EXPECT_EQ(find("src/broken.go", {.follow_links = false}), (Paths{"work/src/broken.go"}));
}

TEST_F(GlobWalkTest, NamesTheFoldersItSearches) {
  const auto walk =
      GlobWalk::create(std::vector<std::string>{"src/*.go\nsrc/deep/y.go\n~/n*"}, place_);
  ASSERT_TRUE(walk);
  EXPECT_EQ(walk->search_paths(), (std::vector<fs::path>{place_.workspace / "src", place_.home}));
}

TEST_F(GlobWalkTest, RefusesRelativeParts) {
  const auto walk = GlobWalk::create(std::vector<std::string>{"src/../a.txt"}, place_);
  ASSERT_FALSE(walk);
  EXPECT_EQ(walk.error().code, "run/bad-glob");
}

// The expected digest was computed with coreutils from the two files' contents.
TEST_F(GlobWalkTest, HashesAsHashFilesDoes) {
  const auto hash = hash_files(std::vector<std::string>{"src/x.go", "src/deep/*"}, place_);
  ASSERT_TRUE(hash);
  EXPECT_EQ(*hash, "6d80fdda241204b1b4901de922f71d799bd24bb99b3ed4a5b6a18f121c02430e");
  EXPECT_EQ(hash_files(std::vector<std::string>{"**/none"}, place_).value(), "");
  EXPECT_EQ(hash_files(std::vector<std::string>{"~/notes"}, place_).value(), "");
}

TEST(GlobSegments, MatchWithBacktracking) {
  EXPECT_TRUE(matches_segment("a*b*c", "axxbyybzc"));
  EXPECT_FALSE(matches_segment("a*b*c", "axxbyybz"));
  EXPECT_TRUE(matches_segment("[a-c]?", "bz"));
  EXPECT_FALSE(matches_segment("[^a-c]?", "bz"));
  EXPECT_TRUE(matches_segment("\\*", "*"));
  EXPECT_FALSE(matches_segment("\\*", "x"));
  EXPECT_TRUE(matches_segment("[", "["));
}

}  // namespace
}  // namespace crema::run
