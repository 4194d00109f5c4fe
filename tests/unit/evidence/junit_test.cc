// JUnit XML as other tools read it.
#include "crema/evidence/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::evidence {
namespace {

TEST(Junit, TellsFailuresFromErrorsAndLosesNothing) {
  TestSuite suite{.name = "example.org/a", .outcome = TestOutcome::failed};
  suite.duration = std::chrono::milliseconds(1500);
  suite.started = Time(std::chrono::seconds(1'795'000'000));
  suite.cases.push_back({.name = "TestFine", .duration = std::chrono::milliseconds(5)});
  suite.cases.push_back({.name = "Test<\"wrong\">&",
                         .outcome = TestOutcome::failed,
                         .kind = FailureKind::assertion,
                         .message = "got 1\nwant 2",
                         .output = "a\x01 \x1b[31m \xFF & <b>\r\n",
                         .file = "a/a_test.go",
                         .line = 7});
  suite.cases.push_back({.name = "TestLate",
                         .outcome = TestOutcome::failed,
                         .kind = FailureKind::timeout,
                         .message = "too late"});
  suite.cases.push_back(
      {.name = "TestSkipped", .outcome = TestOutcome::skipped, .message = "not today"});
  TestSuite broken{.name = "example.org/b",
                   .outcome = TestOutcome::failed,
                   .kind = FailureKind::build,
                   .message = "undefined: x"};
  TestSuite empty{.name = "example.org/c", .outcome = TestOutcome::skipped};
  EXPECT_EQ(junit_xml(std::vector{suite, broken, empty}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\" time=\"1.500\">\n"
            "  <testsuite name=\"example.org/a\" tests=\"4\" failures=\"1\" errors=\"1\" "
            "skipped=\"1\" time=\"1.500\" timestamp=\"2026-11-18T11:06:40Z\">\n"
            "    <testcase name=\"TestFine\" classname=\"example.org/a\" time=\"0.005\"/>\n"
            "    <testcase name=\"Test&lt;&quot;wrong&quot;&gt;&amp;\" classname=\"example.org/a\" "
            "time=\"0.000\" file=\"a/a_test.go\" line=\"7\">\n"
            "      <failure message=\"got 1&#10;want 2\" type=\"assertion\">a\xEF\xBF\xBD "
            "\xEF\xBF\xBD[31m \xEF\xBF\xBD &amp; &lt;b&gt;&#13;\n</failure>\n"
            "    </testcase>\n"
            "    <testcase name=\"TestLate\" classname=\"example.org/a\" time=\"0.000\">\n"
            "      <error message=\"too late\" type=\"timeout\"></error>\n"
            "    </testcase>\n"
            "    <testcase name=\"TestSkipped\" classname=\"example.org/a\" time=\"0.000\">\n"
            "      <skipped message=\"not today\"/>\n"
            "    </testcase>\n"
            "  </testsuite>\n"
            "  <testsuite name=\"example.org/b\" tests=\"1\" failures=\"0\" errors=\"1\" "
            "skipped=\"0\" time=\"0.000\">\n"
            "    <testcase name=\"example.org/b\" classname=\"example.org/b\" time=\"0.000\">\n"
            "      <error message=\"undefined: x\" type=\"build\"></error>\n"
            "    </testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
}

}  // namespace
}  // namespace crema::evidence
