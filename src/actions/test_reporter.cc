// dorny/test-reporter: results of tests in the job's summary and at their lines.
#include "builtins.h"
#include "inputs.h"
#include "reports.h"
#include "test_reports.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"artifact"},
    {"name", "", true},
    {"path", "", true},
    {"path-replace-backslashes", "false"},
    {"reporter", "", true},
    {"list-suites", "all"},
    {"list-tests", "all"},
    {"list-files", "all"},
    {"max-annotations", "10"},
    {"fail-on-error", "true"},
    {"fail-on-empty", "true"},
    {"working-directory"},
    {"report-title"},
    {"only-summary", "false"},
    {"use-actions-summary", "true"},
    {"badge-title", "tests"},
    {"collapsed", "auto"},
    {"token"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"use-actions-summary", "there are no check runs here: the summary has the results"},
    {"badge-title", "the summary has no badge"},
    {"collapsed", "the summary is not folded"},
});

constexpr std::array<std::string_view, 7> kRead = {"java-junit",   "jest-junit",  "phpunit-junit",
                                                   "python-xunit", "swift-xunit", "tester-junit",
                                                   "golang-json"};
constexpr std::array<std::string_view, 6> kNotRead = {"dart-json",    "dotnet-nunit", "dotnet-trx",
                                                      "flutter-json", "mocha-json",   "rspec-json"};

Result<> check_reporter(const std::string& reporter) {
  if (std::ranges::find(kRead, reporter) != kRead.end()) return {};
  if (std::ranges::find(kNotRead, reporter) != kNotRead.end()) {
    auto error =
        make_error("actions/not-supported", fmt::format("not supported: reporter {}", reporter));
    error.hint = "let the tests write JUnit XML as well";
    return fail(std::move(error));
  }
  return fail("actions/bad-input",
              fmt::format("Input variable 'reporter' is set to invalid value '{}'", reporter));
}

Result<Listed> listed(const run::ActionContext& context, std::string_view input) {
  const auto value = context.input(input);
  if (value == "all") return Listed::all;
  // What its first version called it.
  if (value == "failed" || value == "only-failed") return Listed::failed;
  if (value == "none") return Listed::none;
  return fail("actions/bad-input", fmt::format("Input parameter '{}' has invalid value", input));
}

Result<std::size_t> max_annotations(const run::ActionContext& context) {
  const auto text = context.input("max-annotations");
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > 50)
    return fail("actions/bad-input", "Input parameter 'max-annotations' has invalid value");
  return number;
}

// Where the reports are: the working directory, or what an artifact of this run holds.
Result<fs::path> base_folder(run::ActionContext& context) {
  const auto artifact = context.input("artifact");
  if (artifact.empty()) return resolve_path(context, context.input("working-directory"));
  if (artifact.starts_with('/'))
    return fail("actions/not-supported", "not supported: `artifact` as a regular expression");
  const auto folder = context.temp() / fmt::format("reports-{}", context.host().random_hex(8));
  CREMA_TRY(context.artifacts().extract(artifact, folder));
  return folder;
}

std::string patterns_of(const run::ActionContext& context) {
  auto paths = context.input("path");
  if (context.input_flag("path-replace-backslashes")) std::ranges::replace(paths, '\\', '/');
  std::string patterns;
  for (const auto each : split(paths, ',')) patterns += std::string(trim(each)) + "\n";
  return patterns;
}

Result<> show(run::ActionContext& context, const std::vector<TestReport>& reports) {
  SummaryOptions options{.title = context.input("report-title")};
  if (options.title.empty()) options.title = context.input("name");
  options.files = CREMA_TRY(listed(context, "list-files"));
  options.suites = CREMA_TRY(listed(context, "list-suites"));
  options.tests = CREMA_TRY(listed(context, "list-tests"));
  if (context.input_flag("only-summary")) options.suites = options.tests = Listed::none;
  const auto summary = summary_of(reports, options);
  context.add_summary(summary);
  const auto file =
      context.temp() / fmt::format("test-reporter-summary-{}.md", context.host().random_hex(16));
  CREMA_TRY(sys::write_file(file, summary));
  context.set_output("summary_file", file.string());
  return {};
}

Result<> test_reporter(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  CREMA_TRY(check_required(context, kInputs));
  CREMA_TRY(check_reporter(context.input("reporter")));
  const auto most = CREMA_TRY(max_annotations(context));
  const auto folder = CREMA_TRY(base_folder(context));
  const auto files = CREMA_TRY(find_reports(context, folder, patterns_of(context)));
  if (files.empty()) {
    context.annotate(evidence::AnnotationLevel::warning,
                     "No file matches path " + context.input("path"));
  }
  const auto read = read_test_reports(context, files);
  if (!read.problems.empty()) return fail(read.problems.front());
  CREMA_TRY(leave_suites(context, read.reports));
  const auto sum = sum_of(read.reports);
  context.log(
      fmt::format("{} passed, {} failed and {} skipped", sum.passed, sum.failed, sum.skipped));
  if (!files.empty()) CREMA_TRY(show(context, read.reports));
  annotate_failures(context, read.reports, most);
  context.set_output("conclusion", sum.any_failed() ? "failure" : "success");
  context.set_output("passed", std::to_string(sum.passed));
  context.set_output("failed", std::to_string(sum.failed));
  context.set_output("skipped", std::to_string(sum.skipped));
  context.set_output("time", std::to_string(sum.duration.count() / 1'000'000));
  if (sum.any_failed() && context.input_flag("fail-on-error"))
    return fail("actions/tests-failed",
                "Failed test were found and 'fail-on-error' option is set to true");
  if (files.empty() && context.input_flag("fail-on-empty"))
    return fail("actions/no-tests", "No test report files were found");
  return {};
}

}  // namespace

const run::BuiltinAction kTestReporter{
    .name = "dorny/test-reporter",
    .versions = "v1-v3",
    .inputs = kInputs,
    .main = test_reporter,
};

}  // namespace crema::actions
