#include "crema/scan/history/history_scan.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Finds each line that begins with "secret=".
class LineScanner : public Scanner {
 public:
  std::string_view name() const override { return "lines"; }
  std::string version() const override { return "1"; }
  std::span<const Rule> rules() const override { return {}; }
  std::vector<Literal> literals() const override { return {{.text = "secret="}}; }
  bool takes(const TreeFile&) const override { return true; }
  FileAnswer look_at(const FileView& view) const override {
    FileAnswer answer;
    if (view.literals.empty()) return answer;
    std::uint32_t line = 1;
    for (std::size_t at = 0; at < view.text.size(); ++line) {
      const auto end = std::min(view.text.find('\n', at), view.text.size());
      if (view.text.substr(at).starts_with("secret=")) {
        evidence::Finding finding{
            .rule = "line",
            .locations = {{.path = view.file.path,
                           .line = line,
                           .column = 1,
                           .end_line = line,
                           .end_column = static_cast<std::uint32_t>(end - at) + 1}}};
        answer.found.push_back({.finding = std::move(finding)});
      }
      at = end + 1;
    }
    return answer;
  }
};

class HistoryScanTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder_ =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "history-").value();
  LineScanner scanner_;
  const Scanner* scanners_[1] = {&scanner_};

  void SetUp() override { git("init -q -b main ."); }

  void git(const std::string& arguments) {
    const auto command = "cd '" + folder_.path().string() +
                         "' && GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=Ada "
                         "GIT_AUTHOR_EMAIL=ada@shop.test GIT_COMMITTER_NAME=Ada "
                         "GIT_COMMITTER_EMAIL=ada@shop.test git " +
                         arguments + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << arguments;
  }
  void write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void commit(const std::string& message) {
    ++commits_;
    git("add -A");
    git("-c user.name=Ada commit -q --date='2026-01-0" + std::to_string(commits_) +
        "T00:00:00Z' -m '" + message + "'");
  }
  HistoryRequest request(std::size_t threads = 2) {
    return {.root = folder_.path(), .scanners = scanners_, .threads = threads};
  }
  // "summary path:line" of each.
  static std::vector<std::string> told(const HistoryScan& scan) {
    std::vector<std::string> all;
    for (const auto& found : scan.found) {
      const auto& place = found.finding.locations[0];
      const auto facts = scan.commits.find(found.commit);
      all.push_back((facts == scan.commits.end() ? "" : facts->second.summary) + " " + place.path +
                    ":" + std::to_string(place.line));
    }
    return all;
  }

 private:
  int commits_ = 0;
};

TEST_F(HistoryScanTest, TellsWhichCommitBroughtWhat) {
  write("a.txt", "secret=1\n");
  commit("first");
  write("a.txt", "above\nsecret=1\nsecret=2\n");
  commit("second");
  write("a.txt", "nothing\n");
  write("d/b.txt", "secret=1\n");
  commit("third");
  const auto done = scan_history(request());
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_THAT(told(*done), ElementsAre("first a.txt:1", "second a.txt:3"))
      << "the blob of the third commit is the first one's, at another path";
  EXPECT_EQ(done->commit_count, 3U);
  EXPECT_EQ(done->files, 3U);
  const auto& facts = done->commits.at(done->found[0].commit);
  EXPECT_EQ(facts.author, "Ada");
  EXPECT_EQ(facts.email, "ada@shop.test");
  EXPECT_EQ(facts.date, "2026-01-01T00:00:00Z");
}

TEST_F(HistoryScanTest, IsTheSameWithAnyNumberOfThreads) {
  for (int i = 0; i < 4; ++i) {
    for (int file = 0; file < 8; ++file)
      write(std::to_string(file) + ".txt", "secret=" + std::to_string(i * 100 + file) + "\n");
    commit("c" + std::to_string(i));
  }
  const auto one = scan_history(request(1));
  const auto many = scan_history(request(4));
  ASSERT_TRUE(one.has_value());
  ASSERT_TRUE(many.has_value());
  EXPECT_THAT(told(*one), SizeIs(32));
  EXPECT_EQ(told(*one), told(*many));
}

