// codecov/codecov-action without codecov: reads the reports it would upload, keeps them as evidence
// and says what is in them. Nothing leaves the machine.
#include "builtins.h"
#include "inputs.h"
#include "reports.h"
#include "test_reports.h"

#include "crema/base/strings.h"
#include "crema/evidence/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"file"},
    {"files"},
    {"directory"},
    {"root_dir"},
    {"working-directory"},
    {"exclude"},
    {"disable_search", "false"},
    {"fail_ci_if_error", "false"},
    {"handle_no_reports_found", "false"},
    {"flags"},
    {"name"},
    {"verbose", "false"},
    {"dry_run", "false"},
    {"token"},
    {"base_sha"},
    {"binary"},
    {"codecov_yml_path"},
    {"commit_parent"},
    {"disable_file_fixes", "false"},
    {"disable_safe_directory", "false"},
    {"disable_telem", "false"},
    {"env_vars"},
    {"force", "false"},
    {"functionalities"},
    {"gcov"},
    {"gcov_args"},
    {"gcov_executable", "gcov"},
    {"gcov_ignore"},
    {"gcov_include"},
    {"git_service"},
    {"job_code"},
    {"move_coverage_to_trash", "false"},
    {"network_filter"},
    {"network_prefix"},
    {"os"},
    {"override_branch"},
    {"override_build"},
    {"override_build_url"},
    {"override_commit"},
    {"override_pr"},
    {"override_tag"},
    {"path_to_write_report"},
    {"plugin"},
    {"plugins"},
    {"recurse_submodules", "false"},
    {"report_code"},
    {"report_type"},
    {"run_command"},
    {"skip_validation", "false"},
    {"slug"},
    {"swift_project"},
    {"upstream_proxy"},
    {"url"},
    {"use_legacy_upload_endpoint", "false"},
    {"use_oidc", "false"},
    {"use_pypi", "false"},
    {"version", "latest"},
    {"xcode"},
    {"xcode_archive_path"},
});

constexpr std::string_view kNoUpload = "nothing is uploaded";
constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"override_branch", kNoUpload},
    {"override_commit", kNoUpload},
    {"override_pr", kNoUpload},
    {"override_tag", kNoUpload},
    {"override_build", kNoUpload},
    {"override_build_url", kNoUpload},
    {"slug", kNoUpload},
    {"url", kNoUpload},
    {"use_oidc", kNoUpload},
    {"env_vars", kNoUpload},
    {"run_command", kNoUpload},
    {"plugins", "reports are read as they are"},
    {"plugin", "reports are read as they are"},
    {"gcov", "reports are read as they are"},
    {"swift_project", "reports are read as they are"},
    {"xcode", "reports are read as they are"},
    {"xcode_archive_path", "reports are read as they are"},
    {"network_filter", "reports are read as they are"},
    {"network_prefix", "reports are read as they are"},
    {"move_coverage_to_trash", "reports stay where they are"},
    {"version", "the codecov program is not used"},
    {"binary", "the codecov program is not used"},
});

// Where codecov's own programs look when no file is named; large foreign trees left out.
constexpr std::string_view kSearched =
    "**/coverage.out\n**/cover.out\n**/c.out\n**/coverage.txt\n**/*.coverprofile\n**/*.lcov\n"
    "**/lcov.info\n**/*coverage*.xml\n**/cobertura*.xml\n!**/node_modules/**\n!**/vendor/**\n!**/"
    ".git/**";
constexpr std::string_view kSearchedTests =
    "**/*junit*.xml\n**/TEST-*.xml\n**/test-results*.xml\n**/test_results*.xml\n"
    "!**/node_modules/**\n!**/vendor/**\n!**/.git/**";
constexpr std::size_t kMostRows = 40;
constexpr std::size_t kMostAnnotations = 10;

struct Reports {
  std::vector<fs::path> found;
  std::vector<std::string> missing;  // named but not there
};

fs::path base_folder(const run::ActionContext& context) {
  auto base = resolve_path(context, context.input("working-directory"));
  for (const auto* name : {"root_dir", "directory"}) {
    if (const auto folder = context.input(name); !folder.empty())
      return (base / folder).lexically_normal();
  }
  return base;
}

// Below `base`, without the folders that are excluded.
Result<std::vector<fs::path>> find(const run::ActionContext& context, const fs::path& base,
                                   std::string patterns) {
  const auto excluded = context.input("exclude");
  for (const auto each : split(excluded, ',')) {
    if (!trim(each).empty()) patterns += fmt::format("\n!**/{}/**", trim(each));
  }
  return find_reports(context, base, patterns);
}

bool wants_tests(const run::ActionContext& context) {
  return context.input("report_type") == "test_results";
}

Result<Reports> choose_reports(run::ActionContext& context) {
  std::vector<std::string> named;
  for (const auto* name : {"files", "file"}) {
    for (const auto& line : context.input_lines(name)) {
      for (const auto part : split(line, ',')) {
        if (!trim(part).empty()) named.emplace_back(trim(part));
      }
    }
  }
  Reports reports;
  const auto working = resolve_path(context, context.input("working-directory"));
  for (const auto& pattern : named) {
    auto files = CREMA_TRY(find(context, working, pattern));
    if (files.empty()) reports.missing.push_back(pattern);
    reports.found.insert(reports.found.end(), files.begin(), files.end());
  }
  if (named.empty() && !context.input_flag("disable_search")) {
    const auto base = base_folder(context);
    const bool tests = wants_tests(context);
    context.log(fmt::format("No file is named: searching {} for {}", base.string(),
                            tests ? "results of tests" : "coverage reports"));
    reports.found = CREMA_TRY(find(context, base, std::string(tests ? kSearchedTests : kSearched)));
  }
  std::ranges::sort(reports.found);
  const auto repeated = std::ranges::unique(reports.found);
  reports.found.erase(repeated.begin(), repeated.end());
  return reports;
}

