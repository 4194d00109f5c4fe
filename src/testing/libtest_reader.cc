#include "libtest_reader.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestOutcome;
using evidence::TestSuite;

constexpr std::size_t kLongestLine = 1 << 20;

// What stands between two texts, from the last of the first on; "" where they are not.
std::string_view between(std::string_view line, std::string_view begin, std::string_view end) {
  const auto from = line.rfind(begin);
  if (from == std::string_view::npos) return "";
  const auto rest = line.substr(from + begin.size());
  const auto to = rest.rfind(end);
  return to == std::string_view::npos ? "" : rest.substr(0, to);
}

// "finished in 0.12s"
std::chrono::nanoseconds duration_of(std::string_view line) {
  const auto text = between(line, "finished in ", "s");
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!(seconds > 0) || seconds > 1e9) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

bool is_result(std::string_view text) {
  return text == "ok" || text == "FAILED" || text.starts_with("ok <") ||
         text.starts_with("FAILED <") || text.starts_with("ignored") || text.starts_with("bench:");
}

// "src/lib.rs:10:5", perhaps with a colon behind it.
void take_place(std::string_view text, RustFailure& failure) {
  if (text.ends_with(':')) text.remove_suffix(1);
  const auto column = text.rfind(':');
  if (column == std::string_view::npos || column == 0) return;
  const auto line = text.rfind(':', column - 1);
  if (line == std::string_view::npos) return;
  std::uint32_t number = 0;
  const auto digits = text.substr(line + 1, column - line - 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (number == 0) return;
  failure.file = text.substr(0, line);
  failure.line = number;
}

// "message', src/lib.rs:10:5", where the message may have several lines: `text` is the first.
void take_quoted(std::span<const std::string_view> lines, std::string_view text,
                 RustFailure& failure) {
  constexpr std::size_t kMostLines = 100;
  failure.message = text.substr(0, text.rfind("', "));
  for (const auto line : lines.first(std::min(lines.size(), kMostLines))) {
    const auto quoted = line.rfind("', ");
    if (quoted == std::string_view::npos) continue;
    take_place(line.substr(quoted + 3), failure);
    return;
  }
}

}  // namespace

LibtestReader::LibtestReader(SuiteOf suite_of, evidence::SuiteListener listener)
    : suite_of_(std::move(suite_of)), listener_(std::move(listener)) {}

void LibtestReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (line_.size() < kLongestLine) line_ += part.substr(0, kLongestLine - line_.size());
    if (end == std::string_view::npos) return;
    take_line(line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void LibtestReader::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (take_framing(line)) return;
  if (open_ && in_failures_) return take_failure_line(line);
  if (open_ && line.starts_with("test ") && line.find(" ... ") != std::string_view::npos)
    return take_test(line);
  if (open_ && !running_.empty() && is_result(line))
    return end_test(std::exchange(running_, ""), line);
  if (open_) {
    said_.add(line);
    said_.add("\n");
  } else {
    other_.add(line);
    other_.add("\n");
  }
}

// Cargo's own lines, and those of the harness around tests.
bool LibtestReader::take_framing(std::string_view line) {
  const auto text = trim(line);
  if (line.starts_with("     Running ") && line.ends_with(")")) {
    begin_suite(between(line, " (", ")"));
  } else if (line.starts_with("   Doc-tests ")) {
    begin_suite("doc-tests " + std::string(text.substr(std::string_view("Doc-tests ").size())));
  } else if (line.find("process didn't exit successfully: ") != std::string_view::npos) {
    const auto how = between(line, " (", ")");
    if (open_) died_ = how.empty() ? "it ended without a word" : how;
    other_.add(text);
    other_.add("\n");
  } else if (!open_) {
    return false;
  } else if (line.starts_with("test result: ")) {
    end_block();
    suite_.duration = duration_of(line);
    end_suite(FailureKind::none, "");
  } else if (line == "failures:" || line == "successes:") {
    end_block();
    in_failures_ = true;
  } else if (!in_failures_ && line.starts_with("running ") && text.ends_with(" tests")) {
    return true;
  } else {
    return !in_failures_ && line == "running 1 test";
  }
  return true;
}

// "test shop::adds ... ok"; a test that runs alone is named before it ends, and says its own then.
void LibtestReader::take_test(std::string_view line) {
  const auto rest = line.substr(std::string_view("test ").size());
  const auto dots = rest.find(" ... ");
  const auto name = rest.substr(0, dots);
  const auto result = rest.substr(dots + std::string_view(" ... ").size());
  if (is_result(result)) return end_test(name, result);
  running_ = name;
  if (listener_.on_run) listener_.on_run(suite_.name, name);
  if (!result.empty()) take_line(result);
}