TEST_F(HistoryScanTest, FindsTheSameInPartsAsInWholeFiles) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "line " + std::to_string(i) + "\n";
  write("a.txt", text);
  commit("first");
  text.insert(text.find("line 20\n"), "secret=1\n");
  text.insert(text.find("line 150\n"), "secret=2\n");
  write("a.txt", text);
  commit("second");
  text.insert(0, "above\n");
  text.insert(text.find("line 100\n"), "secret=3\nsecret=1\n");
  write("a.txt", text);
  commit("third");
  const auto parts = scan_history(request());
  auto asked = request();
  asked.whole_files = true;
  const auto whole = scan_history(asked);
  ASSERT_TRUE(parts.has_value());
  ASSERT_TRUE(whole.has_value());
  EXPECT_THAT(told(*parts), ElementsAre("second a.txt:21", "second a.txt:152", "third a.txt:103"));
  EXPECT_EQ(told(*parts), told(*whole));
}

TEST_F(HistoryScanTest, ReachesWhatOnlyABranchOrATagHas) {
  write("a.txt", "a\n");
  commit("first");
  git("checkout -q -b side");
  write("b.txt", "secret=1\n");
  commit("on a branch");
  git("tag gone");
  git("checkout -q main");
  git("branch -q -D side");
  const auto done = scan_history(request());
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(told(*done), ElementsAre("on a branch b.txt:1"));
}

TEST_F(HistoryScanTest, LooksAtWhatCommitsAddedOnly) {
  write("a.txt", "secret=old\n");
  commit("first");
  git("tag before");
  write("a.txt", "secret=old\nsecret=new\n");
  commit("second");
  write("b.txt", "nothing\n");
  commit("third");
  const auto done = scan_commits(request(), "before..HEAD");
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_THAT(told(*done), ElementsAre("second a.txt:2"));
  EXPECT_EQ(done->commit_count, 2U);
  const auto all = scan_commits(request(), "HEAD");
  ASSERT_TRUE(all.has_value());
  EXPECT_THAT(told(*all), ElementsAre("first a.txt:1", "second a.txt:2"));
  for (const auto* range : {"before..nowhere", "nowhere..HEAD", "before...HEAD"}) {
    const auto wrong = scan_commits(request(), range);
    ASSERT_FALSE(wrong.has_value()) << range;
    EXPECT_EQ(wrong.error().code, "git/range") << range;
  }
}

TEST_F(HistoryScanTest, BlamesAMergeOnlyForWhatItAdds) {
  write("a.txt", "1\n2\n3\n4\n5\n");
  commit("first");
  git("checkout -q -b side");
  write("a.txt", "secret=side\n1\n2\n3\n4\n5\n");
  commit("side");
  git("checkout -q main");
  write("a.txt", "1\n2\n3\n4\n5\nsecret=main\n");
  commit("main");
  git("merge -q --no-commit side");
  write("c.txt", "secret=merge\n");
  commit("merge");
  const auto done = scan_commits(request(), "HEAD");
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(told(*done),
              testing::UnorderedElementsAre("side a.txt:1", "main a.txt:6", "merge c.txt:1"));
}

TEST_F(HistoryScanTest, LooksAtTheIndexBeforeACommit) {
  write("a.txt", "secret=old\n");
  write("gone.txt", "secret=gone\n");
  const auto first = scan_staged(request());
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_THAT(told(*first), IsEmpty());
  git("add -A");
  const auto before = scan_staged(request());
  ASSERT_TRUE(before.has_value());
  EXPECT_THAT(told(*before), ElementsAre(" a.txt:1", " gone.txt:1"));
  commit("first");
  write("a.txt", "secret=old\nsecret=staged\n");
  git("rm -q gone.txt");
  git("add -A");
  write("a.txt", "secret=old\nsecret=staged\nsecret=unstaged\n");
  const auto done = scan_staged(request());
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(told(*done), ElementsAre(" a.txt:2"));
  EXPECT_TRUE(done->found[0].commit.empty());
}

TEST_F(HistoryScanTest, SaysWhatItDidNotRead) {
  write("large.txt", std::string(2000, 'x') + "\nsecret=1\n");
  commit("first");
  auto small = request();
  small.largest_file = 1000;
  const auto done = scan_history(small);
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(done->found, IsEmpty());
  ASSERT_THAT(done->not_scanned, SizeIs(1));
  EXPECT_EQ(done->not_scanned[0].code, "scan/too-large");
  const auto nowhere = scan_history({.root = "/proc", .scanners = scanners_});
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error().code, "git/no-repository");
}

TEST(TextScan, LooksAtOneText) {
  const LineScanner scanner;
  const Scanner* const scanners[] = {&scanner};
  const auto answer = scan_text(scanners, "stdin", "a\nsecret=1\n");
  ASSERT_TRUE(answer.has_value());
  ASSERT_THAT(answer->found, SizeIs(1));
  EXPECT_FALSE(answer->found[0].finding.fingerprint.empty());
}

}  // namespace
}  // namespace crema::scan
