// Records written as JSON and read again are the same; what is wrong is said with its member.
#include "crema/evidence/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::evidence {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

const Time kTime = Time(std::chrono::seconds(1'795'000'000)) + std::chrono::microseconds(123'450);

TestSuite a_suite() {
  TestCase failed{.name = "TestA/\"quoted\"",
                  .group = "class",
                  .outcome = TestOutcome::failed,
                  .kind = FailureKind::race,
                  .duration = 1'234'567'891ns,
                  .message = "got 1,\nwant 2",
                  .output = std::string("zero \0 and \xC3\xBC", 13),
                  .file = "a/a_test.go",
                  .line = 7};
  failed.earlier.push_back({TestOutcome::passed, FailureKind::none, 5ms, "before"});
  return {.name = "example.org/a",
          .framework = "go",
          .project = "a",
          .part = "unit",
          .outcome = TestOutcome::failed,
          .kind = FailureKind::setup,
          .duration = 2s,
          .started = kTime,
          .cached = true,
          .message = "m",
          .output = "o",
          .cases = {failed, {.name = "TestB"}}};
}

Finding a_finding() {
  return {.rule = "G104",
          .rule_name = "Unhandled",
          .aliases = {"CWE-703"},
          .family = "code",
          .severity = FindingSeverity::high,
          .confidence = Confidence::low,
          .reach = Reach::not_imported,
          .exploited = true,
          .published = "2026-11-02",
          .scanner = "gosec",
          .message = "an error is ignored",
          .subject = "a@v1",
          .fix = {.text = "upgrade", .package = "a", .version = "v2"},
          .help = "handle it",
          .help_uri = "https://example.org/G104",
          .locations = {{.path = "a.go",
                         .line = 3,
                         .column = 2,
                         .end_line = 3,
                         .end_column = 9,
                         .message = "here"}},
          .fingerprint = "abc",
          .incident = "def",
          .state = FindingState::suppressed,
          .suppressions = {{.by = "a.go:2", .reason = "known", .until = "2027-01-01"}}};
}

std::vector<Evidence> all_kinds() {
  Coverage coverage{.tool = "go", .part = "unit", .mode = CoverageMode::atomic};
  coverage.files.push_back(
      {.path = "a.go",
       .blocks = {{1, 2, 3, 4, 5, 6}, {7, 0, 7, 0, 1, 18446744073709551615ULL}},
       .branches = {{3, 1, 2}},
       .functions = {{.name = "(*A).F", .line = 1, .end_line = 3, .count = 6}}});
  return {a_suite(),
          coverage,
          Scan{.scanner = "gosec",
               .version = "2",
               .target = ".",
               .complete = false,
               .message = "b.go cannot be read",
               .findings = {a_finding()}},
          LoadRun{.script = "load.js",
                  .duration = 60s,
                  .requests = 100,
                  .failed = 1,
                  .requests_per_second = 1.5,
                  .percentiles = {{"p50", 5ms}, {"p95", 90ms}},
                  .thresholds = {{"http_req_duration", "p(95)<200", true}},
                  .valid = false,
                  .message = "the generator was busy"},
          Deployment{.environment = "staging",
                     .service = "a",
                     .version = "1",
                     .strategy = "canary",
                     .state = "rolled_back",
                     .started = kTime,
                     .finished = kTime + 3s,
                     .message = "errors"},
          HealthCheck{.service = "a",
                      .target = "http://127.0.0.1/health",
                      .healthy = true,
                      .duration = 3ms,
                      .message = "200"},
          Timing{.stage = "build", .duration = 90s},
          Image{.name = "a:1", .digest = "sha256:1", .bytes = 5'000'000'000, .created = kTime}};
}

TEST(RecordJson, ReadsWhatItWrote) {
  for (auto& evidence : all_kinds()) {
    const Record record{.origin = {.run = 3,
                                   .job = "unit",
                                   .step = "Test",
                                   .commit = "abc",
                                   .branch = "main",
                                   .time = kTime},
                        .evidence = evidence};
    const auto text = to_json(record);
    const auto again = record_from_json(text);
    ASSERT_TRUE(again) << again.error().message << "\n" << text;
    EXPECT_EQ(to_json(*again), text);
    EXPECT_EQ(kind_of(again->evidence), kind_of(evidence));
    EXPECT_EQ(again->origin.time, kTime);
  }
}

TEST(RecordJson, KeepsEveryMemberOfASuite) {
  const auto again = record_from_json(to_json({.origin = {}, .evidence = a_suite()}));
  ASSERT_TRUE(again);
  const auto& suite = std::get<TestSuite>(again->evidence);
  const auto was = a_suite();
  EXPECT_EQ(suite.duration, was.duration);
  EXPECT_TRUE(suite.cached);
  ASSERT_EQ(suite.cases.size(), 2U);
  EXPECT_EQ(suite.cases[0].duration, was.cases[0].duration);
  EXPECT_EQ(suite.cases[0].output, was.cases[0].output);
  EXPECT_EQ(suite.cases[0].kind, FailureKind::race);
  ASSERT_EQ(suite.cases[0].earlier.size(), 1U);
  EXPECT_EQ(suite.cases[0].earlier[0].output, "before");
}

TEST(RecordJson, ReplacesWhatIsNoUtf8) {
  const auto text = to_json(
      {.origin = {}, .evidence = TestSuite{.name = "a\xFF", .outcome = TestOutcome::passed}});
  const auto again = record_from_json(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(std::get<TestSuite>(again->evidence).name, "a\xEF\xBF\xBD");
}

TEST(RecordJson, PassesOverMembersItDoesNotKnow) {
  EXPECT_TRUE(record_from_json(
      R"({"schema":1,"kind":"timing","stage":"build","later":{"a":[1]},"duration":1})"));
}

struct Wrong {
  std::string text, message;
};
class WrongRecord : public testing::TestWithParam<Wrong> {};

TEST_P(WrongRecord, IsSaidWithItsMember) {
  const auto record = record_from_json(GetParam().text);
  ASSERT_FALSE(record);
  EXPECT_THAT(record.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongRecord,
    testing::Values(
        Wrong{"[]", "an object is expected"}, Wrong{"{}", "schema is missing"},
        Wrong{R"({"schema":2,"kind":"timing"})", "schema 2 is not known"},
        Wrong{R"({"schema":1,"kind":"weather"})", "'weather' is no kind of evidence"},
        Wrong{R"({"schema":1,"kind":"timing"})", "stage is missing"},
        Wrong{R"({"schema":1,"kind":"timing","stage":"b","duration":"1"})",
              "duration: a number of seconds is expected"},
        Wrong{
            R"({"schema":1,"kind":"test_suite","name":"a","outcome":"passed","cases":[{"name":1}]})",
            "cases[0].name: a text is expected"},
        Wrong{R"({"schema":1,"kind":"test_suite","name":"a","outcome":"fine"})",
              "outcome: one of passed, failed, skipped"},
        Wrong{
            R"({"schema":1,"kind":"coverage","mode":"set","files":[{"path":"a","blocks":[[1,2]]}]})",
            "files[0].blocks[0]: an array of 6 numbers"},
        Wrong{R"({"schema":1,"kind":"timing","stage":"b","origin":{"time":"yesterday"}})",
              "origin.time: a time"},
        Wrong{
            R"({"schema":1,"kind":"timing","stage":"b","origin":{"time":"9999-01-01T00:00:00Z"}})",
            "origin.time: a time"},
        Wrong{"{", "expected"}));

}  // namespace
}  // namespace crema::evidence
