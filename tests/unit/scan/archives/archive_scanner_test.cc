#include "crema/scan/archives/archive_scanner.h"

#include "crema/base/strings.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/sys/files.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Files = std::vector<std::pair<std::string, std::string>>;

// Real archives, made by the library's other half.
std::string packed(const Files& files, const std::function<void(archive*)>& choose) {
  auto* writer = archive_write_new();
  choose(writer);
  std::string bytes(std::size_t{8} << 20U, '\0');
  std::size_t used = 0;
  archive_write_open_memory(writer, bytes.data(), bytes.size(), &used);
  for (const auto& [path, text] : files) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  bytes.resize(used);
  return bytes;
}

std::string zipped(const Files& files) {
  return packed(files, [](archive* writer) { archive_write_set_format_zip(writer); });
}
std::string tarred(const Files& files, int (*filter)(archive*)) {
  return packed(files, [&](archive* writer) {
    archive_write_set_format_pax_restricted(writer);
    filter(writer);
  });
}
std::string compressed(const std::string& text, int (*filter)(archive*)) {
  return packed({{"data", text}}, [&](archive* writer) {
    archive_write_set_format_raw(writer);
    filter(writer);
  });
}

// Finds a word, in files whose names do not say no.
class WordScanner : public Scanner {
 public:
  std::string_view name() const override { return "words"; }
  std::string version() const override { return "1"; }
  std::span<const Rule> rules() const override { return {}; }
  std::vector<Literal> literals() const override { return {{.text = "needle"}}; }
  bool takes(const TreeFile& file) const override { return file.path != "no.txt"; }
  FileAnswer look_at(const FileView& view) const override {
    FileAnswer answer;
    if (view.literals.empty()) return answer;
    evidence::Finding finding{.rule = "word", .locations = {{.path = view.file.path, .line = 1}}};
    answer.found.push_back({.finding = std::move(finding)});
    return answer;
  }
};

class ArchiveScannerTest : public testing::Test {
 protected:
  WordScanner words_;

  FileAnswer look(const std::string& path, const std::string& bytes,
                  const ArchiveSettings& settings = {}) {
    const auto scanner = ArchiveScanner::create({&words_}, settings).value();
    const TreeFile file{.path = path, .size = bytes.size()};
    EXPECT_EQ(scanner->takes(file), settings.depth > 0);
    return scanner->look_at({.file = file, .text = bytes, .literals = {}});
  }
  static std::vector<std::string> places(const FileAnswer& answer) {
    std::vector<std::string> all;
    for (const auto& found : answer.found) all.push_back(found.finding.locations[0].path);
    return all;
  }
  static std::vector<std::string> untouched(const FileAnswer& answer) {
    std::vector<std::string> all;
    for (const auto& one : answer.not_scanned) all.push_back(one.path + " " + one.code);
    return all;
  }
};

TEST_F(ArchiveScannerTest, LooksIntoEachKind) {
  const Files files = {{"a/b.txt", "a needle"}, {"c.txt", "hay"}, {"no.txt", "a needle"}};
  EXPECT_THAT(places(look("x.zip", zipped(files))), ElementsAre("x.zip!a/b.txt"));
  EXPECT_THAT(places(look("x.JAR", zipped(files))), ElementsAre("x.JAR!a/b.txt"));
  EXPECT_THAT(places(look("x.tar", tarred(files, archive_write_add_filter_none))),
              ElementsAre("x.tar!a/b.txt"));
  EXPECT_THAT(places(look("x.tar.gz", tarred(files, archive_write_add_filter_gzip))),
              ElementsAre("x.tar.gz!a/b.txt"));
  EXPECT_THAT(places(look("x.txz", tarred(files, archive_write_add_filter_xz))),
              ElementsAre("x.txz!a/b.txt"));
  EXPECT_THAT(places(look("x.tar.zst", tarred(files, archive_write_add_filter_zstd))),
              ElementsAre("x.tar.zst!a/b.txt"));
  EXPECT_THAT(places(look("log/x.log.gz", compressed("a needle", archive_write_add_filter_gzip))),
              ElementsAre("log/x.log.gz!x.log"));
}

TEST_F(ArchiveScannerTest, LooksIntoArchivesInArchives) {
  const auto inner = zipped({{"deep.txt", "a needle"}});
  const auto middle = tarred({{"inner.zip", inner}}, archive_write_add_filter_gzip);
  const auto outer = zipped({{"m/middle.tgz", middle}});
  EXPECT_THAT(places(look("o.zip", outer, {.depth = 3})),
              ElementsAre("o.zip!m/middle.tgz!inner.zip!deep.txt"));
  const auto answer = look("o.zip", outer, {.depth = 2});
  EXPECT_THAT(places(answer), IsEmpty());
  EXPECT_THAT(untouched(answer), ElementsAre("o.zip!m/middle.tgz!inner.zip archive/too-deep"));
}

TEST_F(ArchiveScannerTest, SaysWhatItDidNotUnpack) {
  const auto bytes = tarred({{"a.txt", "a needle"}}, archive_write_add_filter_gzip);
  EXPECT_THAT(untouched(look("x.tgz", bytes.substr(0, bytes.size() / 2))),
              ElementsAre("x.tgz archive/damaged"));
  EXPECT_THAT(untouched(look("x.zip", "no archive at all")), ElementsAre("x.zip archive/damaged"));
}

TEST_F(ArchiveScannerTest, IsNotTakenInByBombs) {
  const std::string zeros(std::size_t{4} << 20U, '\0');
  const auto bomb = zipped({{"a", zeros}, {"b", zeros}, {"c.txt", "a needle"}});
  EXPECT_LT(bomb.size(), 100'000);
  const auto large = look("x.zip", bomb, {.limits = {.most_bytes = 6U << 20U}});
  EXPECT_THAT(untouched(large), ElementsAre("x.zip archive/too-large"));
  const auto wide = look("x.zip", bomb, {.limits = {.largest_file = 1U << 20U}});
  EXPECT_THAT(untouched(wide), ElementsAre("x.zip!a archive/unread", "x.zip!b archive/unread"));
  EXPECT_THAT(places(wide), ElementsAre("x.zip!c.txt"));
  EXPECT_THAT(untouched(look("x.zip", bomb, {.limits = {.most_files = 2}})),
              ElementsAre("x.zip archive/too-many"));
}

TEST_F(ArchiveScannerTest, IsPartOfAScanOfATree) {
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "archives-").value();
  std::ofstream(folder.path() / "x.zip", std::ios::binary) << zipped({{"a.txt", "a needle"}});
  const auto archives = ArchiveScanner::create({&words_}, {}).value();
  const Scanner* const scanners[] = {&words_, archives.get()};
  const auto done = scan_tree({.root = folder.path(), .scanners = scanners});
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(done->found.size(), 1U);
  EXPECT_EQ(done->found[0].finding.locations[0].path, "x.zip!a.txt");
}

}  // namespace
}  // namespace crema::scan
