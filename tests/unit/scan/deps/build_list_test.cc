#include "crema/scan/deps/build_list.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

using testing::ElementsAre;

GoMod mod_of(std::string text) {
  return parse_go_mod(std::make_shared<SourceFile>("go.mod", std::move(text))).value();
}

std::vector<std::string> used(const BuildList& list) {
  std::vector<std::string> all;
  for (const auto& module : list.modules)
    all.push_back(module.used.path + "@" + module.used.version);
  return all;
}

// A module cache with the go.mod files of some modules.
class Cache {
 public:
  void add(const std::string& path, const std::string& version, const std::string& text) {
    const auto folder = folder_.path() / "cache/download" / path / "@v";
    ASSERT_TRUE(sys::make_directories(folder));
    ASSERT_TRUE(sys::write_file(folder / (version + ".mod"), text));
  }
  ModuleCache open() const { return ModuleCache(folder_.path()); }

 private:
  sys::TemporaryDirectory folder_ =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "test-").value();
};

TEST(BuildList, IsGoModItselfFrom117On) {
  const auto list =
      build_list(mod_of("module m\ngo 1.17\nrequire (\n\ta v1.0.0\n\tb v1.1.0 // indirect\n"
                        "\ta v1.2.0\n\tc v1.0.0\n)\nexclude c v1.0.0\n"),
                 {});
  EXPECT_EQ(list.source, BuildList::Source::go_mod);
  EXPECT_THAT(used(list), ElementsAre("a@v1.2.0", "b@v1.1.0"));
  EXPECT_TRUE(list.modules[0].direct);
  EXPECT_EQ(list.modules[0].line, 6);
  EXPECT_FALSE(list.modules[1].direct);
}

TEST(BuildList, OfAnOlderModuleIsItsGraph) {
  Cache cache;
  cache.add("a", "v1.0.0", "module a\nrequire b v1.0.0\nrequire c v1.5.0\n");
  cache.add("b", "v1.0.0", "module b\nrequire d v1.0.0\n");
  cache.add("b", "v1.1.0", "module b\nrequire d v1.3.0\n");
  cache.add("c", "v1.5.0", "module c\ngo 1.17\nrequire e v1.0.0\n");
  cache.add("d", "v1.0.0", "module d\n");
  cache.add("d", "v1.3.0", "module d\n");
  cache.add("e", "v1.0.0", "module e\nrequire f v1.0.0\n");
  const auto open = cache.open();
  const auto main = mod_of("module m\ngo 1.16\nrequire a v1.0.0\nrequire b v1.1.0\n");
  const auto list = build_list(main, {.cache = &open});
  EXPECT_EQ(list.source, BuildList::Source::graph);
  // What is behind a requirement of a pruned module is not gone into: f is not there.
  EXPECT_THAT(used(list), ElementsAre("a@v1.0.0", "b@v1.1.0", "c@v1.5.0", "d@v1.3.0", "e@v1.0.0"));
}

TEST(BuildList, FallsBackToGoSumAndSaysSo) {
  const std::map<GoModule, std::string> sums = {
      {{"a", "v1.0.0"}, "h1:x"}, {{"b", "v1.0.0"}, "h1:x"}, {{"b", "v1.2.0"}, "h1:x"}};
  const auto main = mod_of("module m\nrequire a v1.0.0\n");
  const auto list = build_list(main, {.sums = &sums});
  EXPECT_EQ(list.source, BuildList::Source::go_sum);
  EXPECT_THAT(used(list), ElementsAre("a@v1.0.0", "b@v1.2.0"));
  EXPECT_EQ(list.modules[1].line, 0);
  EXPECT_EQ(build_list(main, {}).source, BuildList::Source::incomplete);
  const std::vector<VendoredModule> vendored = {{.module = {"a", "v1.0.0"}},
                                                {.module = {"c", "v3.0.0"}}};
  const auto kept = build_list(main, {.sums = &sums, .vendored = &vendored});
  EXPECT_EQ(kept.source, BuildList::Source::vendor);
  EXPECT_THAT(used(kept), ElementsAre("a@v1.0.0", "c@v3.0.0"));
}

