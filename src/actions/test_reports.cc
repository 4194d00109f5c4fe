#include "test_reports.h"

#include "reports.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace crema::actions {
namespace {

using evidence::FailureKind;
using evidence::TestCase;
using evidence::TestOutcome;
using evidence::TestSuite;

bool failed_by_itself(const TestSuite& suite) {
  return suite.outcome == TestOutcome::failed &&
         std::ranges::none_of(
             suite.cases, [](const TestCase& test) { return test.outcome == TestOutcome::failed; });
}

std::string_view mark(TestOutcome outcome) {
  switch (outcome) {
    case TestOutcome::passed:
      return "✅";
    case TestOutcome::failed:
      return "❌";
    case TestOutcome::skipped:
      return "⚪";
  }
  return "";
}

// On one line of a table.
std::string cell(std::string_view text) {
  constexpr std::size_t kLongest = 300;
  auto line = std::string(text.substr(0, text.find('\n')).substr(0, kLongest));
  line = replace_all(std::move(line), "|", "\\|");
  return replace_all(std::move(line), "<", "&lt;");
}

bool is_listed(TestOutcome outcome, Listed listed) {
  return listed == Listed::all || (listed == Listed::failed && outcome == TestOutcome::failed);
}

std::string seconds(std::chrono::nanoseconds duration) {
  return fmt::format("{:.3f} s", static_cast<double>(duration.count()) / 1e9);
}

std::string row(std::string_view name, const TestSum& sum) {
  return fmt::format("| {} | {} | {} | {} | {} |\n", cell(name), sum.passed,
                     sum.failed + sum.broken_suites, sum.skipped, seconds(sum.duration));
}

void add_cases(std::string& out, const TestSuite& suite, const SummaryOptions& options,
               std::size_t& left) {
  for (const auto& test : suite.cases) {
    const bool hidden = (test.outcome == TestOutcome::passed && !options.with_passed) ||
                        (test.outcome == TestOutcome::skipped && !options.with_skipped);
    if (hidden || !is_listed(test.outcome, options.tests) || left == 0) continue;
    --left;
    const auto name = test.group.empty() ? test.name : test.group + " > " + test.name;
    out += fmt::format("| {} | {} | {} | {} |\n", mark(test.outcome), cell(suite.name), cell(name),
                       cell(test.message));
  }
  if (failed_by_itself(suite) && options.tests != Listed::none && left > 0) {
    --left;
    out += fmt::format("| {} | {} | | {} |\n", mark(suite.outcome), cell(suite.name),
                       cell(suite.message));
  }
}

void annotate(run::ActionContext& context, const TestCase& test, const TestSuite& suite,
              const std::string& prefix) {
  context.annotate_at({.level = evidence::AnnotationLevel::error,
                       .message = test.message.empty() ? "failed" : test.message,
                       .title = fmt::format("{}: {}", suite.name, test.name),
                       .file = test.file.empty() ? "" : prefix + test.file,
                       .line = test.line});
}

}  // namespace

TestReports read_test_reports(const run::ActionContext& context,
                              std::span<const std::filesystem::path> files) {
  TestReports read;
  for (const auto& file : files) {
    auto report = read_report(context, file);
    if (!report) {
      read.problems.push_back(report.error());
      continue;
    }
    TestReport tests{.path = report->path};
    for (auto& one : report->evidence) {
      if (auto* suite = std::get_if<TestSuite>(&one)) tests.suites.push_back(std::move(*suite));
    }
    if (tests.suites.empty() && !report->evidence.empty()) {
      read.problems.push_back(make_error(
          "actions/no-tests",
          fmt::format("{} is {}, which has no results of tests", report->path, report->format)));
      continue;
    }
    read.reports.push_back(std::move(tests));
  }
  return read;
}

