// JUnit XML of all dialects becomes the same suites; what crema writes reads back as it was.
#include "crema/evidence/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::evidence {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

std::vector<TestSuite> read(std::string text, const ReportRoot& root = {}) {
  auto suites = read_junit(std::make_shared<SourceFile>("out/junit.xml", std::move(text)), root);
  EXPECT_TRUE(suites) << suites.error().message;
  return suites ? *suites : std::vector<TestSuite>();
}

TestCase only_case(const std::string& attributes, const std::string& inside,
                   const std::string& suite = "") {
  const auto suites = read("<testsuite name='s' " + suite + "><testcase name='t' " + attributes +
                           ">" + inside + "</testcase></testsuite>");
  if (suites.size() != 1 || suites[0].cases.size() != 1) {
    ADD_FAILURE() << "no case";
    return {};
  }
  return suites[0].cases[0];
}

TEST(JunitReader, ReadsBackWhatIsWritten) {
  TestSuite suite{.name = "example.org/a", .outcome = TestOutcome::failed};
  suite.duration = 1500ms;
  suite.started = Time(std::chrono::seconds(1'795'000'000));
  suite.cases.push_back({.name = "Fine", .group = "class", .duration = 5ms});
  for (int kind = 1; kind <= static_cast<int>(FailureKind::crash); ++kind) {
    suite.cases.push_back({.name = "case " + std::to_string(kind),
                           .outcome = TestOutcome::failed,
                           .kind = static_cast<FailureKind>(kind),
                           .message = "got <1>\nwant \"2\"",
                           .output = "a & b\r\n\tc",
                           .file = "a/a_test.go",
                           .line = 7});
  }
  suite.cases.push_back({.name = "Later", .outcome = TestOutcome::skipped, .message = "not now"});
  suite.kind = FailureKind::setup;
  suite.message = "the hook after all failed";
  suite.output = "no such table";
  TestSuite broken{.name = "example.org/b",
                   .outcome = TestOutcome::failed,
                   .kind = FailureKind::build,
                   .message = "undefined: x",
                   .output = "b.go:1: undefined: x"};
  const std::vector written{suite, broken};
  const auto again = read(junit_xml(written));
  ASSERT_EQ(again.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(again[i].name, written[i].name);
    EXPECT_EQ(again[i].outcome, written[i].outcome);
    EXPECT_EQ(again[i].kind, written[i].kind);
    EXPECT_EQ(again[i].message, written[i].message);
    EXPECT_EQ(again[i].output, written[i].output);
    EXPECT_EQ(again[i].duration, written[i].duration);
    EXPECT_EQ(again[i].started, written[i].started);
    ASSERT_EQ(again[i].cases.size(), written[i].cases.size());
    for (std::size_t at = 0; at < written[i].cases.size(); ++at) {
      const auto& was = written[i].cases[at];
      const auto& is = again[i].cases[at];
      EXPECT_EQ(is.name, was.name);
      EXPECT_EQ(is.group, was.group);
      EXPECT_EQ(is.outcome, was.outcome);
      EXPECT_EQ(is.kind, was.kind) << was.name;
      EXPECT_EQ(is.duration, was.duration);
      EXPECT_EQ(is.message, was.message);
      EXPECT_EQ(is.output, was.output);
      EXPECT_EQ(is.file, was.file);
      EXPECT_EQ(is.line, was.line);
    }
  }
}

struct Number {
  std::string text;
  std::chrono::nanoseconds time;
};
class JunitTime : public testing::TestWithParam<Number> {};

TEST_P(JunitTime, IsSeconds) {
  EXPECT_EQ(only_case("time='" + GetParam().text + "'", "").duration, GetParam().time);
}

INSTANTIATE_TEST_SUITE_P(All, JunitTime,
                         testing::Values(Number{"1.5", 1500ms}, Number{"1,234.567", 1234567ms},
                                         Number{"1.234,567", 1234567ms}, Number{"0,003", 3ms},
                                         Number{"1,5", 1500ms}, Number{"1,234", 1234s},
                                         Number{"1,234,567", 1234567s}, Number{"1e-05", 10us},
                                         Number{"2.", 2s}, Number{"", 0s}, Number{"-1", 0s},
                                         Number{"NaN", 0s}, Number{"1e300", 0s},
                                         Number{"12 s", 12s}));

struct End {
  std::string attributes, inside;
  TestOutcome outcome;
  FailureKind kind;
  std::string message;
};
class JunitEnd : public testing::TestWithParam<End> {};

TEST_P(JunitEnd, IsWhatItMeans) {
  const auto test = only_case(GetParam().attributes, GetParam().inside);
  EXPECT_EQ(test.outcome, GetParam().outcome);
  EXPECT_EQ(test.kind, GetParam().kind);
  EXPECT_EQ(test.message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, JunitEnd,
    testing::Values(
        End{"", "", TestOutcome::passed, FailureKind::none, ""},
        End{"status='run' result='completed'", "", TestOutcome::passed, FailureKind::none, ""},
        End{"status='notrun' result='suppressed'", "", TestOutcome::skipped, FailureKind::none, ""},
        End{"status='disabled'", "<skipped message='Disabled'/>", TestOutcome::skipped,
            FailureKind::none, "Disabled"},
        End{"", "<skipped> later\n</skipped>", TestOutcome::skipped, FailureKind::none, "later"},
        End{"status='fail'", "", TestOutcome::failed, FailureKind::assertion, "failed"},
        End{"", "<failure message='no'/>", TestOutcome::failed, FailureKind::assertion, "no"},
        End{"", "<failure>\n  first\nsecond</failure>", TestOutcome::failed, FailureKind::assertion,
            "first"},
        End{"", "<failure type='TypeError' message='x of undefined'/>", TestOutcome::failed,
            FailureKind::panic, "x of undefined"},
        End{"", "<error type='java.lang.IllegalStateException'/>", TestOutcome::failed,
            FailureKind::panic, "java.lang.IllegalStateException"},
        End{"", "<error type='org.opentest4j.AssertionFailedError' message='m'/>",
            TestOutcome::failed, FailureKind::assertion, "m"},
        End{"", "<error type='org.junit.runners.model.TestTimedOutException' message='m'/>",
            TestOutcome::failed, FailureKind::timeout, "m"},
        End{"", "<failure message='one'/><error message='two'/>", TestOutcome::failed,
            FailureKind::assertion, "one"},
        End{"", "<failure><message>m</message><stack-trace>s</stack-trace></failure>",
            TestOutcome::failed, FailureKind::assertion, "m"}));

TEST(JunitReader, KeepsEveryFailureAndWhatWasPrinted) {
  const auto test = only_case("",
                              "<failure message='a'>text a</failure><failure>text b</failure>"
                              "<system-out>printed</system-out><system-err>warned</system-err>");
  EXPECT_EQ(test.output, "text a\ntext b\nprinted\nwarned");
  EXPECT_EQ(only_case("", "<system-out>printed</system-out>").output, "");
}

TEST(JunitReader, TakesRerunsAsAttempts) {
  const auto flaky =
      only_case("time='0.1'",
                "<flakyFailure message='a'><stackTrace>one</stackTrace></flakyFailure>"
                "<flakyError type='TimeoutException'><stackTrace>two</stackTrace></flakyError>");
  EXPECT_TRUE(flaky.flaky());
  ASSERT_EQ(flaky.earlier.size(), 2U);
  EXPECT_EQ(flaky.earlier[0].output, "one");
  EXPECT_EQ(flaky.earlier[1].kind, FailureKind::timeout);

  const auto failed = only_case("",
                                "<failure message='a'>one</failure><rerunFailure message='b'>"
                                "two</rerunFailure><rerunError message='c'>three</rerunError>");
  EXPECT_EQ(failed.outcome, TestOutcome::failed);
  EXPECT_EQ(failed.message, "c");
  EXPECT_EQ(failed.output, "three");
  ASSERT_EQ(failed.earlier.size(), 2U);
  EXPECT_EQ(failed.earlier[1].output, "two");
}

TEST(JunitReader, JoinsTheNamesOfSuitesInSuites) {
  const auto suites = read(
      "<testsuites><testsuite name='/ci/phpunit.xml' failures='1'><testsuite name='unit' "
      "failures='1'><testsuite name='MenuTest' file='tests/MenuTest.php'><testcase "
      "name='a'/></testsuite><testsuite name='Other'><testsuite name='Other::b'><testcase "
      "name='b'><failure/></testcase></testsuite></testsuite></testsuite></testsuite></"
      "testsuites>");
  ASSERT_EQ(suites.size(), 2U);
  EXPECT_EQ(suites[0].name, "unit > MenuTest");
  EXPECT_EQ(suites[0].cases[0].file, "tests/MenuTest.php");
  EXPECT_EQ(suites[1].name, "unit > Other::b");
  EXPECT_EQ(suites[1].outcome, TestOutcome::failed);
}

TEST(JunitReader, ASuiteFailsWithoutACase) {
  const auto suites = read(
      "<testsuites><testsuite name='a'><error message='no database'>trace</error></testsuite>"
      "<testsuite name='b' tests='0' errors='1'/><testsuite name='c' tests='0'/>"
      "<testsuite name='d'><testcase name='' classname='d'><error message='before all'/>"
      "</testcase><testcase name='x'/></testsuite></testsuites>");
  ASSERT_EQ(suites.size(), 4U);
  const auto unnamed = read(
      "<testsuites errors='1'><testsuite name='a'><testcase name='t'/>"
      "</testsuite></testsuites>");
  ASSERT_EQ(unnamed.size(), 2U);
  EXPECT_EQ(unnamed[1].outcome, TestOutcome::failed);
  EXPECT_EQ(suites[0].outcome, TestOutcome::failed);
  EXPECT_EQ(suites[0].kind, FailureKind::setup);
  EXPECT_EQ(suites[0].message, "no database");
  EXPECT_EQ(suites[0].output, "trace");
  EXPECT_EQ(suites[1].outcome, TestOutcome::failed);
  EXPECT_EQ(suites[2].outcome, TestOutcome::skipped);
  EXPECT_EQ(suites[3].outcome, TestOutcome::failed);
  EXPECT_EQ(suites[3].message, "before all");
  EXPECT_EQ(suites[3].cases.size(), 1U);
}

TEST(JunitReader, PlacesCases) {
  const ReportRoot root{.folder = "/work/app",
                        .exists = [](const std::string& path) { return path == "src/b.test.js"; }};
  const auto place = [&](const std::string& attributes, const std::string& inside) {
    const auto suites = read(
        "<testsuite><testcase name='t' " + attributes + ">" + inside + "</testcase></testsuite>",
        root);
    return suites[0].cases[0].file + ":" + std::to_string(suites[0].cases[0].line);
  };
  EXPECT_EQ(place("file='/work/app/a/../b.py' line='3'", ""), "b.py:3");
  EXPECT_EQ(place("file='./b.py' lineno='3'", ""), "b.py:3");
  EXPECT_EQ(place("file='a\\b.py'", ""), "a/b.py:0");
  EXPECT_EQ(place("file='/app/src/b.test.js'", ""), "src/b.test.js:0");
  EXPECT_EQ(place("file='/else/where.js'", ""), "/else/where.js:0");
  EXPECT_EQ(place("",
                  "<properties><property name='file' value='c.py'/><property name='line' "
                  "value='9'/></properties>"),
            "c.py:9");
}

TEST(JunitReader, FindsAttachments) {
  const auto test =
      only_case("",
                "<system-out><![CDATA[\n[[ATTACHMENT|shots/fails.png]]\n[[ATTACHMENT|../t.zip]]\n"
                "[[ATTACHMENT|]]></system-out>");
  ASSERT_EQ(test.attachments.size(), 2U);
  EXPECT_EQ(test.attachments[0].name, "fails");
  EXPECT_EQ(test.attachments[0].type, "image/png");
  EXPECT_EQ(test.attachments[0].path, "out/shots/fails.png");
  EXPECT_EQ(test.attachments[1].path, "t.zip");
}

TEST(JunitReader, FoldsOnlyWhatGotestsumRanAgain) {
  const std::string cases =
      "<testcase classname='p' name='TestA'><failure message='Failed'>    a_test.go:7: got "
      "1\n</failure></testcase><testcase classname='p' name='TestA'/></testsuite></testsuites>";
  const auto go = read(
      "<testsuites><testsuite name='p'><properties><property name='go.version' "
      "value='go1.24'/></properties>" +
      cases);
  ASSERT_EQ(go[0].cases.size(), 1U);
  EXPECT_TRUE(go[0].cases[0].flaky());
  const auto other = read("<testsuites><testsuite name='p'>" + cases);
  EXPECT_EQ(other[0].cases.size(), 2U);
  EXPECT_EQ(other[0].outcome, TestOutcome::failed);
}

TEST(JunitReader, LongNamesOfOuterSuitesAreCut) {
  std::string text = "<testsuites><testsuite name='" + std::string(1'000'000, 'x') + "'>";
  for (int i = 0; i < 1000; ++i) text += "<testsuite name='a'><testcase name='t'/></testsuite>";
  const auto suites = read(text + "</testsuite></testsuites>");
  ASSERT_EQ(suites.size(), 1000U);
  EXPECT_LT(suites[999].name.size(), 400U);
}

// Each of its cases would have it.
TEST(JunitReader, ANameThatIsTooLongForAFileIsNone) {
  const std::string name(1'000'000, 'x');
  std::string text =
      "<testsuites name='vitest tests'><testsuite name='" + name + "' file='" + name + "'>";
  for (int i = 0; i < 1000; ++i) text += "<testcase name='t' classname='c'/>";
  const auto suites = read(text + "</testsuite></testsuites>");
  ASSERT_EQ(suites.size(), 1U);
  ASSERT_EQ(suites[0].cases.size(), 1000U);
  EXPECT_EQ(suites[0].cases[999].file, "");
  EXPECT_EQ(suites[0].cases[999].group, "c");
}

TEST(JunitReader, RefusesWhatIsNoReport) {
  const auto other = read_junit(std::make_shared<SourceFile>("a.xml", "\n<project/>"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "evidence/junit");
  EXPECT_EQ(other.error().span.line, 2U);
  EXPECT_THAT(other.error().hint, HasSubstr("<testsuites>"));
  EXPECT_EQ(read_junit(std::make_shared<SourceFile>("a.xml", "<testsuite>")).error().code,
            "xml/syntax");
}

}  // namespace
}  // namespace crema::evidence
