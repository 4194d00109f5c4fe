// What ctest prints, as cases; and which build tree a project's tests run in.
#include "ctest_reader.h"

#include "cmake_tree.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestCase;
using evidence::TestOutcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kRecorded = R"(Internal ctest changing into directory: /build
Test project /build
      Start  1: adds
      Start  2: is wrong
 1/12 Test  #1: adds .............................   Passed    0.02 sec
 2/12 Test  #2: is wrong .........................***Failed    0.00 sec
      Start  3: aborts
 2/12 Test  #3: aborts ...........................Subprocess aborted***Exception:   0.00 sec
 4/12 Test  #4: segfaults ........................***Exception: SegFault  0.00 sec
 5/12 Test  #6: skips ............................***Skipped   0.00 sec
      Start  7: flaky
 6/12 Test  #7: flaky ............................***Failed    0.00 sec
      Start  7: flaky
    Test  #7: flaky ............................   Passed    0.00 sec
Unable to find executable: no-such-program
 8/12 Test  #9: missing ..........................***Not Run   0.00 sec
 9/12 Test #10: off ..............................***Not Run (Disabled)   0.00 sec
10/12 Test #11: a.b/c .. d .......................***Failed  Required regular expression not found.Regex=[x
]  0.01 sec
      Start 12: last
12/12 Test  #5: hangs ............................***Timeout   2.00 sec
)";

TEST(CtestReader, ReadsAllEndsHoweverTheStreamIsCut) {
  for (const std::size_t piece : {1U, 11U, 100000U}) {
    std::vector<std::string> began;
    CtestReader reader([](std::string_view) { return std::string("suite"); },
                       {.on_run = [&](auto, auto name) { began.emplace_back(name); }});
    for (std::size_t at = 0; at < kRecorded.size(); at += piece)
      reader.feed(kRecorded.substr(at, piece));
    reader.finish();
    const auto& cases = reader.cases();
    EXPECT_EQ(cases.at("adds").outcome, TestOutcome::passed);
    EXPECT_EQ(cases.at("adds").duration, std::chrono::milliseconds(20));
    EXPECT_EQ(cases.at("is wrong").kind, FailureKind::assertion);
    EXPECT_EQ(cases.at("aborts").kind, FailureKind::crash);
    EXPECT_EQ(cases.at("aborts").message, "the process ended: Subprocess aborted");
    EXPECT_EQ(cases.at("segfaults").message, "the process ended: SegFault");
    EXPECT_EQ(cases.at("skips").outcome, TestOutcome::skipped);
    EXPECT_TRUE(cases.at("flaky").flaky());
    EXPECT_EQ(cases.at("missing").kind, FailureKind::build);
    EXPECT_EQ(cases.at("off").message, "disabled");
    EXPECT_EQ(cases.at("hangs").kind, FailureKind::timeout);
    EXPECT_THAT(reader.running(), ElementsAre("last"));
    EXPECT_THAT(began, ElementsAre("adds", "is wrong", "aborts", "flaky", "flaky", "last"));
    EXPECT_THAT(reader.other_output(), HasSubstr("Unable to find executable"));
  }
}

TEST(CtestReader, TakesWhatAssertSaysForTheTestsOwnWord) {
  TestCase test{.outcome = TestOutcome::failed, .kind = FailureKind::crash, .message = "ended"};
  test.output = "said\ncheck: /repo/a/check.cc:11: int main(): Assertion `1 == 2' failed.\n";
  explain_program_failure(test, "/repo");
  EXPECT_EQ(test.kind, FailureKind::assertion);
  EXPECT_EQ(test.file, "a/check.cc");
  EXPECT_EQ(test.line, 11U);
  EXPECT_EQ(test.message, "check: a/check.cc:11: int main(): Assertion `1 == 2' failed.");
}

TEST(CmakeTree, IsTheOneOfThisProject) {
  EXPECT_TRUE(enables_testing("project(x)\n  include( CTest )\n"));
  EXPECT_FALSE(enables_testing("# enable_testing()\n"));
  const auto folder =
      sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "cmake-");
  ASSERT_TRUE(folder);
  const auto source = folder->path();
  EXPECT_FALSE(find_cmake_tree(source));
  const auto add = [&](const std::string& name, const std::string& home) {
    ASSERT_TRUE(sys::make_directories(source / name));
    ASSERT_TRUE(sys::write_file(
        source / name / "CMakeCache.txt",
        "CMAKE_HOME_DIRECTORY:INTERNAL=" + home + "\nCMAKE_GENERATOR:INTERNAL=Ninja\n"));
    ASSERT_TRUE(sys::write_file(source / name / "CTestTestfile.cmake", ""));
  };
  add("build/other", "/elsewhere");
  EXPECT_FALSE(find_cmake_tree(source));
  add("trees/debug", source.string());
  EXPECT_FALSE(find_cmake_tree(source));
  ASSERT_TRUE(sys::write_file(source / "CMakePresets.json",
                              R"({"configurePresets":[5,{"name":"debug","hidden":true},)"
                              R"({"name":"x","binaryDir":"${sourceDir}/trees/${presetName}"}]})"));
  const auto found = find_cmake_tree(source);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, source / "trees/debug");
  EXPECT_EQ(found->generator, "Ninja");
}

}  // namespace
}  // namespace crema::testing
