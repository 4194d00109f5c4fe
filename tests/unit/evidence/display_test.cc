// The displays fed with one small run under a clock that stands still.
#include "crema/evidence/display.h"

#include "crema/evidence/diagnostic_text.h"
#include "crema/evidence/run_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::evidence {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

const Time kStart{std::chrono::seconds(1'767'323'045)};

void replay(RunListener& listener) {
  const auto send = [&](int after, auto body) {
    listener.on_event({kStart + milliseconds(after), body});
  };
  send(0, RunStarted{7, "CI", ".github/workflows/ci.yml", "push", "refs/heads/main", "0123456789",
                     "CI"});
  send(0, JobPlanned{.job = 0, .id = "lint", .name = "lint"});
  send(0, JobPlanned{.job = 1, .id = "test", .name = "test (a)", .needs = {0}});
  send(0, JobPlanned{.job = 2, .id = "ship", .name = "ship", .needs = {1}});
  send(10, JobStarted{0});
  send(10, StepStarted{0, 0, "__run", "Run echo"});
  const LogLine hello{kStart, LineKind::output, "hello"};
  listener.on_log(0, 0, {&hello, 1});
  send(510, StepFinished{0, 0});
  send(510, JobFinished{0, Outcome::success, ""});
  send(520, JobStarted{1});
  send(520, StepStarted{1, 0, "__run", "Run go test"});
  const LogLine broken{kStart, LineKind::output, "--- FAIL: TestPrice"};
  listener.on_log(1, 0, {&broken, 1});
  send(1500, Annotation{.job = 1,
                        .level = AnnotationLevel::error,
                        .message = "want 4",
                        .file = "price_test.go",
                        .line = 12});
  send(1520, StepFinished{1, 0, Outcome::failure, Outcome::failure, 1, ""});
  send(1520, JobFinished{1, Outcome::failure, ""});
  send(1520, JobFinished{2, Outcome::skipped, "skipped: needs.test ended with failure"});
  send(1530, Remark{-1, Severity::note, "runner/image", "ubuntu-latest ran on this machine"});
  send(1530, RunFinished{Outcome::failure, false});
}

std::string shown_by(DisplayKind kind) {
  std::string out;
  DisplayOptions options{.kind = kind,
                         .write = [&](std::string_view text) { out += text; },
                         .now = [] { return kStart; },
                         .size = [] { return std::pair<std::size_t, std::size_t>{80, 24}; }};
  auto display = make_display(options);
  replay(*display);
  display.reset();
  return out;
}

TEST(PlainLog, PrefixesEveryLineWithItsJobAndEndsWithWhereToLook) {
  const auto out = shown_by(DisplayKind::plain);
  EXPECT_THAT(out, HasSubstr("lint | hello\n"));
  EXPECT_THAT(out, HasSubstr("test (a) | --- FAIL: TestPrice\n"));
  EXPECT_THAT(out,
              HasSubstr("x test (a) > Run go test (exit code 1)\n    | --- FAIL: TestPrice\n"));
  EXPECT_THAT(out, HasSubstr("price_test.go:12: want 4"));
  EXPECT_THAT(out, HasSubstr("critical path lint 0.5s -> test (a) 1.0s"));
  EXPECT_THAT(out, HasSubstr("jobs: 1 succeeded, 1 failed, 1 skipped"));
  EXPECT_THAT(out, HasSubstr("crema logs 7 'test (a)/0'"));
  EXPECT_THAT(out, HasSubstr("ubuntu-latest ran on this machine"));
}

TEST(JsonEvents, PrintsOneObjectALine) {
  const auto out = shown_by(DisplayKind::json);
  EXPECT_THAT(out, HasSubstr(R"({"event":"log","job":0,"step":0,"kind":"output","text":"hello")"));
  EXPECT_THAT(out, HasSubstr(R"("time":"2026-01-02T03:04:06.520Z"})"));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 18);
}

TEST(LiveTree, LeavesTheSummaryAndTheCursorBehind) {
  const auto out = shown_by(DisplayKind::live);
  EXPECT_THAT(out, HasSubstr("\x1b[?25l"));
  EXPECT_THAT(out, testing::EndsWith("\x1b[?25h"));
  EXPECT_THAT(out, HasSubstr("jobs: 1 succeeded, 1 failed, 1 skipped"));
  EXPECT_THAT(out, HasSubstr("x test (a)"));
}

TEST(DiagnosticText, ShowsTheLineWithACaretUnderThePlace) {
  auto source = std::make_shared<const SourceFile>("ci.yml", "on: push\njob:\n  a\n");
  auto error = make_error("workflow/unexpected-key", "unexpected key 'job'", {source, 2, 1, 4});
  error.hint = "write `jobs:` instead";
  EXPECT_EQ(diagnostic_text(error, {}),
            "error: unexpected key 'job' [workflow/unexpected-key]\n"
            "  --> ci.yml:2:1\n"
            "   |\n"
            " 2 | job:\n"
            "   | ^^^\n"
            "  hint: write `jobs:` instead\n");
  EXPECT_EQ(diagnostic_command(error),
            "::error file=ci.yml,line=2,col=1,title=workflow/unexpected-key::unexpected key 'job'");
}

TEST(Style, CutsInTheMiddleByCells) {
  EXPECT_EQ(elide_middle("abcdefghij", 5, true), "ab…ij");
  EXPECT_EQ(display_width("日本\x1b[31mx\x1b[0m"), 5U);
  EXPECT_EQ(duration_text(milliseconds(61'000)), "1m 01s");
  EXPECT_EQ(strip_escapes("\x1b[1mA\tB\x1b[0m"), "A  B");
}

}  // namespace
}  // namespace crema::evidence
