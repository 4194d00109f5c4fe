// EnricoMi/publish-unit-test-result-action: results of tests in the job's summary, as JSON, and at
// their lines.
#include "builtins.h"
#include "inputs.h"
#include "reports.h"
#include "test_reports.h"

#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"github_token"},
    {"github_token_actor"},
    {"github_retries", "10"},
    {"ssl_verify", "true"},
    {"commit"},
    {"check_name", "Test Results"},
    {"comment_title"},
    {"comment_mode", "always"},
    {"fail_on", "test failures"},
    {"action_fail", "false"},
    {"action_fail_on_inconclusive", "false"},
    {"files"},
    {"junit_files"},
    {"nunit_files"},
    {"xunit_files"},
    {"trx_files"},
    {"time_unit", "seconds"},
    {"test_file_prefix"},
    {"report_individual_runs"},
    {"report_suite_logs", "none"},
    {"deduplicate_classes_by_file_name"},
    {"large_files"},
    {"ignore_runs", "false"},
    {"check_run", "true"},
    {"job_summary", "true"},
    {"compare_to_earlier_commit", "true"},
    {"pull_request_build", "merge"},
    {"event_file"},
    {"event_name"},
    {"test_changes_limit"},
    {"check_run_annotations", "all tests, skipped tests"},
    {"check_run_annotations_branch"},
    {"seconds_between_github_reads", "0.25"},
    {"seconds_between_github_writes", "2.0"},
    {"secondary_rate_limit_wait_seconds"},
    {"json_file"},
    {"json_thousands_separator", " "},
    {"json_suite_details", "false"},
    {"json_test_case_results", "false"},
    {"search_pull_requests", "false"},
});

constexpr std::string_view kNoGithub = "nothing is published on github.com";
constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"commit", kNoGithub},
    {"comment_title", kNoGithub},
    {"comment_mode", kNoGithub},
    {"event_file", kNoGithub},
    {"event_name", kNoGithub},
    {"pull_request_build", kNoGithub},
    {"search_pull_requests", kNoGithub},
    {"check_run_annotations_branch", kNoGithub},
    {"test_changes_limit", "results are not compared with those of earlier commits"},
    {"report_individual_runs", "every failure is reported"},
    {"report_suite_logs", "the evidence has what suites printed"},
    {"deduplicate_classes_by_file_name", "suites stay as the reports have them"},
    {"json_suite_details", "the JSON has the counts only"},
    {"json_test_case_results", "the JSON has the counts only"},
    {"json_thousands_separator", "the JSON has no formatted numbers"},
});

constexpr std::size_t kMostAnnotations = 50;

// The patterns of both inputs, a line each.
std::string patterns_of(const run::ActionContext& context) {
  std::string patterns;
  for (const auto* input : {"files", "junit_files"}) {
    for (const auto& line : context.input_lines(input)) patterns += line + "\n";
  }
  return patterns.empty() ? "*.xml\n" : patterns;
}

Result<> check_inputs(const run::ActionContext& context) {
  for (const auto* input : {"nunit_files", "xunit_files", "trx_files"}) {
    if (!context.input(input).empty())
      return fail("actions/not-supported", fmt::format("not supported: {}", input));
  }
  const auto fail_on = context.input("fail_on");
  if (fail_on != "test failures" && fail_on != "errors" && fail_on != "nothing") {
    return fail("actions/bad-input", fmt::format("input fail_on must be `test failures`, `errors` "
                                                 "or `nothing`, not '{}'",
                                                 fail_on));
  }
  const auto unit = context.input("time_unit");
  if (unit == "seconds" || unit == "milliseconds") return {};
  return fail("actions/bad-input",
              fmt::format("input time_unit must be seconds or milliseconds, not '{}'", unit));
}

void count_as_milliseconds(std::vector<TestReport>& reports) {
  for (auto& report : reports) {
    for (auto& suite : report.suites) {
      suite.duration /= 1000;
      for (auto& test : suite.cases) test.duration /= 1000;
    }
  }
}

// "+src/" is put before paths, "-/app/" is taken away.
void apply_prefix(std::vector<TestReport>& reports, const std::string& prefix) {
  if (prefix.size() < 2) return;
  const auto word = prefix.substr(1);
  for (auto& report : reports) {
    for (auto& suite : report.suites) {
      for (auto& test : suite.cases) {
        if (prefix.front() == '+' && !test.file.empty()) test.file = word + test.file;
        if (prefix.front() == '-' && test.file.starts_with(word)) test.file.erase(0, word.size());
      }
    }
  }
}

