// What every action that publishes results of tests does: read reports, leave evidence, mark what
// failed, sum up.
#pragma once

#include "crema/evidence/test_suite.h"
#include "crema/run/action.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace crema::actions {

struct TestReport {
  std::string path;  // from the workspace
  std::vector<evidence::TestSuite> suites;
};

// What could be read of some files, and why the others could not.
struct TestReports {
  std::vector<TestReport> reports;
  std::vector<Diagnostic> problems;
};
TestReports read_test_reports(const run::ActionContext& context,
                              std::span<const std::filesystem::path> files);

// Cases that stand several times in a suite are runs of one test, of which the last that passed
// counts.
void fold_retries(std::vector<TestReport>& reports);

// The suites, as evidence of the step.
Result<> leave_suites(run::ActionContext& context, std::span<const TestReport> reports);

struct TestSum {
  std::uint64_t passed = 0, failed = 0, skipped = 0, flaky = 0, suites = 0;
  std::uint64_t errors = 0;         // of the failed: those that no assertion failed
  std::uint64_t broken_suites = 0;  // that failed without a case
  std::chrono::nanoseconds duration{0};

  std::uint64_t total() const { return passed + failed + skipped; }
  bool any_failed() const { return failed > 0 || broken_suites > 0; }
};
TestSum sum_of(std::span<const TestReport> reports);
TestSum sum_of(const TestReport& report);

// Marks `most` failures at most; `prefix` goes before their paths.
void annotate_failures(run::ActionContext& context, std::span<const TestReport> reports,
                       std::size_t most, const std::string& prefix = "");

// Which suites and cases a summary lists.
enum class Listed : std::uint8_t { all, failed, none };
struct SummaryOptions {
  std::string title;
  Listed files = Listed::all, suites = Listed::none, tests = Listed::failed;
  bool with_passed = true, with_skipped = true;  // of the tests that are listed
};
// Markdown: a row for each file, then what is listed.
std::string summary_of(std::span<const TestReport> reports, const SummaryOptions& options);

}  // namespace crema::actions
