#include "test_progress.h"

#include "output.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

using evidence::TestOutcome;
using evidence::TestSuite;
using evidence::Tone;

std::string glyph_of(const TestSuite& suite, const evidence::Style& style) {
  if (suite.outcome == TestOutcome::failed) return style.glyph(evidence::Outcome::failure);
  if (suite.outcome == TestOutcome::skipped) return style.glyph(evidence::Outcome::skipped);
  return style.glyph(evidence::Outcome::success);
}

std::string result_text(const TestSuite& suite) {
  std::size_t failed = 0;
  for (const auto& test : suite.cases) failed += test.outcome == TestOutcome::failed ? 1 : 0;
  if (failed > 0) return fmt::format("{} of {} failed", failed, suite.cases.size());
  if (suite.outcome == TestOutcome::failed) {
    return suite.kind == evidence::FailureKind::build ? "cannot be built"
                                                      : fmt::format("failed: {}", suite.message);
  }
  if (suite.cases.empty()) return "no tests";
  return fmt::format("{} test{}", suite.cases.size(), suite.cases.size() == 1 ? "" : "s");
}

}  // namespace

TestProgress::TestProgress(const sys::Host& host, evidence::Style style, std::size_t width)
    : host_(host), style_(style), width_(width) {}

TestProgress::~TestProgress() { erase(); }

void TestProgress::on_part(std::string_view part) {
  erase();
  print(fmt::format("{}\n", style_.paint(Tone::bold, fmt::format("{} tests", part))));
}

void TestProgress::on_note(std::string_view line) {
  const std::lock_guard lock(notes_);
  erase();
  print(style_.paint(Tone::dim, fmt::format("  {}\n", line)));
}

void TestProgress::on_log(std::string_view service, std::string_view log) {
  if (host_.variable("GITHUB_ACTIONS").value_or("") != "true") return;
  print(fmt::format("::group::what {} said\n{}::endgroup::\n", service, log));
}

void TestProgress::on_project(std::string_view) {}

void TestProgress::on_run(std::string_view, std::string_view name) {
  running_ = name;
  draw(false);
}

void TestProgress::on_case(const TestSuite&, const evidence::TestCase& test) {
  if (test.outcome == TestOutcome::passed) ++passed_;
  if (test.outcome == TestOutcome::failed) ++failed_;
  if (test.outcome == TestOutcome::skipped) ++skipped_;
  draw(false);
}

void TestProgress::on_suite(const TestSuite& suite) {
  erase();
  const auto text = result_text(suite);
  const bool quiet = suite.cases.empty() && suite.outcome != TestOutcome::failed;
  auto line = fmt::format("{} {}  {}", glyph_of(suite, style_), suite.name,
                          suite.outcome == TestOutcome::failed ? style_.paint(Tone::red, text)
                                                               : style_.paint(Tone::dim, text));
  if (!quiet) {
    line += style_.paint(
        Tone::dim,
        "  " + (suite.cached ? std::string("cached") : evidence::duration_text(suite.duration)));
  }
  print(line + "\n");
  draw(true);
}

void TestProgress::on_project_end(const testing::ProjectReport& project) {
  for (const auto& remark : project.remarks) {
    erase();
    print(fmt::format("{} {}  {}\n", style_.paint(Tone::yellow, "!"),
                      project.folder.empty() ? "." : project.folder, remark));
  }
}

void TestProgress::draw(bool now) {
  if (width_ == 0) return;
  const auto time = host_.clock->monotonic();
  if (!now && time - drawn_ < std::chrono::milliseconds(80)) return;
  drawn_ = time;
  auto text = fmt::format("{} passed", passed_);
  if (failed_ > 0) text += fmt::format(", {} failed", failed_);
  if (skipped_ > 0) text += fmt::format(", {} skipped", skipped_);
  if (!running_.empty()) text += "  " + running_;
  text = evidence::elide_middle(evidence::strip_escapes(text), width_ - 4, style_.unicode);
  print(fmt::format("\r\x1b[K{} {}", style_.running_glyph(passed_ + failed_), text));
  line_ = true;
}

void TestProgress::erase() {
  if (line_) print("\r\x1b[K");
  line_ = false;
}

}  // namespace crema::cli
