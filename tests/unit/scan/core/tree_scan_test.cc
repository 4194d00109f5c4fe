#include "crema/scan/core/tree_scan.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace crema::scan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

// Finds a word, and once more in a tree where it is in two files.
class WordScanner : public Scanner {
 public:
  explicit WordScanner(std::string word, std::string version = "1")
      : word_(std::move(word)), version_(std::move(version)) {}

  std::string_view name() const override { return word_; }
  std::string version() const override { return version_; }
  std::span<const Rule> rules() const override { return {}; }
  std::vector<Literal> literals() const override { return {{"never there", false}, {word_, true}}; }
  bool takes(const TreeFile& file) const override { return !file.path.ends_with(".bin"); }
  FileAnswer look_at(const FileView& view) const override {
    ++looks;
    if (view.literals.empty()) return {};
    EXPECT_THAT(view.literals, ElementsAre(1));
    return {.found = {found(view.file.path)}, .notes = "here"};
  }
  TreeAnswer conclude(std::span<const FileNotes> notes) const override {
    if (notes.size() < 2) return {};
    return {.found = {found(std::string(notes[0].path) + "+" + std::string(notes[1].path))}};
  }
  mutable std::atomic<int> looks = 0;

 private:
  std::string word_;
  std::string version_;

  Found found(std::string path) const {
    return {.finding = {.rule = word_, .locations = {{.path = std::move(path), .line = 1}}},
            .content = word_};
  }
};

class TreeScanTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(fs::temp_directory_path(), "scan-").value();
  fs::path root = folder.path() / "tree";

  void SetUp() override { fs::create_directories(root); }
  void write(const std::string& path, std::string_view text) const {
    ASSERT_TRUE(sys::write_file(root / path, text));
  }
  TreeScan scan(std::initializer_list<const Scanner*> scanners, std::size_t threads = 4) const {
    const std::vector<const Scanner*> all(scanners);
    return scan_tree({.root = root,
                      .scanners = all,
                      .cache = folder.path() / "cache",
                      .threads = threads})
        .value();
  }
  static std::vector<std::string> paths(const TreeScan& scan) {
    std::vector<std::string> all;
    for (const auto& found : scan.found)
      all.push_back(found.finding.rule + " " + found.finding.locations.at(0).path);
    return all;
  }
};

TEST_F(TreeScanTest, AsksEachScannerForItsFilesAndThenForTheTree) {
  write("b", "a Milk b");
  write("a", "milk and sugar");
  write("c.bin", "milk");
  write("d", "nothing");
  const WordScanner milk("milk");
  const WordScanner sugar("sugar");
  const auto done = scan({&milk, &sugar});
  EXPECT_THAT(paths(done), ElementsAre("milk a", "sugar a", "milk a+b", "milk b"));
  EXPECT_EQ(done.files.size(), 4U);
  EXPECT_THAT(done.not_scanned, IsEmpty());
  EXPECT_EQ(milk.looks, 3);
}

TEST_F(TreeScanTest, DoesNotReadAgainWhatDidNotChange) {
  for (const auto* name : {"a", "b", "c"}) write(name, "milk");
  const WordScanner milk("milk");
  const auto first = scan({&milk});
  EXPECT_EQ(first.from_cache, 0U);
  const auto second = scan({&milk});
  EXPECT_EQ(second.from_cache, 3U);
  EXPECT_EQ(milk.looks, 3);
  EXPECT_EQ(paths(first), paths(second));
  write("b", "sugar");
  EXPECT_THAT(paths(scan({&milk})), ElementsAre("milk a", "milk a+c", "milk c"));
  EXPECT_EQ(milk.looks, 4);
}

TEST_F(TreeScanTest, AsksAgainWhereTheScannerChangedOrOneIsNew) {
  write("a", "milk and sugar");
  const WordScanner milk("milk");
  scan({&milk});
  const WordScanner newer("milk", "2");
  const WordScanner sugar("sugar");
  EXPECT_THAT(paths(scan({&newer, &sugar})), ElementsAre("milk a", "sugar a"));
  EXPECT_EQ(newer.looks, 1);
  EXPECT_EQ(sugar.looks, 1);
}

TEST_F(TreeScanTest, KeepsWhatItWasNotAskedFor) {
  for (const auto* name : {"a", "b"}) write(name, "milk and sugar");
  const WordScanner milk("milk");
  const WordScanner sugar("sugar");
  scan({&milk, &sugar});
  scan({&sugar});
  const Scanner* const only[] = {&milk};
  TreeScanRequest part{.root = root, .scanners = only, .cache = folder.path() / "cache"};
  part.walk.below = {"a"};
  EXPECT_THAT(paths(scan_tree(part).value()), ElementsAre("milk a"));
  write("a", "milk, no more");
  scan_tree(part).value();
  EXPECT_THAT(paths(scan({&milk, &sugar})), ElementsAre("milk a", "milk a+b", "milk b", "sugar b"));
  EXPECT_EQ(milk.looks, 3);
  EXPECT_EQ(sugar.looks, 3);
}

TEST_F(TreeScanTest, IsTheSameOnAnyNumberOfThreads) {
  for (int i = 0; i < 300; ++i) write("f" + std::to_string(i), i % 3 == 0 ? "milk" : "sugar");
  const WordScanner milk("milk");
  const WordScanner sugar("sugar");
  const auto one = scan({&milk, &sugar}, 1);
  fs::remove(folder.path() / "cache");
  const auto many = scan({&milk, &sugar}, 8);
  ASSERT_EQ(paths(one), paths(many));
  for (std::size_t i = 0; i < one.found.size(); ++i)
    EXPECT_EQ(one.found[i].finding.fingerprint, many.found[i].finding.fingerprint);
}

TEST_F(TreeScanTest, HasTheMarkersOfTheTreeFromTheCacheToo) {
  write("a", "milk # gitleaks:allow");
  write("b", "milk");
  const WordScanner milk("milk");
  for (int i = 0; i < 2; ++i) {
    const auto done = scan({&milk});
    ASSERT_EQ(done.markers.size(), 1U);
    EXPECT_EQ(done.markers[0].path, "a");
    EXPECT_EQ(done.markers[0].markers, find_markers("a", "milk # gitleaks:allow"));
  }
}

TEST_F(TreeScanTest, SaysThatItWasStopped) {
  write("a", "milk");
  const WordScanner milk("milk");
  const Scanner* const scanners[] = {&milk};
  std::stop_source stop;
  stop.request_stop();
  const auto done =
      scan_tree({.root = root, .scanners = scanners, .stop = stop.get_token()}).value();
  EXPECT_TRUE(done.interrupted);
  EXPECT_THAT(done.found, IsEmpty());
}

}  // namespace
}  // namespace crema::scan
