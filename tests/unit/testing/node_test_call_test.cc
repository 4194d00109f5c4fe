// How scripts start `node --test`, and which files they mean.
#include "node_test_call.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(NodeTestCall, KeepsWhatIsTheProjectsOwnToSay) {
  const auto call = node_test_call(
      "NODE_ENV=test node --import tsx --test --test-reporter spec --watch "
      "--test-coverage-lines=80 --test-timeout=500 'src/**/*.test.ts' \"a b.js\"");
  ASSERT_TRUE(call);
  EXPECT_THAT(call->environment, ElementsAre(Pair("NODE_ENV", "test")));
  EXPECT_THAT(call->options, ElementsAre("--import", "tsx", "--test-timeout=500"));
  EXPECT_THAT(call->files, ElementsAre("src/**/*.test.ts", "a b.js"));
}

TEST(NodeTestCall, IsNoneOfWhatNeedsAShellOrIsAnother) {
  for (const auto* script :
       {"tsc && node --test", "node --test | tee log", "node --test $FILES", "node test.js",
        "node --test 'a", "c8 node --test", "jest", "", "node", "echo node --test"})
    EXPECT_FALSE(node_test_call(script)) << script;
}

TEST(NodeTestCall, JoinsTheFilesOfAllScripts) {
  const std::vector<std::string> some = {"npm run test:a", "node --test a", "node --test b"};
  EXPECT_THAT(node_test_call_of(some)->files, ElementsAre("a", "b"));
  const std::vector<std::string> all = {"node --test a", "node --test"};
  EXPECT_THAT(node_test_call_of(all)->files, IsEmpty());
}

class NodeTestFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto* path :
         {"app/a.test.js", "app/b-test.mjs", "app/c_test.cjs", "app/test.js", "app/test-d.js",
          "app/test/deep/e.js", "app/test/f.txt", "app/g.js", "app/attest.js", "app/h.test.ts",
          "app/h.test.d.ts", "app/node_modules/x/i.test.js", "app/dist/j.test.js",
          "other/k.test.js"}) {
      const auto file = folder_.path() / path;
      ASSERT_TRUE(sys::make_directories(file.parent_path()));
      ASSERT_TRUE(sys::write_file(file, ""));
    }
  }
  std::vector<std::string> found(std::vector<std::string> files, bool typescript = false) const {
    NodeTestCall call;
    call.files = std::move(files);
    return node_test_files(folder_.path(), "app", call, typescript);
  }

  sys::TemporaryDirectory folder_ =
      std::move(*sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "node-"));
};

TEST_F(NodeTestFiles, AreThoseNodeLooksForWhereNoneAreNamed) {
  EXPECT_THAT(found({}), ElementsAre("app/a.test.js", "app/b-test.mjs", "app/c_test.cjs",
                                     "app/test-d.js", "app/test.js", "app/test/deep/e.js"));
  EXPECT_THAT(found({}, true), ::testing::Contains("app/h.test.ts"));
  EXPECT_THAT(found({"test"}), ElementsAre("app/test/deep/e.js"));
  EXPECT_THAT(found({"./"}), ::testing::SizeIs(6));
}

TEST_F(NodeTestFiles, AreThoseThatAreNamed) {
  EXPECT_THAT(found({"g.js", "./**/*.test.{js,ts}"}),
              ElementsAre("app/a.test.js", "app/g.js", "app/h.test.ts"));
  EXPECT_THAT(found({"dist/*.test.js"}), ElementsAre("app/dist/j.test.js"));
  EXPECT_THAT(found({"../other/k.test.js", "../other/*.js"}), ElementsAre("other/k.test.js"));
  EXPECT_THAT(found({"../../*/other/k.test.js", "missing.js"}), IsEmpty());
  NodeTestCall call;
  call.files = {"app/g.js", "*/k.test.js"};
  EXPECT_THAT(node_test_files(folder_.path(), "", call, false),
              ElementsAre("app/g.js", "other/k.test.js"));
}

}  // namespace
}  // namespace crema::testing