void LibtestReader::end_test(std::string_view shown, std::string_view result) {
  constexpr std::string_view kShouldPanic = " - should panic";
  if (shown.ends_with(kShouldPanic)) shown.remove_suffix(kShouldPanic.size());
  evidence::TestCase test{.name = std::string(shown)};
  if (result.starts_with("ignored")) {
    test.outcome = TestOutcome::skipped;
    if (result.starts_with("ignored, ")) test.message = result.substr(9);
  } else if (result.starts_with("FAILED")) {
    test.outcome = TestOutcome::failed;
    test.kind = FailureKind::assertion;
  }
  if (listener_.on_case) listener_.on_case(suite_, test);
  places_[test.name] = suite_.cases.size();
  suite_.cases.push_back(std::move(test));
}

// "---- shop::adds stdout ----" begins what a test said.
void LibtestReader::take_failure_line(std::string_view line) {
  constexpr std::string_view kEnd = " stdout ----";
  if (line.starts_with("---- ") && line.ends_with(kEnd)) {
    end_block();
    block_name_ = line.substr(5, line.size() - 5 - kEnd.size());
    return;
  }
  if (block_name_.empty()) return;  // the list of names
  block_.add(line);
  block_.add("\n");
}

void LibtestReader::end_block() {
  const auto place = places_.find(std::exchange(block_name_, ""));
  auto text = block_.text();
  block_.clear();
  if (place == places_.end()) return;
  auto& test = suite_.cases[place->second];
  test.output = std::string(trim(text));
  if (test.outcome != TestOutcome::failed) return;
  auto failure = explain_rust_failure(test.output);
  test.kind = failure.kind;
  test.message = std::move(failure.message);
  test.file = std::move(failure.file);
  test.line = failure.line;
}

void LibtestReader::begin_suite(std::string_view executable) {
  if (open_) end_suite(FailureKind::crash, "the process ended before its tests did");
  suite_ = suite_of_(executable);
  places_.clear();
  said_.clear();
  open_ = true;
}

void LibtestReader::end_suite(FailureKind kind, std::string_view message) {
  end_block();
  open_ = in_failures_ = false;
  bool failed = false;
  for (const auto& test : suite_.cases) failed = failed || test.outcome == TestOutcome::failed;
  if (!running_.empty()) {
    suite_.cases.push_back({.name = std::exchange(running_, ""),
                            .outcome = TestOutcome::failed,
                            .kind = kind,
                            .message = std::string(message),
                            .output = said_.text()});
    failed = true;
  }
  const bool died = kind != FailureKind::none;
  suite_.output = failed || died ? said_.text() : "";
  suite_.outcome = failed || died         ? TestOutcome::failed
                   : suite_.cases.empty() ? TestOutcome::skipped
                                          : TestOutcome::passed;
  if (died) {
    suite_.kind = kind;
    suite_.message = message;
    if (!died_.empty() && kind == FailureKind::crash) suite_.message += ": " + died_;
  }
  died_.clear();
  if (listener_.on_suite) listener_.on_suite(TestSuite(suite_));
  suites_.push_back(std::move(suite_));
  suite_ = {};
}

std::vector<TestSuite> LibtestReader::finish(FailureKind kind, std::string_view message) {
  if (!line_.empty()) take_line(line_);
  line_.clear();
  if (open_) end_suite(kind, message);
  return std::move(suites_);
}

// "thread 'shop::adds' (12) panicked at src/lib.rs:10:5:" and the message below it; before Rust
// 1.73 "panicked at 'message', src/lib.rs:10:5".
RustFailure explain_rust_failure(std::string_view output) {
  RustFailure failure;
  constexpr std::string_view kAt = " panicked at ";
  const auto lines = split_lines(output);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = lines[i];
    const auto at = line.find(kAt);
    if (line.starts_with("thread '") && at != std::string_view::npos) {
      const auto rest = line.substr(at + kAt.size());
      if (rest.starts_with('\'')) {
        take_quoted(std::span(lines).subspan(i), rest.substr(1), failure);
      } else {
        take_place(rest, failure);
        if (i + 1 < lines.size()) failure.message = trim(lines[i + 1]);
      }
      failure.kind =
          failure.message.starts_with("assertion") ? FailureKind::assertion : FailureKind::panic;
      return failure;
    }
    constexpr std::string_view kCalm = "note: test did not panic as expected";
    if (line.starts_with(kCalm)) {
      failure.message = "it did not panic, and should have";
      if (line.starts_with(std::string(kCalm) + " at "))
        take_place(line.substr(kCalm.size() + 4), failure);
      return failure;
    }
  }
  for (const auto line : lines) {
    if (failure.message.empty() || line.starts_with("Error: ")) failure.message = trim(line);
    if (line.starts_with("Error: ")) break;
  }
  return failure;
}

}  // namespace crema::testing
