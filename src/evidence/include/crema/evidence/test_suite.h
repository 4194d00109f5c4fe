// What tests left behind, whoever ran them: one model for `go test`, JUnit XML and what else
// reports cases in suites.
#pragma once

#include "crema/evidence/event.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::evidence {

enum class TestOutcome : std::uint8_t { passed, failed, skipped };
std::string_view to_text(TestOutcome outcome);

// How a test or a suite failed: not every failure is a wrong answer.
enum class FailureKind : std::uint8_t {
  none,
  assertion,  // the test said so
  panic,      // an exception nobody caught
  race,       // the race detector's report
  timeout,    // it did not end in time
  build,      // it could not be built, so nothing ran
  setup,      // what stands around the cases failed: fixtures, init, TestMain, a suite's hooks
  crash,      // the process ended without a word: a signal, os.Exit
};
std::string_view to_text(FailureKind kind);

// Output beyond this many bytes loses its middle: a test may print a gigabyte.
inline constexpr std::size_t kKeptOutput = std::size_t{64} * 1024;

// One run of a case that ran several times in one go (retries).
struct TestAttempt {
  TestOutcome outcome = TestOutcome::passed;
  FailureKind kind = FailureKind::none;
  std::chrono::nanoseconds duration{0};
  std::string output;
};

// Something a test left to look at: a screenshot, a trace, a video.
struct TestAttachment {
  std::string name;  // "screenshot"
  std::string type;  // "image/png"
  std::string path;  // in the run's artifacts, "<artifact>/<path>"; before it is kept, on the disk
};

struct TestCase {
  std::string name;   // as its framework has it: "TestMenu/large_extra", "adds an item"
  std::string group;  // class, describe block or file inside the suite; "" where there is none
  TestOutcome outcome = TestOutcome::passed;  // of the last attempt
  FailureKind kind = FailureKind::none;
  std::chrono::nanoseconds duration{0};
  std::string message;               // the first thing to read; one line where that is possible
  std::string output;                // its own output, kKeptOutput at most
  std::string file;                  // where it failed, or stands; relative to the repository
  std::uint32_t line = 0;            // from 1; 0: unknown
  std::vector<TestAttempt> earlier;  // attempts before the last one
  std::vector<TestAttachment> attachments;

  // It failed and it passed without a change between.
  bool flaky() const;
};

// What a framework reports on together: a Go package, a test file, a class.
struct TestSuite {
  std::string name;       // import path, file, class
  std::string framework;  // "go", "jest", "playwright", "junit", ...
  std::string project;    // folder of its module, relative to the repository; "" is the root
  std::string part;       // "unit", "integration", "e2e"; "" where nobody said
  std::string shard;      // "2/4" where only a shard of its tests ran
  TestOutcome outcome = TestOutcome::passed;  // skipped: it has no tests
  FailureKind kind = FailureKind::none;       // why it failed beside its cases, or in all
  std::chrono::nanoseconds duration{0};
  Time started;
  bool cached = false;  // the result is an earlier one's: nothing it depends on has changed
  std::string message;
  std::string output;  // that is no case's, kKeptOutput at most
  std::vector<TestCase> cases;
};

struct TestCounts {
  std::uint64_t passed = 0, failed = 0, skipped = 0, flaky = 0;
  std::uint64_t suites = 0, failed_suites = 0, empty_suites = 0;
  std::chrono::nanoseconds duration{0};  // of all suites one after another
};
void add_to(TestCounts& counts, const TestSuite& suite);

// The text, or its beginning and end around "... N bytes left out ...", at most `bytes` long.
std::string shortened_output(std::string_view text, std::size_t bytes = kKeptOutput);

}  // namespace crema::evidence
