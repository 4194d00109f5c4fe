// What cargo and Rust's test harness print, as suites.
#include "libtest_reader.h"

#include "cargo_build.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;
using evidence::TestSuite;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<TestSuite> suites_of(std::string_view text, std::size_t piece,
                                 FailureKind kind = FailureKind::crash) {
  LibtestReader reader(
      [](std::string_view executable) { return TestSuite{.name = std::string(executable)}; }, {});
  for (std::size_t at = 0; at < text.size(); at += piece) reader.feed(text.substr(at, piece));
  return reader.finish(kind, "too early");
}

std::string recorded() {
  const auto text = sys::read_file(CREMA_SOURCE_DIR "/tests/data/libtest/workspace.txt");
  return text.value_or("");
}

TEST(LibtestReader, ReadsAWorkspaceHoweverTheStreamIsCut) {
  const auto text = recorded();
  for (const std::size_t piece : {1U, 13U, 100000U}) {
    const auto suites = suites_of(text, piece);
    ASSERT_EQ(suites.size(), 6U);
    EXPECT_THAT(suites[0].name, StartsWith("target/debug/deps/more-"));
    EXPECT_EQ(suites[0].outcome, TestOutcome::passed);
    EXPECT_EQ(suites[4].name, "doc-tests more");
    EXPECT_EQ(suites[4].outcome, TestOutcome::skipped);
    EXPECT_EQ(suites[5].cases[0].name, "src/lib.rs - add (line 2)");

    const auto& shop = suites[1];
    ASSERT_EQ(shop.cases.size(), 8U);
    EXPECT_EQ(shop.duration, std::chrono::milliseconds(80));
    EXPECT_EQ(shop.cases[1].message, "Error: \"no\"");
    EXPECT_EQ(shop.cases[2].name, "tests::is_calm");
    EXPECT_EQ(shop.cases[2].line, 27U);
    EXPECT_EQ(shop.cases[4].message, "assertion `left == right` failed");
    EXPECT_EQ(shop.cases[4].kind, FailureKind::assertion);
    EXPECT_EQ(shop.cases[4].file, "src/lib.rs");
    EXPECT_EQ(shop.cases[4].line, 15U);
    EXPECT_THAT(shop.cases[4].output, StartsWith("looking\n"));
    EXPECT_EQ(shop.cases[5].outcome, TestOutcome::skipped);
    EXPECT_EQ(shop.cases[5].message, "not yet");
    EXPECT_EQ(shop.cases[7].kind, FailureKind::panic);

    EXPECT_EQ(suites[2].kind, FailureKind::crash);
    EXPECT_THAT(suites[2].message, HasSubstr("SIGABRT"));
  }
}

TEST(LibtestReader, NamesTheTestThatRanAloneWhenItEnded) {
  const auto suites = suites_of(
      "     Running tests/a.rs (target/debug/deps/a-1)\n\nrunning 2 tests\n"
      "test fine ... said\nok\ntest aborts ... error: test failed, to rerun pass `--test a`\n\n"
      "Caused by:\n  process didn't exit successfully: `/a-1` (signal: 11, SIGSEGV: invalid)\n",
      5);
  ASSERT_EQ(suites.size(), 1U);
  ASSERT_EQ(suites[0].cases.size(), 2U);
  EXPECT_EQ(suites[0].cases[0].outcome, TestOutcome::passed);
  EXPECT_EQ(suites[0].cases[1].name, "aborts");
  EXPECT_EQ(suites[0].cases[1].kind, FailureKind::crash);
  EXPECT_EQ(suites[0].message, "too early: signal: 11, SIGSEGV: invalid");
}

TEST(LibtestReader, ReadsWhatOlderToolchainsSay) {
  const auto failure = explain_rust_failure("thread 'a' panicked at 'it's late', src/a.rs:3:5\n");
  EXPECT_EQ(failure.message, "it's late");
  EXPECT_EQ(failure.file, "src/a.rs");
  EXPECT_EQ(failure.line, 3U);
  EXPECT_EQ(failure.kind, FailureKind::panic);
  const auto lines = explain_rust_failure(
      "thread 'a' panicked at 'assertion failed: `(left == right)`\n  left: `3`,\n right: `4`', "
      "src/b.rs:11:9\n");
  EXPECT_EQ(lines.message, "assertion failed: `(left == right)`");
  EXPECT_EQ(lines.line, 11U);
  EXPECT_EQ(lines.kind, FailureKind::assertion);
}

TEST(CargoBuild, KnowsExecutablesAndWhatCouldNotBeBuilt) {
  const std::string target =
      R"("target":{"kind":["test"],"name":"broken","src_path":"/repo/a/tests/broken.rs"})";
  const auto build = read_cargo_build(
      R"({"reason":"compiler-artifact","package_id":"path+file:///repo/a#shop@0.1.0",)"
      R"("target":{"kind":["rlib"],"name":"shop","src_path":"/repo/a/src/lib.rs","doctest":true},)"
      R"("profile":{"test":true},"executable":"/t/deps/shop-12"})"
      "\n   Compiling shop\n"
      R"({"reason":"compiler-artifact","package_id":"registry+https://x#dep@1","target":{"kind":["lib"]},)"
      R"("profile":{"test":true},"executable":"/t/dep-1"})"
      "\n"
      R"x({"reason":"compiler-message","package_id":"shop 0.1.0 (path+file:///repo/a)",)x" +
          target +
          R"(,"message":{"level":"error","message":"mismatched types","rendered":"error: x",)"
          R"("spans":[5,{"is_primary":true,"file_name":"tests/broken.rs","line_start":1,"column_start":2}]}})"
          "\n{broken\n",
      "/repo");
  ASSERT_EQ(build.executables.size(), 1U);
  const auto& shop = build.executables.at("shop-12");
  EXPECT_EQ(shop.suite(), "a/src/lib.rs");
  EXPECT_THAT(shop.arguments(), ElementsAre("-p", "shop", "--lib"));
  ASSERT_EQ(build.documented.size(), 1U);
  EXPECT_THAT(build.documented[0].arguments(), ElementsAre("-p", "shop", "--doc"));
  ASSERT_EQ(build.broken.size(), 1U);
  EXPECT_EQ(build.broken[0].name, "a/tests/broken.rs");
  EXPECT_EQ(build.broken[0].message, "tests/broken.rs:1:2: mismatched types");
  EXPECT_EQ(build.broken[0].kind, FailureKind::build);
}

}  // namespace
}  // namespace crema::testing