std::string conclusion_of(const run::ActionContext& context, const TestReports& read) {
  const auto fail_on = context.input("fail_on");
  const auto sum = sum_of(read.reports);
  if (read.reports.empty() && read.problems.empty()) return "neutral";
  const bool errors = sum.errors > 0 || sum.broken_suites > 0 || !read.problems.empty();
  if (fail_on == "test failures" && (errors || sum.failed > 0)) return "failure";
  if (fail_on == "errors" && errors) return "failure";
  return "success";
}

std::string title_of(const TestReports& read) {
  const auto sum = sum_of(read.reports);
  std::string title;
  const auto add = [&](std::uint64_t number, std::string_view word) {
    if (number > 0) title += fmt::format("{}{} {}", title.empty() ? "" : ", ", number, word);
  };
  add(read.problems.size(), "parse errors");
  add(sum.errors + sum.broken_suites, "errors");
  add(sum.failed - sum.errors, "fail");
  add(sum.skipped, "skipped");
  add(sum.passed, "pass");
  return title.empty() ? "no tests found" : title;
}

std::string json_of(const run::ActionContext& context, const TestReports& read,
                    const std::string& conclusion) {
  const auto sum = sum_of(read.reports);
  nlohmann::ordered_json json = {
      {"title", title_of(read)}, {"summary", title_of(read)}, {"conclusion", conclusion}};
  auto& stats = json["stats"];
  stats["files"] = read.reports.size() + read.problems.size();
  stats["errors"] = read.problems.size();
  stats["suites"] = sum.suites;
  stats["duration"] = sum.duration.count() / 1'000'000'000;
  for (const auto* what : {"tests", "runs"}) {
    const std::string name = what;
    stats[name] = sum.total();
    stats[name + "_succ"] = sum.passed;
    stats[name + "_skip"] = sum.skipped;
    stats[name + "_fail"] = sum.failed - sum.errors;
    stats[name + "_error"] = sum.errors;
  }
  stats["commit"] = github_text(context, "sha");
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<> publish(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  CREMA_TRY(check_inputs(context));
  const auto files = CREMA_TRY(find_reports(context, context.workspace(), patterns_of(context)));
  if (files.empty()) {
    context.annotate(evidence::AnnotationLevel::warning,
                     "Could not find any files for " + patterns_of(context));
  }
  auto read = read_test_reports(context, files);
  for (const auto& problem : read.problems)
    context.annotate(evidence::AnnotationLevel::error, problem.message);
  if (context.input("time_unit") == "milliseconds") count_as_milliseconds(read.reports);
  apply_prefix(read.reports, context.input("test_file_prefix"));
  CREMA_TRY(leave_suites(context, read.reports));
  const auto conclusion = conclusion_of(context, read);
  context.log(fmt::format("{} ({} files)", title_of(read), files.size()));
  const auto json = json_of(context, read, conclusion);
  context.set_output("json", json);
  if (const auto file = context.input("json_file"); !file.empty())
    CREMA_TRY(sys::write_file(resolve_path(context, file), json + "\n"));
  if (context.input("check_run_annotations") != "none" && !context.input_flag("ignore_runs"))
    annotate_failures(context, read.reports, kMostAnnotations);
  if (context.input_flag("job_summary"))
    context.add_summary(summary_of(read.reports, {.title = context.input("check_name")}));
  if (conclusion == "failure" && context.input_flag("action_fail"))
    return fail("actions/tests-failed", title_of(read));
  if (conclusion == "neutral" && context.input_flag("action_fail_on_inconclusive"))
    return fail("actions/no-tests", "there are no results of tests");
  return {};
}

constexpr run::BuiltinAction named(std::string_view name) {
  return {.name = name, .versions = "v1-v2", .inputs = kInputs, .main = publish};
}

}  // namespace

const run::BuiltinAction kPublishTestResults = named("EnricoMi/publish-unit-test-result-action");
const run::BuiltinAction kPublishTestResultsLinux =
    named("EnricoMi/publish-unit-test-result-action/linux");
const run::BuiltinAction kPublishTestResultsComposite =
    named("EnricoMi/publish-unit-test-result-action/composite");

}  // namespace crema::actions
