// mikepenz/action-junit-report: results of tests at their lines and in the job's summary.
#include "builtins.h"
#include "inputs.h"
#include "reports.h"
#include "test_reports.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"token"},
    {"github_token"},
    {"report_paths", "**/junit-reports/TEST-*.xml"},
    {"group_reports", "true"},
    {"test_files_prefix"},
    {"exclude_sources"},
    {"suite_regex"},
    {"annotate_only", "false"},
    {"check_annotations", "true"},
    {"update_check", "false"},
    {"check_name", "JUnit Test Report"},
    {"commit"},
    {"fail_on_failure", "false"},
    {"fail_on_parse_error", "false"},
    {"require_tests", "false"},
    {"require_passed_tests", "false"},
    {"include_passed", "false"},
    {"include_skipped", "true"},
    {"check_title_template"},
    {"bread_crumb_delimiter", "/"},
    {"summary"},
    {"check_retries", "false"},
    {"transformers", "[]"},
    {"job_summary", "true"},
    {"job_summary_text"},
    {"detailed_summary", "false"},
    {"flaky_summary", "false"},
    {"verbose_summary", "true"},
    {"skip_success_summary", "false"},
    {"include_empty_in_summary", "true"},
    {"include_time_in_summary", "false"},
    {"simplified_summary", "false"},
    {"group_suite", "false"},
    {"comment", "false"},
    {"updateComment", "true"},
    {"annotate_notice", "false"},
    {"follow_symlink", "false"},
    {"job_name"},
    {"annotations_limit"},
    {"skip_annotations"},
    {"truncate_stack_traces", "true"},
    {"resolve_ignore_classname", "false"},
    {"skip_comment_without_tests", "false"},
    {"pr_id"},
});

constexpr std::string_view kNoCheck = "there are no check runs here: the summary has the results";
constexpr std::string_view kNoComment = "no pull request is commented on";
constexpr std::string_view kAsWritten = "paths are taken as the report has them";
constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"update_check", kNoCheck},
    {"commit", kNoCheck},
    {"comment", kNoComment},
    {"pr_id", kNoComment},
    {"exclude_sources", kAsWritten},
    {"transformers", kAsWritten},
    {"resolve_ignore_classname", kAsWritten},
    {"suite_regex", "every suite is read"},
    {"check_title_template", "titles are `suite: test`"},
    {"annotate_notice", "only failures are annotated"},
    {"group_reports", "the summary has a row for each file"},
    {"simplified_summary", "the summary has one form"},
    {"flaky_summary", "`crema show` and the report name flaky tests"},
});

Result<std::size_t> annotation_limit(const run::ActionContext& context) {
  const auto text = context.input("annotations_limit");
  if (text.empty()) return std::numeric_limits<std::size_t>::max();
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return fail("actions/bad-input",
                "input annotations_limit must be a number, not '" + text + "'");
  return number;
}

std::string title_of(const run::ActionContext& context) {
  const auto names = context.input_lines("check_name");
  return names.empty() ? "JUnit Test Report" : names.front();
}

void show(run::ActionContext& context, const std::vector<TestReport>& reports) {
  const auto sum = sum_of(reports);
  const bool wanted = !context.input_flag("skip_success_summary") || sum.any_failed();
  if (!context.input_flag("job_summary") || !wanted) return;
  const bool detailed = context.input_flag("detailed_summary");
  std::string text = context.input("job_summary_text");
  if (!text.empty()) text += "\n\n";
  for (const auto& line : context.input_lines("summary")) text += line + "\n\n";
  context.add_summary(
      text +
      summary_of(reports, {.title = title_of(context),
                           .suites = context.input_flag("group_suite") ? Listed::all : Listed::none,
                           .tests = detailed ? Listed::all : Listed::failed,
                           .with_passed = context.input_flag("include_passed"),
                           .with_skipped = context.input_flag("include_skipped")}));
}

void set_outputs(run::ActionContext& context, const TestSum& sum) {
  context.set_output("total", std::to_string(sum.total()));
  context.set_output("passed", std::to_string(sum.passed));
  context.set_output("skipped", std::to_string(sum.skipped));
  context.set_output("failed", std::to_string(sum.failed));
  context.set_output("retried", std::to_string(sum.flaky));
  context.set_output("time",
                     fmt::format("{:.3f}", static_cast<double>(sum.duration.count()) / 1e9));
}

Result<> junit_report(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto limit = CREMA_TRY(annotation_limit(context));
  std::string patterns;
  for (const auto& line : context.input_lines("report_paths")) patterns += line + "\n";
  const auto files = CREMA_TRY(
      find_reports(context, context.workspace(), patterns, context.input_flag("follow_symlink")));
  auto read = read_test_reports(context, files);
  for (const auto& problem : read.problems) {
    if (context.input_flag("fail_on_parse_error")) return fail(problem);
    context.annotate(evidence::AnnotationLevel::warning, problem.message);
  }
  if (context.input_flag("check_retries")) fold_retries(read.reports);
  CREMA_TRY(leave_suites(context, read.reports));
  const auto sum = sum_of(read.reports);
  context.log(fmt::format("{} tests in {} files: {} passed, {} failed, {} skipped", sum.total(),
                          read.reports.size(), sum.passed, sum.failed, sum.skipped));
  set_outputs(context, sum);
  if (sum.total() == 0 && context.input_flag("require_tests"))
    return fail("actions/no-tests", "No test results found for " + title_of(context));
  if (sum.passed == 0 && context.input_flag("require_passed_tests"))
    return fail("actions/no-tests", "No passed test results found for " + title_of(context));
  if (!context.input_flag("skip_annotations")) {
    const auto prefix = context.input_lines("test_files_prefix");
    annotate_failures(context, read.reports, limit, prefix.empty() ? "" : prefix.front());
  }
  show(context, read.reports);
  if (sum.any_failed() && context.input_flag("fail_on_failure")) {
    return fail("actions/tests-failed",
                fmt::format("Tests reported {} failures", sum.failed + sum.broken_suites));
  }
  return {};
}

}  // namespace

const run::BuiltinAction kJunitReport{
    .name = "mikepenz/action-junit-report",
    .versions = "v1-v6",
    .inputs = kInputs,
    .main = junit_report,
};

}  // namespace crema::actions
