#include "ctest_reader.h"

#include "reporter_events.h"

#include "crema/base/strings.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace crema::testing {
namespace {

using evidence::FailureKind;
using evidence::TestCase;
using evidence::TestOutcome;

constexpr std::size_t kLongestLine = 1 << 16;

// Digits, then `end`: what is behind them; "" where that is not there.
std::string_view behind_number(std::string_view text, std::string_view end) {
  text = trim(text);
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return "";
  text.remove_prefix(digits);
  return text.starts_with(end) ? text.substr(end.size()) : "";
}

// "***Failed", "Subprocess aborted***Exception:", "***Not Run (Disabled)"
void take_status(TestCase& test, std::string_view status) {
  const auto stars = status.find("***");
  if (stars == std::string_view::npos) return;  // "Passed"
  const auto before = trim(status.substr(0, stars));
  const auto after = trim(status.substr(stars + 3));
  if (after.starts_with("Skipped") || after.starts_with("Not Run (Disabled)")) {
    test.outcome = TestOutcome::skipped;
    if (!after.starts_with("Skipped")) test.message = "disabled";
    return;
  }
  test.outcome = TestOutcome::failed;
  if (after.starts_with("Timeout")) {
    test.kind = FailureKind::timeout;
    test.message = "it did not end in time";
  } else if (after.starts_with("Exception")) {
    test.kind = FailureKind::crash;
    const auto colon = after.find(": ");
    test.message = "the process ended: ";
    test.message += colon == std::string_view::npos ? before : trim(after.substr(colon + 2));
  } else if (after.starts_with("Not Run")) {
    test.kind = FailureKind::build;
    test.message = "its program is not there";
  } else {
    test.kind = FailureKind::assertion;
    if (after.starts_with("Failed")) test.message = trim(after.substr(6));
  }
}

}  // namespace

CtestReader::CtestReader(std::function<std::string(std::string_view)> suite_of,
                         evidence::SuiteListener listener)
    : suite_of_(std::move(suite_of)), listener_(std::move(listener)) {}

void CtestReader::feed(std::string_view bytes) {
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

void CtestReader::finish() {
  if (!line_.empty()) take_line(line_);
  line_.clear();
}

// "      Start  1: adds" and " 1/12 Test  #1: adds ......   Passed    0.00 sec"; a test that runs
// again has no "1/12".
void CtestReader::take_line(std::string_view line) {
  const auto text = trim(line);
  if (text.starts_with("Start ")) {
    const auto name = behind_number(text.substr(6), ": ");
    if (!name.empty()) {
      running_.try_emplace(std::string(name));
      if (listener_.on_run) listener_.on_run(suite_of_(name), name);
      return;
    }
  }
  const auto number = text.find("Test ");
  const auto hash = text.find('#');
  const auto dots = text.rfind(" ..");
  if (number <= 20 && hash != std::string_view::npos && hash < number + 12 &&
      dots != std::string_view::npos && text.ends_with(" sec")) {
    const auto named = behind_number(text.substr(hash + 1, dots - hash - 1), ": ");
    auto status = text.substr(dots + 1, text.size() - dots - 1 - 4);
    status.remove_prefix(std::min(status.find_first_not_of('.'), status.size()));
    const auto blank = status.rfind(' ');
    if (!named.empty() && blank != std::string_view::npos)
      return end_test(named, trim(status.substr(0, blank)), status.substr(blank + 1));
  }
  other_.add(line);
  other_.add("\n");
}

void CtestReader::end_test(std::string_view name, std::string_view status,
                           std::string_view seconds) {
  if (const auto running = running_.find(name); running != running_.end()) running_.erase(running);
  TestCase test{.name = std::string(name)};
  double took = 0;
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), took);
  if (took > 0 && took < 1e9) test.duration = std::chrono::nanoseconds(std::llround(took * 1e9));
  take_status(test, status);
  if (listener_.on_case) listener_.on_case({.name = suite_of_(name)}, test);
  const auto [known, added] = cases_.try_emplace(test.name, test);
  if (added) return;
  auto& before = known->second;
  test.earlier = std::move(before.earlier);
  test.earlier.push_back({before.outcome, before.kind, before.duration, before.message});
  before = std::move(test);
}

std::vector<std::string> CtestReader::running() const {
  std::vector<std::string> names;
  names.reserve(running_.size());
  for (const auto& [name, ended] : running_) names.push_back(name);
  return names;
}

void explain_program_failure(TestCase& test, std::string_view root) {
  if (test.outcome != TestOutcome::failed || test.kind == FailureKind::timeout) return;
  // assert() ends the process, and is the test's own word.
  if (test.kind == FailureKind::crash && test.output.find(": Assertion `") != std::string::npos)
    test.kind = FailureKind::assertion;
  for (const auto line : split_lines(test.output)) {
    const auto place = place_in_text(line, root);
    if (place.line == 0) continue;
    test.file = place.file;
    test.line = place.line;
    if (test.kind == FailureKind::assertion)
      test.message = replace_all(std::string(trim(line)), std::string(root) + "/", "");
    return;
  }
  if (!test.message.empty() || test.kind != FailureKind::assertion) return;
  for (const auto line : split_lines(test.output)) {
    if (test.message.empty()) test.message = trim(line);
  }
}

}  // namespace crema::testing
