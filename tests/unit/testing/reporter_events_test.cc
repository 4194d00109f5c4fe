// What reporters inside frameworks say, as suites.
#include "reporter_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;
using evidence::TestSuite;
using ::testing::HasSubstr;

constexpr std::string_view kMark =
    "\x1e"
    "crema ";

std::string line(std::string_view json) { return std::string(kMark) + std::string(json) + "\n"; }

std::string end_of(std::string_view title, std::string_view status, int retry,
                   std::string_view more = "") {
  return line(R"({"event":"end","project":"chromium","file":"/repo/e2e/shop.spec.js","line":4,)"
              R"("group":"cart","title":")" +
              std::string(title) + R"(","status":")" + std::string(status) +
              R"(","expected":"passed","retry":)" + std::to_string(retry) +
              R"(,"started":"2026-01-02T03:04:05.000Z","duration":1.5)" + std::string(more) + "}");
}

std::vector<TestSuite> suites_of(std::string_view text, std::size_t piece, std::string* other) {
  ReporterEvents events("/repo", "playwright", "e2e", {});
  for (std::size_t at = 0; at < text.size(); at += piece) events.feed(text.substr(at, piece));
  auto suites = events.finish();
  if (other != nullptr) *other = events.other_output();
  return suites;
}

TEST(ReporterEvents, MakesSuitesOfFilesHoweverTheStreamIsCut) {
  const auto text =
      line(R"({"event":"begin","version":"1.65.1","total":3})") + "said by a config\n" +
      line(
          R"({"event":"test","project":"chromium","file":"/repo/e2e/shop.spec.js","title":"pays","group":"cart"})") +
      end_of(
          "pays", "failed", 0,
          R"(,"errors":[{"text":"\u001b[31mError\u001b[39m: no total\nat x","snippet":"> 12 | pay","file":"/repo/e2e/pay.js","line":12}],"attachments":[{"name":"screenshot","type":"image/png","path":"/tmp/a.png"}])") +
      end_of("pays", "passed", 1) + end_of("waits", "timedOut", 0) +
      end_of("later", "skipped", 0, R"(,"reason":"not yet")") +
      line(
          R"({"event":"test","project":"chromium","file":"/repo/e2e/last.spec.js","title":"hangs","group":""})");
  for (const std::size_t piece : {1U, 7U, 100000U}) {
    std::string other;
    const auto suites = suites_of(text, piece, &other);
    ASSERT_EQ(suites.size(), 2U);
    const auto& shop = suites[0];
    EXPECT_EQ(shop.name, "e2e/shop.spec.js [chromium]");
    EXPECT_EQ(shop.outcome, TestOutcome::failed);
    ASSERT_EQ(shop.cases.size(), 3U);
    const auto& pays = shop.cases[0];
    EXPECT_TRUE(pays.flaky());
    EXPECT_EQ(pays.group, "cart");
    EXPECT_THAT(pays.earlier[0].output, HasSubstr("Error: no total\nat x\n\n> 12 | pay"));
    ASSERT_EQ(pays.attachments.size(), 1U);
    EXPECT_EQ(pays.attachments[0].path, "/tmp/a.png");
    EXPECT_EQ(shop.cases[1].kind, FailureKind::timeout);
    EXPECT_EQ(shop.cases[2].message, "not yet");
    EXPECT_EQ(suites[1].cases[0].kind, FailureKind::crash);
    EXPECT_THAT(other, HasSubstr("said by a config"));
  }
}

TEST(ReporterEvents, SaysWhereAFailureStands) {
  const auto suites = suites_of(
      end_of(
          "pays", "failed", 0,
          R"(,"errors":[{"text":"Error: a","file":"/repo/node_modules/x.js","line":1},{"text":"Error: b","file":"/repo/e2e/pay.js","line":12}])"),
      1000, nullptr);
  EXPECT_EQ(suites[0].cases[0].file, "e2e/pay.js");
  EXPECT_EQ(suites[0].cases[0].line, 12U);
  EXPECT_EQ(suites[0].cases[0].message, "Error: a");
}

TEST(ReporterEvents, TakesWhatIsNoEventAsWhatWasSaid) {
  std::string other;
  EXPECT_TRUE(
      suites_of(std::string(kMark) + "{broken\n" + line("[1]") + "no newline", 3, &other).empty());
  EXPECT_EQ(other, "no newline\n");
}

// What begins may turn out to be a group, or to stand in another group than it seemed.
TEST(ReporterEvents, KnowWhatBeganByItsId) {
  const auto text =
      line(R"({"event":"test","id":"1","file":"/repo/a.test.js","title":"group","group":""})") +
      line(R"({"event":"group_end","id":"1","file":"/repo/a.test.js"})") +
      line(R"({"event":"test","id":"2","file":"/repo/a.test.js","title":"adds","group":"wrong"})") +
      line(
          R"({"event":"end","id":"2","file":"/repo/a.test.js","title":"adds","group":"right","status":"passed"})") +
      line(R"({"event":"test","id":"3","file":"/repo/a.test.js","title":"hangs","group":""})");
  const auto suites = suites_of(text, text.size(), nullptr);
  ASSERT_EQ(suites.size(), 1U);
  ASSERT_EQ(suites[0].cases.size(), 2U);
  EXPECT_EQ(suites[0].cases[0].group, "right");
  EXPECT_EQ(suites[0].cases[1].name, "hangs");
  EXPECT_EQ(suites[0].cases[1].kind, FailureKind::crash);
}

}  // namespace
}  // namespace crema::testing