std::string shown(const evidence::CoverageTotal& total) {
  return fmt::format("{:.1f} % ({} of {})", total.percent(), total.covered, total.statements);
}

void add_to(evidence::CoverageTotal& sum, const evidence::CoverageTotal& part) {
  sum.covered += part.covered;
  sum.statements += part.statements;
}

// Files of one folder together: a Go package, a component.
std::map<std::string, evidence::CoverageTotal> by_folder(const evidence::Coverage& coverage) {
  std::map<std::string, evidence::CoverageTotal> groups;
  for (const auto& file : coverage.files) {
    const auto slash = file.path.rfind('/');
    add_to(groups[slash == std::string::npos ? "." : file.path.substr(0, slash)], total_of(file));
  }
  return groups;
}

void show(run::ActionContext& context, const Report& report, const evidence::Coverage& coverage,
          std::string& table) {
  const auto unit = coverage.tool == "go" ? "statements" : "lines";
  context.log(fmt::format("{}: {}, {} file{}", report.path, report.format, coverage.files.size(),
                          coverage.files.size() == 1 ? "" : "s"));
  std::size_t rows = 0;
  for (const auto& [folder, total] : by_folder(coverage)) {
    context.log(fmt::format("  {:<60} {}", folder, shown(total)));
    if (rows++ < kMostRows)
      table += fmt::format("| {} | {:.1f} % | {} | {} |\n", folder, total.percent(), total.covered,
                           total.statements);
  }
  if (rows > kMostRows) table += fmt::format("| {} more | | | |\n", rows - kMostRows);
  const auto total = total_of(coverage);
  context.log(fmt::format("  total: {} {}", shown(total), unit));
  table += fmt::format("| **{}** ({}) | **{:.1f} %** | {} | {} |\n", report.path, unit,
                       total.percent(), total.covered, total.statements);
}

// A flag that is called as a part of the tests says whose coverage it is.
std::string part_of(const run::ActionContext& context) {
  const auto flags = context.input("flags");
  return flags == "unit" || flags == "integration" || flags == "e2e" ? flags : "";
}

Result<> problem(run::ActionContext& context, const std::string& message) {
  if (context.input_flag("fail_ci_if_error")) return fail("actions/no-coverage", message);
  context.annotate(evidence::AnnotationLevel::warning, message);
  return {};
}

// What has been read so far of all reports.
struct Measured {
  std::string table = "| | coverage | covered | total |\n|---|---:|---:|---:|\n";
  evidence::CoverageTotal total;
  std::size_t coverages = 0;
  std::vector<TestReport> tests;
};

Result<> take(run::ActionContext& context, Report report, Measured& measured) {
  TestReport tests{.path = report.path, .suites = {}};
  for (auto& one : report.evidence) {
    if (auto* coverage = std::get_if<evidence::Coverage>(&one)) {
      coverage->part = part_of(context);
      show(context, report, *coverage, measured.table);
      add_to(measured.total, total_of(*coverage));
      ++measured.coverages;
    } else if (auto* suite = std::get_if<evidence::TestSuite>(&one)) {
      suite->part = part_of(context);
      tests.suites.push_back(*suite);
    }
    CREMA_TRY(context.add_evidence(std::move(one)));
  }
  if (!tests.suites.empty()) measured.tests.push_back(std::move(tests));
  return {};
}

void summarise(run::ActionContext& context, Measured& measured) {
  const auto flags = context.input("flags");
  const auto suffix = flags.empty() ? "" : " (" + flags + ")";
  if (measured.coverages > 1) {
    context.log("Total: " + shown(measured.total));
    measured.table +=
        fmt::format("| **Total** | **{:.1f} %** | {} | {} |\n", measured.total.percent(),
                    measured.total.covered, measured.total.statements);
  }
  if (measured.coverages > 0)
    context.add_summary(fmt::format("### Coverage{}\n\n{}", suffix, measured.table));
  if (measured.tests.empty()) return;
  const auto sum = sum_of(measured.tests);
  context.log(fmt::format("{} tests: {} passed, {} failed, {} skipped", sum.total(), sum.passed,
                          sum.failed, sum.skipped));
  annotate_failures(context, measured.tests, kMostAnnotations);
  context.add_summary(summary_of(measured.tests, {.title = "Tests" + suffix}));
}

Result<> codecov(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto reports = CREMA_TRY(choose_reports(context));
  const auto what = wants_tests(context) ? "results of tests" : "coverage report";
  if (!reports.missing.empty())
    CREMA_TRY(problem(context, fmt::format("no {} at {}", what, join(reports.missing, ", "))));
  if (reports.found.empty()) {
    if (context.input_flag("handle_no_reports_found") || !reports.missing.empty()) return {};
    return problem(
        context, wants_tests(context) ? "no results of tests found" : "no coverage reports found");
  }
  Measured measured;
  for (const auto& path : reports.found) {
    auto report = read_report(context, path);
    if (report)
      CREMA_TRY(take(context, std::move(*report), measured));
    else
      CREMA_TRY(problem(context, report.error().message));
  }
  summarise(context, measured);
  context.log("Nothing is uploaded to codecov from this machine.");
  return {};
}

}  // namespace

const run::BuiltinAction kCodecov{
    .name = "codecov/codecov-action",
    .versions = "v1-v6",
    .inputs = kInputs,
    .main = codecov,
};

}  // namespace crema::actions
