// Which packages a JavaScript framework runs in, and how their scripts start it.
#include "node_project.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace crema::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::array<std::string_view, 1> kConfigs = {"jest.config."};

class NodeProject : public ::testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) const {
    const auto file = folder_.path() / path;
    ASSERT_TRUE(sys::make_directories(file.parent_path()));
    ASSERT_TRUE(sys::write_file(file, text));
  }
  std::vector<std::string> found(const TestRequest& request) const {
    std::vector<std::string> folders;
    for (const auto& package : find_node_packages(request, "jest", kConfigs))
      folders.push_back(package.folder);
    return folders;
  }
  std::vector<std::string> found() const { return found({.root = folder_.path()}); }

  sys::TemporaryDirectory folder_ =
      std::move(*sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "node-"));
};

TEST(ScriptCall, KeepsWhatAPlainCommandSays) {
  const auto call = script_call("NODE_OPTIONS=--x A=b jest --config a.js", "jest");
  ASSERT_TRUE(call);
  EXPECT_THAT(call->environment, ElementsAre(Pair("NODE_OPTIONS", "--x"), Pair("A", "b")));
  EXPECT_THAT(call->arguments, ElementsAre("--config", "a.js"));
  const auto node =
      script_call("node --experimental-vm-modules node_modules/jest/bin/jest.js", "jest");
  ASSERT_TRUE(node);
  EXPECT_THAT(node->environment, ElementsAre(Pair("NODE_OPTIONS", "--experimental-vm-modules")));
  for (const auto* other :
       {"tsc && jest", "jest | cat", "jest-runner", "echo jest", "", "npm test"})
    EXPECT_FALSE(script_call(other, "jest")) << other;
}

TEST_F(NodeProject, TakesPackagesThatSayMoreThanThatTheyDependOnIt) {
  write(
      "package.json",
      R"({"workspaces":["a","b"],"devDependencies":{"jest":"1"},"scripts":{"test":"npm test --workspaces"}})");
  write("a/package.json", R"({"scripts":{"test":"jest"}})");
  write("b/package.json", R"({"scripts":{"test":"vitest"},"devDependencies":{"jest":"1"}})");
  write("c/package.json", "{}");
  write("c/jest.config.ts", "");
  write("c/inner/package.json", R"({"jest":{}})");
  write("d/node_modules/x/package.json", R"({"jest":{}})");
  EXPECT_THAT(found(), ElementsAre("a", "c"));
  EXPECT_THAT(found({.root = folder_.path(), .paths = {"c/inner"}}), ElementsAre("c"));
}

TEST_F(NodeProject, TakesADependencyWhereNothingBelowIsMeant) {
  write("package.json", R"({"workspaces":["a"],"devDependencies":{"jest":"1"}})");
  write("a/package.json", "{broken");
  EXPECT_THAT(found(), ElementsAre(""));
}

TEST_F(NodeProject, NamesWhatItDoesNotKnow) {
  write("web/package.json", R"({"scripts":{"test":"mocha --exit"}})");
  write("a/package.json", R"({"scripts":{"test":"tsc && node --test"}})");
  write("b/package.json", R"({"scripts":{"test":"node --test"}})");
  EXPECT_THAT(unsupported_node_tests(folder_.path()),
              ElementsAre("node --test in a", "mocha in web"));
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(NodeProject, KnowsThePartByTheInnermostFolder) {
  EXPECT_EQ(part_of_file("src/a.test.js"), "unit");
  EXPECT_EQ(part_of_file("e2e/integration/a.test.js"), "integration");
  EXPECT_EQ(part_of_file("acceptance/a.test.js"), "e2e");
  EXPECT_EQ(part_of_file("integration"), "unit");
  write("p/integration/a.test.ts", "");
  write("p/e2e/README.md", "");
  EXPECT_TRUE(has_tests_of_part(folder_.path(), "p", "integration"));
  EXPECT_FALSE(has_tests_of_part(folder_.path(), "p", "e2e"));
}

TEST_F(NodeProject, IsAffectedByItsOwnFilesAndThoseOfNoOther) {
  write("web/package.json", "{}");
  write("api/go.mod", "module a");
  write("shared.json", "{}");
  const auto affected = [&](std::vector<std::string> changed) {
    return can_be_affected({.root = folder_.path(), .changed = std::move(changed)}, "web");
  };
  EXPECT_TRUE(affected({"web/a.js"}));
  EXPECT_TRUE(affected({"shared.json"}));
  EXPECT_FALSE(affected({"api/deep/main.go"}));
  EXPECT_FALSE(affected({}));
  write("web/package.json", R"({"dependencies":{"a":"file:../api"}})");
  EXPECT_TRUE(affected({"api/main.go"}));
}

}  // namespace
}  // namespace crema::testing
