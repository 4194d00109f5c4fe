#include "crema/scan/core/ignore_rules.h"

#include "crema/base/strings.h"
#include "crema/scan/core/source_tree.h"
#include "crema/sys/files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

namespace crema::scan {
namespace {

namespace fs = std::filesystem;
using Answer = IgnoreRules::Answer;

struct Case {
  const char* lines;
  const char* path;
  bool folder;
  Answer answer;
};

TEST(IgnoreRules, SayWhatGitSays) {
  const Case cases[] = {
      {"*.log", "a/b.log", false, Answer::ignored},
      {"*.log", "a/b.logs", false, Answer::none},
      {"build/", "build", false, Answer::none},
      {"build/", "x/build", true, Answer::ignored},
      {"/build", "x/build", true, Answer::none},
      {"/build", "build", true, Answer::ignored},
      {"doc/*.txt", "doc/a.txt", false, Answer::ignored},
      {"doc/*.txt", "doc/a/b.txt", false, Answer::none},
      {"doc/*.txt", "x/doc/a.txt", false, Answer::none},
      {"**/doc", "a/b/doc", true, Answer::ignored},
      {"**/doc", "doc", true, Answer::ignored},
      {"doc/**", "doc", true, Answer::none},
      {"doc/**", "doc/a/b", false, Answer::ignored},
      {"a/**/b", "a/b", false, Answer::ignored},
      {"a/**/b", "a/x/y/b", false, Answer::ignored},
      {"a/**/b", "a/x/y/c", false, Answer::none},
      {"*\n!keep", "keep", false, Answer::kept},
      {"!keep\n*", "keep", false, Answer::ignored},
      {"# text", "# text", false, Answer::none},
      {"\\# text", "# text", false, Answer::ignored},
      {"\\!a", "!a", false, Answer::ignored},
      {"a \r\n", "a", false, Answer::ignored},
      {"a\\ ", "a ", false, Answer::ignored},
      {"[a-c]x", "bx", false, Answer::ignored},
      {"[!a-c]x", "bx", false, Answer::none},
      {"[]]x", "]x", false, Answer::ignored},
      {"[a", "[a", false, Answer::ignored},
      {"a?c", "abc", false, Answer::ignored},
      {"foo**bar", "fooxbar", false, Answer::ignored},
      {"\xef\xbb\xbfone", "one", false, Answer::ignored},
  };
  for (const auto& [lines, path, folder, answer] : cases)
    EXPECT_EQ(IgnoreRules("", lines).of(path, folder), answer) << lines << " on " << path;
}

TEST(IgnoreRules, BelongToTheirFolder) {
  const IgnoreRules rules("web/src", "/out\n*.map\n");
  EXPECT_EQ(rules.of("web/src/out", true), Answer::ignored);
  EXPECT_EQ(rules.of("web/src/x/out", true), Answer::none);
  EXPECT_EQ(rules.of("web/src/x/y.map", false), Answer::ignored);
}

TEST(PathPattern, IsQuickWhereManyStarsMiss) {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "*a";
  EXPECT_FALSE(PathPattern(stars + "b").matches(std::string(20'000, 'a')));
  std::string folders = "x";
  std::string path = "x";
  for (int i = 0; i < 500; ++i) folders += "/**/a", path += "/a";
  EXPECT_FALSE(PathPattern(folders + "/b").matches(path));
}

// Random trees and rules, held against `git ls-files`.
class AgainstGit : public testing::Test {
 protected:
  std::mt19937 random{20'26};
  std::string pick(std::initializer_list<const char*> words) {
    return *(words.begin() + static_cast<std::ptrdiff_t>(random() % words.size()));
  }
  std::string name() { return pick({"a", "b", "ab", "a.log", "b.txt", "aab", "c"}); }
  std::string pattern() {
    std::string text = pick({"", "", "", "!", "/"});
    const auto parts = 1 + random() % 3;
    for (std::size_t i = 0; i < parts; ++i) {
      if (i > 0) text += '/';
      text += pick({"a", "b", "*", "**", "?", "a*", "*.log", "[ab]", "[!a]b", "a**", "ab"});
    }
    return text + pick({"", "", "/"});
  }
};

TEST_F(AgainstGit, TheSameFilesAreLeft) {
  for (int round = 0; round < 25; ++round) {
    const auto folder =
        sys::TemporaryDirectory::create(fs::temp_directory_path(), "ignore-").value();
    for (int i = 0; i < 40; ++i) {
      auto path = folder.path();
      const auto depth = random() % 4;
      for (std::size_t level = 0; level < depth; ++level) path /= name();
      std::error_code none;
      fs::create_directories(path, none);
      if (!none) (void)sys::write_file(path / ("f" + name()), "").has_value();
    }
    for (const auto* place : {"", "a", "b"}) {
      if (!fs::is_directory(folder.path() / place)) continue;
      std::string rules;
      for (int i = 0; i < 3; ++i) rules += pattern() + "\n";
      ASSERT_TRUE(sys::write_file(folder.path() / place / ".gitignore", rules));
    }
    const auto command =
        "cd " + folder.path().string() +
        " && git init -q . 2>/dev/null && git ls-files -co --exclude-standard -z > "
        ".git/list";
    ASSERT_EQ(std::system(command.c_str()), 0);
    std::set<std::string> wanted;
    const auto listed = sys::read_file(folder.path() / ".git/list").value();
    for (const auto path : split(listed, '\0'))
      if (!path.empty()) wanted.insert(std::string(path));
    std::set<std::string> found;
    const auto tree = walk_tree(folder.path()).value();
    for (const auto& file : tree.files) found.insert(file.path);
    ASSERT_EQ(found, wanted) << sys::read_file(folder.path() / ".gitignore").value();
  }
}

}  // namespace
}  // namespace crema::scan
