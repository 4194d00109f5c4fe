#include "crema/evidence/test_suite.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::evidence {

std::string_view to_text(TestOutcome outcome) {
  switch (outcome) {
    case TestOutcome::passed:
      return "passed";
    case TestOutcome::failed:
      return "failed";
    case TestOutcome::skipped:
      return "skipped";
  }
  return "";
}

std::string_view to_text(FailureKind kind) {
  switch (kind) {
    case FailureKind::none:
      return "none";
    case FailureKind::assertion:
      return "assertion";
    case FailureKind::panic:
      return "panic";
    case FailureKind::race:
      return "race";
    case FailureKind::timeout:
      return "timeout";
    case FailureKind::build:
      return "build";
    case FailureKind::setup:
      return "setup";
    case FailureKind::crash:
      return "crash";
  }
  return "";
}

bool TestCase::flaky() const {
  return outcome == TestOutcome::passed &&
         std::ranges::any_of(earlier, [](const TestAttempt& attempt) {
           return attempt.outcome == TestOutcome::failed;
         });
}

void add_to(TestCounts& counts, const TestSuite& suite) {
  ++counts.suites;
  if (suite.outcome == TestOutcome::failed) ++counts.failed_suites;
  if (suite.outcome == TestOutcome::skipped && suite.cases.empty()) ++counts.empty_suites;
  counts.duration += suite.duration;
  for (const auto& test : suite.cases) {
    if (test.outcome == TestOutcome::passed) ++counts.passed;
    if (test.outcome == TestOutcome::failed) ++counts.failed;
    if (test.outcome == TestOutcome::skipped) ++counts.skipped;
    if (test.flaky()) ++counts.flaky;
  }
}

std::string shortened_output(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  const auto note = fmt::format("\n... {} bytes left out ...\n", text.size() - bytes);
  const auto room = bytes > note.size() ? bytes - note.size() : 0;
  auto begin = text.substr(0, room / 2);
  auto end = text.substr(text.size() - (room - room / 2));
  // Whole lines, where there are lines, and never half a character.
  if (const auto last = begin.rfind('\n'); last != std::string_view::npos)
    begin = begin.substr(0, last);
  if (const auto first = end.find('\n'); first != std::string_view::npos)
    end.remove_prefix(first + 1);
  while (!end.empty() && (static_cast<unsigned char>(end.front()) & 0xC0U) == 0x80U)
    end.remove_prefix(1);
  while (!begin.empty() && (static_cast<unsigned char>(begin.back()) & 0x80U) != 0)
    begin.remove_suffix(1);
  return fmt::format("{}{}{}", begin, note, end);
}

}  // namespace crema::evidence
