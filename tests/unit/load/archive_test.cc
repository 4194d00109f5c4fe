#include "crema/load/archive.h"

#include "tar.h"

#include "crema/load/script/module_files.h"

#include <gmock/gmock.h>

namespace crema::load {
namespace {

using testing::HasSubstr;

std::shared_ptr<const std::string> bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

Archive example() {
  return {.script = "file:///tmp/load/script.js",
          .folder = "file:///tmp/load",
          .options = R"({"vus": 2})",
          .environment = {{"BASE", "http://localhost"}},
          .version = "1.8.1",
          .files = {
              {"file:///tmp/load/script.js", bytes("import './m%C3%BC.js'")},
              {"file:///tmp/load/m%C3%BC.js", bytes("export {}")},
              {"file:///tmp/load/" + std::string(200, 'n') + ".bin", bytes(std::string(600, '\0'))},
              {"https://jslib.k6.io/k6-utils/1.4.0/index.js", bytes("")}}};
}

std::string tar_of(const std::vector<TarEntry>& entries) {
  std::string tar;
  for (const auto& entry : entries) append_tar(tar, entry);
  end_tar(tar);
  return tar;
}

constexpr std::string_view kMetadata =
    R"({"type":"js","options":null,"filename":"file:///a.js","pwd":"file:///","env":null})";

TEST(Archive, IsReadAsItWasWritten) {
  const Archive written = example();
  const auto tar = write_archive(written);
  ASSERT_TRUE(tar) << tar.error().message;
  EXPECT_TRUE(looks_like_archive(*tar));
  const auto read = read_archive(*tar);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->script, written.script);
  EXPECT_EQ(read->folder, written.folder);
  EXPECT_THAT(read->options, HasSubstr("\"vus\": 2"));
  EXPECT_EQ(read->environment, written.environment);
  EXPECT_EQ(read->version, written.version);
  ASSERT_EQ(read->files.size(), written.files.size());
  for (const auto& [address, content] : written.files) {
    ASSERT_TRUE(read->files.contains(address)) << address;
    EXPECT_EQ(*read->files.at(address), *content) << address;
  }
  EXPECT_EQ(write_archive(*read).value(), *tar);
}

TEST(Archive, OfTheMainModuleKeepsOneCopy) {
  const auto tar = write_archive(example());
  std::map<std::string, TarKind> kinds;
  const auto entries = read_tar(*tar);
  for (const auto& entry : *entries) kinds[entry.name] = entry.kind;
  EXPECT_EQ(kinds.at("file/tmp/load/script.js"), TarKind::hard_link);
  EXPECT_EQ(kinds.at("data"), TarKind::file);
  EXPECT_EQ(kinds.at("file/tmp"), TarKind::folder);
}

TEST(Archive, NeedsItsMainModule) {
  Archive archive = example();
  archive.script = "file:///tmp/load/other.js";
  const auto tar = write_archive(archive);
  ASSERT_FALSE(tar);
  EXPECT_EQ(tar.error().code, "load/archive");
}

TEST(Archive, OfVersionsBeforeItHadTreesIsRead) {
  const auto read =
      read_archive(tar_of({{.name = "metadata.json", .target = {}, .bytes = kMetadata},
                           {.name = "data", .target = {}, .bytes = "1"},
                           {.name = "files/_/b.txt", .target = {}, .bytes = "2"},
                           {.name = "scripts/host/c.js", .target = {}, .bytes = "3"}}));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read->files.at("file:///a.js"), "1");
  EXPECT_EQ(*read->files.at("file:///b.txt"), "2");
  EXPECT_EQ(*read->files.at("https://host/c.js"), "3");
}

TEST(Archive, RefusesWhatItCannotTrust) {
  const TarEntry metadata{
      .name = "metadata.json", .target = {}, .bytes = R"({"type":"js","filename":"file:///a.js"})"};
  const TarEntry data{.name = "data", .target = {}, .bytes = "1"};
  const auto file = [](std::string name) {
    return TarEntry{.name = std::move(name), .target = {}, .bytes = "x"};
  };
  std::string cut = tar_of({metadata, data});
  cut.resize(530);
  std::string changed = tar_of({metadata, data});
  changed[3] = 'X';
  const std::pair<std::string, std::string_view> cases[] = {
      {"no tar", "at byte 0"},
      {cut, "cut off"},
      {changed, "no header of a tar file"},
      {tar_of({data}), "no metadata.json"},
      {tar_of({metadata}), "no data"},
      {tar_of({metadata, data, file("file/../../etc/passwd")}), "leads out"},
      {tar_of({metadata, data, file("/etc/passwd")}), "leads out"},
      {tar_of({metadata, data, file("elsewhere/a.js")}), "none of its trees"},
      {tar_of(
           {metadata,
            data,
            {.kind = TarKind::hard_link, .name = "file/b", .target = "/etc/passwd", .bytes = {}}}),
       "is no file"},
      {tar_of({{.name = "metadata.json", .target = {}, .bytes = "[]"}, data}), "no object"},
      {tar_of({{.name = "metadata.json", .target = {}, .bytes = R"({"type":"go"})"}, data}),
       "type \"go\""},
      {tar_of({{.name = "metadata.json", .target = {}, .bytes = R"({"type":"js"})"}, data}),
       "names no script"},
  };
  for (const auto& [tar, why] : cases) {
    const auto read = read_archive(tar);
    ASSERT_FALSE(read) << why;
    EXPECT_EQ(read.error().code, "load/archive");
    EXPECT_THAT(read.error().message, HasSubstr(std::string(why)));
  }
}

TEST(Archive, TellsNobodyWhoseFilesTheyWere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/home/alice/a.js", "/home/nobody/a.js"},
      {"/home/alice", "/home/nobody"},
      {"/home", "/home"},
      {"/tmp/home/alice/a.js", "/tmp/home/alice/a.js"},
      {"/Users/alice/../bob/a.js", "/Users/nobody/a.js"},
      {"/C/Users/alice/a.js", "/C/Users/nobody/a.js"},
      {"/root/a.js", "/root/a.js"},
  };
  for (const auto& [path, anonymous] : cases) EXPECT_EQ(anonymous_path(path), anonymous) << path;
  EXPECT_EQ(archive_address("file:///home/alice/b%20c.js"), "file:///home/nobody/b%20c.js");
  EXPECT_EQ(archive_address("https://host/b%20c.js?x=1"), "https://host/b c.js?x=1");
}

}  // namespace
}  // namespace crema::load