void fold_retries(std::vector<TestReport>& reports) {
  for (auto& report : reports) {
    for (auto& suite : report.suites) {
      std::map<std::pair<std::string, std::string>, std::size_t> known;
      std::vector<TestCase> cases;
      for (auto& test : suite.cases) {
        const auto [found, added] = known.try_emplace({test.group, test.name}, cases.size());
        if (added) {
          cases.push_back(std::move(test));
          continue;
        }
        auto& counted = cases[found->second];
        if (test.outcome == TestOutcome::passed || counted.outcome == TestOutcome::skipped)
          std::swap(counted, test);
        counted.earlier.insert(counted.earlier.begin(), test.earlier.begin(), test.earlier.end());
        counted.earlier.push_back({test.outcome, test.kind, test.duration, std::move(test.output)});
      }
      const bool was_by_itself = failed_by_itself(suite);
      suite.cases = std::move(cases);
      if (suite.outcome == TestOutcome::failed && !was_by_itself && failed_by_itself(suite))
        suite.outcome = TestOutcome::passed;
    }
  }
}

Result<> leave_suites(run::ActionContext& context, std::span<const TestReport> reports) {
  for (const auto& report : reports) {
    for (const auto& suite : report.suites) CREMA_TRY(context.add_evidence(suite));
  }
  return {};
}

TestSum sum_of(const TestReport& report) { return sum_of(std::span(&report, 1)); }

TestSum sum_of(std::span<const TestReport> reports) {
  TestSum sum;
  for (const auto& report : reports) {
    for (const auto& suite : report.suites) {
      ++sum.suites;
      sum.duration += suite.duration;
      if (failed_by_itself(suite)) ++sum.broken_suites;
      for (const auto& test : suite.cases) {
        if (test.outcome == TestOutcome::passed) ++sum.passed;
        if (test.outcome == TestOutcome::skipped) ++sum.skipped;
        if (test.flaky()) ++sum.flaky;
        if (test.outcome != TestOutcome::failed) continue;
        ++sum.failed;
        if (test.kind != FailureKind::assertion && test.kind != FailureKind::none) ++sum.errors;
      }
    }
  }
  return sum;
}

void annotate_failures(run::ActionContext& context, std::span<const TestReport> reports,
                       std::size_t most, const std::string& prefix) {
  std::size_t left_out = 0;
  const auto take = [&] {
    if (most == 0) ++left_out;
    return most > 0 && most-- > 0;
  };
  for (const auto& report : reports) {
    for (const auto& suite : report.suites) {
      for (const auto& test : suite.cases) {
        if (test.outcome == TestOutcome::failed && take()) annotate(context, test, suite, prefix);
      }
      if (failed_by_itself(suite) && take()) {
        context.annotate_at({.level = evidence::AnnotationLevel::error,
                             .message = suite.message.empty() ? "failed" : suite.message,
                             .title = suite.name,
                             .file = ""});
      }
    }
  }
  if (left_out > 0) context.log(fmt::format("{} more failures are not annotated", left_out));
}

std::string summary_of(std::span<const TestReport> reports, const SummaryOptions& options) {
  constexpr std::string_view kHead =
      "| | passed | failed | skipped | time |\n|---|---:|---:|---:|---:|\n";
  constexpr std::size_t kMostCases = 500;
  std::string out = fmt::format("### {}\n\n{}", options.title, kHead);
  for (const auto& report : reports) {
    const auto sum = sum_of(report);
    const auto outcome = sum.any_failed() ? TestOutcome::failed : TestOutcome::passed;
    if (is_listed(outcome, options.files)) out += row(report.path, sum);
    for (const auto& suite : report.suites) {
      if (!is_listed(suite.outcome, options.suites)) continue;
      out += row("&nbsp;&nbsp;" + suite.name, sum_of(TestReport{.path = "", .suites = {suite}}));
    }
  }
  out += row("**all**", sum_of(reports));
  std::string cases;
  std::size_t left = kMostCases;
  for (const auto& report : reports) {
    for (const auto& suite : report.suites) add_cases(cases, suite, options, left);
  }
  if (!cases.empty()) out += "\n| | suite | test | |\n|---|---|---|---|\n" + cases;
  if (left == 0) out += fmt::format("\nThe first {} are listed.\n", kMostCases);
  return out;
}

}  // namespace crema::actions
