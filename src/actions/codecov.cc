// codecov/codecov-action without codecov: reads the coverage reports it would upload and says what
// is in them. Nothing leaves the machine.
#include "builtins.h"
#include "coverage_report.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"

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
    {"report_type", "only coverage is read"},
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
constexpr std::size_t kMostRows = 40;

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

Result<std::vector<fs::path>> find(const run::ActionContext& context, const fs::path& base,
                                   std::string patterns) {
  const auto excluded = context.input("exclude");
  for (const auto each : split(excluded, ',')) {
    if (!trim(each).empty()) patterns += fmt::format("\n!**/{}/**", trim(each));
  }
  const auto walk = CREMA_TRY(run::GlobWalk::create(std::vector{std::move(patterns)},
                                                    {.workspace = base, .home = context.home()},
                                                    {.match_folders = false}));
  std::vector<fs::path> files;
  for (auto& match : CREMA_TRY(walk.find())) files.push_back(std::move(match.path));
  return files;
}

Result<Reports> find_reports(run::ActionContext& context) {
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
    context.log(fmt::format("No file is named: searching {} for coverage reports", base.string()));
    reports.found = CREMA_TRY(find(context, base, std::string(kSearched)));
  }
  std::ranges::sort(reports.found);
  const auto repeated = std::ranges::unique(reports.found);
  reports.found.erase(repeated.begin(), repeated.end());
  return reports;
}

std::string shown(const CoverageCount& count) {
  return fmt::format("{:.1f} % ({} of {})", count.percent(), count.covered, count.total);
}

// Files of one folder together: a Go package, a component.
std::map<std::string, CoverageCount> by_folder(const CoverageReport& report) {
  std::map<std::string, CoverageCount> groups;
  for (const auto& [file, count] : report.files) {
    const auto slash = file.rfind('/');
    groups[slash == std::string::npos ? "." : file.substr(0, slash)] += count;
  }
  return groups;
}

void show(run::ActionContext& context, const std::string& file, const CoverageReport& report,
          std::string& table) {
  const auto unit = report.format.starts_with("Go") ? "statements" : "lines";
  context.log(fmt::format("{}: {}, {} file{}", file, report.format, report.files.size(),
                          report.files.size() == 1 ? "" : "s"));
  std::size_t rows = 0;
  for (const auto& [folder, count] : by_folder(report)) {
    context.log(fmt::format("  {:<60} {}", folder, shown(count)));
    if (rows++ < kMostRows)
      table += fmt::format("| {} | {:.1f} % | {} | {} |\n", folder, count.percent(), count.covered,
                           count.total);
  }
  if (rows > kMostRows) table += fmt::format("| {} more | | | |\n", rows - kMostRows);
  const auto total = report.total();
  context.log(fmt::format("  total: {} {}", shown(total), unit));
  table += fmt::format("| **{}** ({}) | **{:.1f} %** | {} | {} |\n", file, unit, total.percent(),
                       total.covered, total.total);
}

Result<> problem(run::ActionContext& context, const std::string& message) {
  if (context.input_flag("fail_ci_if_error")) return fail("actions/no-coverage", message);
  context.annotate(evidence::AnnotationLevel::warning, message);
  return {};
}

Result<> codecov(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto reports = CREMA_TRY(find_reports(context));
  if (!reports.missing.empty()) {
    CREMA_TRY(problem(context, "no coverage report at " + join(reports.missing, ", ")));
  }
  if (reports.found.empty()) {
    if (context.input_flag("handle_no_reports_found") || !reports.missing.empty()) return {};
    return problem(context, "no coverage reports found");
  }
  std::string table = "| | coverage | covered | total |\n|---|---:|---:|---:|\n";
  CoverageCount total;
  std::size_t read = 0;
  for (const auto& path : reports.found) {
    const auto name = path.lexically_relative(context.workspace()).string();
    const auto report = read_coverage(path);
    if (!report) {
      CREMA_TRY(problem(context, report.error().message));
      continue;
    }
    show(context, name, *report, table);
    total += report->total();
    ++read;
  }
  if (read > 1) {
    context.log("Total: " + shown(total));
    table += fmt::format("| **Total** | **{:.1f} %** | {} | {} |\n", total.percent(), total.covered,
                         total.total);
  }
  context.log("Nothing is uploaded to codecov from this machine.");
  if (read == 0) return {};
  const auto flags = context.input("flags");
  context.add_summary(
      fmt::format("### Coverage{}\n\n{}", flags.empty() ? "" : " (" + flags + ")", table));
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