TEST(BuildList, ReplacesByVersionsForksAndFolders) {
  const auto list = build_list(
      mod_of("module m\ngo 1.20\nrequire (\n\ta v1.0.0\n\tb v1.0.0\n\tc v1.0.0\n\td v1.0.0\n)\n"
             "replace a => a v1.9.0\nreplace b v1.0.0 => fork/b v2.0.0\nreplace b => b v1.1.0\n"
             "replace c => ../c\nreplace d v0.9.0 => d v0.9.1\n"),
      {});
  EXPECT_THAT(used(list), ElementsAre("a@v1.9.0", "fork/b@v2.0.0", "../c@", "d@v1.0.0"));
  EXPECT_EQ(list.modules[1].required.path, "b");
  EXPECT_EQ(list.modules[2].folder, "../c");
}

TEST(BuildList, OfAWorkspaceHasTheHighestVersions) {
  auto one = build_list(mod_of("module one\ngo 1.20\nrequire a v1.0.0\nrequire two v0.0.0\n"), {});
  auto two = build_list(mod_of("module two\ngo 1.20\nrequire a v1.4.0\nrequire b v1.0.0\n"), {});
  const auto work =
      parse_go_work(std::make_shared<SourceFile>(
                        "go.work", "go 1.20\nuse ./one\nuse ./two\nreplace b => b v1.9.0\n"))
          .value();
  join_workspace(work, {"one", "two"}, {&one, &two});
  EXPECT_THAT(used(one), ElementsAre("a@v1.4.0"));
  EXPECT_THAT(used(two), ElementsAre("a@v1.4.0", "b@v1.9.0"));
}

TEST(ModuleCache, EscapesCapitals) {
  EXPECT_EQ(escaped_module_path("github.com/IBM/sarama"), "github.com/!i!b!m/sarama");
  EXPECT_EQ(ModuleCache("/c").folder_of({"github.com/IBM/a", "v1.0.0"}),
            "/c/github.com/!i!b!m/a@v1.0.0");
  EXPECT_EQ(ModuleCache("/c").folder_of({"../../etc", "v1.0.0"}), "");
  EXPECT_EQ(ModuleCache("/c").folder_of({"/etc", "v1.0.0"}), "");
  EXPECT_EQ(ModuleCache("/c").folder_of({"a", "v1/../../etc"}), "");
  EXPECT_EQ(ModuleCache("").folder_of({"a", "v1.0.0"}), "");
}

TEST(GoSum, HasTheHashesOfContents) {
  const auto parse = [](std::string text) {
    return parse_go_sum(std::make_shared<SourceFile>("go.sum", std::move(text)));
  };
  const auto sums = parse("a v1.0.0 h1:x=\na v1.0.0/go.mod h1:y=\n\nb v1.0.0/go.mod h1:z=\n");
  ASSERT_TRUE(sums);
  EXPECT_EQ(*sums, (std::map<GoModule, std::string>{{{"a", "v1.0.0"}, "h1:x="}}));
  const auto broken = parse("a v1.0.0 h1:x=\n<<<<<<< HEAD\n");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "deps/go.sum");
  EXPECT_EQ(broken.error().span.line, 2);
}

TEST(ModulesTxt, HasWhatIsVendored) {
  const auto modules = parse_modules_txt(
      std::make_shared<SourceFile>("modules.txt",
                                   "# a v1.0.0\n## explicit; go 1.17\na\na/b\n# c v1.0.0 => "
                                   "./c\n## explicit\nc\n# d => e v1\n"));
  ASSERT_TRUE(modules) << modules.error().message;
  ASSERT_EQ(modules->size(), 2U);
  EXPECT_TRUE(modules->at(0).explicitly);
  EXPECT_THAT(modules->at(0).packages, ElementsAre("a", "a/b"));
  EXPECT_EQ(modules->at(1).replacement.path, "./c");
  EXPECT_FALSE(parse_modules_txt(std::make_shared<SourceFile>("modules.txt", "a/b\n")));
}

}  // namespace
}  // namespace crema::scan
