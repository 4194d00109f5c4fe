// Caches beyond their keys: what is evicted, what a killed writer leaves, what a full disk says.
#include "archive_caches.h"

#include "database.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace crema::store {
namespace {

namespace fs = std::filesystem;

class ArchiveCachesTest : public testing::Test {
 protected:
  sys::FakeClock clock;
  sys::TemporaryDirectory folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  fs::path home = folder.path() / "store";
  fs::path place = folder.path() / "place";
  std::vector<CacheRoot> roots{{"place", place}};

  ArchiveCachesTest() {
    fs::create_directories(home);
    fs::create_directories(place);
    auto database = Database::open(home / "crema.db").value();
    EXPECT_TRUE(migrate(*database));
  }
  // Bytes that do not compress, other ones for each seed.
  void fill(const std::string& name, std::size_t bytes, unsigned seed) const {
    std::mt19937 random(seed);
    std::string text(bytes, ' ');
    for (auto& c : text) c = static_cast<char>(random());
    ASSERT_TRUE(sys::write_file(place / name, text));
  }
  bool save(Caches& caches, const std::string& key) {
    clock.advance(std::chrono::seconds(1));
    return caches.save(key, "v", std::vector{place}, roots).value();
  }
  static bool has(Caches& caches, const std::string& key) {
    const auto hit = caches.find(key, {}, "v").value();
    return hit && hit->exact;
  }
  std::size_t archives() const {
    return static_cast<std::size_t>(
        std::count_if(fs::directory_iterator(home / "caches"), fs::directory_iterator(),
                      [](const auto& entry) { return entry.path().filename() != "lock"; }));
  }
};

TEST_F(ArchiveCachesTest, EvictsWhatWasUsedLongestAgo) {
  const auto caches = make_archive_caches(home, clock, 250'000);
  for (const unsigned number : {1U, 2U}) {
    fill("file", 100'000, number);
    ASSERT_TRUE(save(*caches, "key-" + std::to_string(number)));
  }
  clock.advance(std::chrono::seconds(1));
  ASSERT_TRUE(caches->restore({"key-1", true}, "v", roots));
  fill("file", 100'000, 3);
  ASSERT_TRUE(save(*caches, "key-3"));
  EXPECT_TRUE(has(*caches, "key-1"));
  EXPECT_FALSE(has(*caches, "key-2"));
  EXPECT_TRUE(has(*caches, "key-3"));
  EXPECT_EQ(archives(), 2U);
}

TEST_F(ArchiveCachesTest, SweepsUpWhatAKilledWriterLeft) {
  const auto caches = make_archive_caches(home, clock);
  fs::create_directories(home / "caches");
  ASSERT_TRUE(sys::write_file(home / "caches/1-2-3.tar.zst", "half an arch"));
  fill("file", 10, 1);
  ASSERT_TRUE(save(*caches, "key"));
  EXPECT_FALSE(fs::exists(home / "caches/1-2-3.tar.zst"));
  EXPECT_EQ(archives(), 1U);
}

TEST_F(ArchiveCachesTest, KeepsModesTimesAndLinks) {
  const auto caches = make_archive_caches(home, clock);
  fill("tool", 10, 1);
  fs::permissions(place / "tool", fs::perms(0751));
  const auto time = fs::last_write_time(place / "tool") - std::chrono::hours(48);
  fs::last_write_time(place / "tool", time);
  fs::create_symlink("nowhere", place / "dangling");
  fs::create_directories(place / "empty");
  ASSERT_TRUE(save(*caches, "key"));
  fs::remove_all(place);
  ASSERT_TRUE(caches->restore({"key", true}, "v", roots));
  EXPECT_EQ(fs::status(place / "tool").permissions(), fs::perms(0751));
  EXPECT_EQ(fs::last_write_time(place / "tool"), time);
  EXPECT_EQ(fs::read_symlink(place / "dangling"), "nowhere");
  EXPECT_TRUE(fs::is_directory(place / "empty"));
}

TEST_F(ArchiveCachesTest, RefusesKeysAsGitHubDoes) {
  const auto caches = make_archive_caches(home, clock);
  EXPECT_TRUE(caches->find(std::string(512, 'k'), {}, "v"));
  for (const auto& key : {std::string(513, 'k'), std::string("a,b"), std::string()}) {
    EXPECT_EQ(caches->find(key, {}, "v").error().code, "store/cache-key");
    EXPECT_EQ(caches->find("fine", std::vector{key}, "v").error().code, "store/cache-key");
    EXPECT_EQ(caches->save(key, "v", {}, roots).error().code, "store/cache-key");
  }
}

TEST_F(ArchiveCachesTest, SaysThatAnArchiveIsDamaged) {
  const auto caches = make_archive_caches(home, clock);
  fill("file", 100'000, 1);
  ASSERT_TRUE(save(*caches, "key"));
  for (const auto& entry : fs::directory_iterator(home / "caches")) {
    if (entry.path().filename() != "lock") fs::resize_file(entry.path(), 50'000);
  }
  const auto restored = caches->restore({"key", true}, "v", roots);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, "store/cache");
}

}  // namespace
}  // namespace crema::store
