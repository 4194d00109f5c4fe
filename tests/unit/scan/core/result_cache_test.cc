#include "crema/scan/core/result_cache.h"

#include "crema/sys/files.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

namespace fs = std::filesystem;

class ResultCacheTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(fs::temp_directory_path(), "cache-").value();
  fs::path path = folder.path() / "scan/cache";
  TreeFile file{.path = "a/b.yml", .size = 7, .changed_ns = 5'000'000'000, .inode = 9};

  static FileAnswer an_answer() {
    Found found{.finding = {.rule = "R",
                            .aliases = {"A", "B"},
                            .family = "secrets",
                            .severity = evidence::FindingSeverity::critical,
                            .confidence = evidence::Confidence::high,
                            .reach = evidence::Reach::called,
                            .exploited = true,
                            .message = "m",
                            .fix = {.text = "t", .package = "p", .version = "v"},
                            .locations = {{.path = "a/b.yml", .line = 3, .column = 300}}},
                .subject = "s",
                .content = std::string("\0c", 2)};
    return {.found = {found}, .not_scanned = {{"a/b.yml", "scan/x", "why"}}, .notes = "n"};
  }
  void save() {
    ASSERT_TRUE(ResultCache::save(
        path, {{file, "hash", {ResultCache::make_answer("secrets", "1", an_answer())}}}));
  }
};

TEST_F(ResultCacheTest, KnowsAFileThatDidNotChange) {
  save();
  const auto cache = ResultCache::load(path);
  EXPECT_EQ(cache.hash_of(file), "hash");
  const auto answer = cache.find(file, "secrets", "1");
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->found.size(), 1U);
  const auto& finding = answer->found[0].finding;
  EXPECT_EQ(finding.aliases, an_answer().found[0].finding.aliases);
  EXPECT_EQ(finding.severity, evidence::FindingSeverity::critical);
  EXPECT_EQ(finding.confidence, evidence::Confidence::high);
  EXPECT_EQ(finding.reach, evidence::Reach::called);
  EXPECT_TRUE(finding.exploited);
  EXPECT_EQ(finding.fix.version, "v");
  EXPECT_EQ(finding.locations.at(0).column, 300U);
  EXPECT_EQ(answer->found[0].content, std::string("\0c", 2));
  EXPECT_EQ(answer->not_scanned, an_answer().not_scanned);
  EXPECT_EQ(answer->notes, "n");
}

TEST_F(ResultCacheTest, KnowsNothingOfOtherFilesVersionsAndFamilies) {
  save();
  const auto cache = ResultCache::load(path);
  EXPECT_FALSE(cache.find(file, "secrets", "2"));
  EXPECT_FALSE(cache.find(file, "code", "1"));
  auto changed = file;
  changed.changed_ns += 1;
  EXPECT_FALSE(cache.find(changed, "secrets", "1"));
  EXPECT_TRUE(cache.find(changed, "secrets", "1", "hash"));
  EXPECT_FALSE(cache.find(changed, "secrets", "1", "other"));
  changed.path = "c";
  EXPECT_FALSE(cache.find(changed, "secrets", "1", "hash"));
}

TEST_F(ResultCacheTest, IsEmptyWhereverItIsDamaged) {
  save();
  const auto whole = sys::read_file(path).value();
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    ASSERT_TRUE(sys::write_file(path, whole.substr(0, size)));
    EXPECT_FALSE(ResultCache::load(path).find(file, "secrets", "1")) << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto other = whole;
    other[at] = static_cast<char>(other[at] ^ 0x81);
    ASSERT_TRUE(sys::write_file(path, other));
    (void)ResultCache::load(path).find(file, "secrets",
                                       "1");  // whatever it says, it does not crash
  }
}

}  // namespace
}  // namespace crema::scan
