// `crema test`: the tests a repository has, run and kept as evidence.
#include "arguments.h"
#include "evidence_run.h"
#include "output.h"
#include "test_progress.h"
#include "test_text.h"

#include "crema/evidence/go_profile.h"
#include "crema/evidence/junit.h"
#include "crema/evidence/record.h"
#include "crema/sys/files.h"
#include "crema/sys/signals.h"
#include "crema/sys/terminal.h"
#include "crema/testing/test_run.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace crema::cli {
namespace {

struct TestOptions {
  std::vector<std::string> words;  // a part, then paths
  testing::TestRequest request;
  std::string timeout = "10m";
  std::size_t slowest = 5;
  std::string profile, junit;
  std::string format = "text";
};

void declare(CLI::App& app, TestOptions& options) {
  auto& go = options.request.go;
  app.add_option("part_and_paths", options.words, "unit, then folders");
  app.add_flag("--race,!--no-race", go.race, "look for data races");
  app.add_flag("--cover,!--no-cover", go.cover, "measure coverage");
  app.add_option("--coverpkg", go.coverpkg, "packages that all tests cover");
  app.add_flag("--shuffle,!--no-shuffle", go.shuffle, "random order");
  app.add_flag("--short", go.short_mode, "tell tests to be short");
  app.add_option("--retries", go.retries, "run what failed again")->check(CLI::Range(0, 10));
  app.add_option("--run", go.run, "only tests whose name matches");
  app.add_option("--tags", go.tags, "build tags");
  app.add_option("--timeout", options.timeout, "of each package: 90s, 10m, 1h");
  app.add_option("--parallel", options.request.parallel, "modules at a time");
  app.add_option("--slowest", options.slowest, "how many of the slowest tests to name");
  app.add_option("--coverprofile", options.profile, "write the merged profile");
  app.add_option("--junit", options.junit, "write the results as JUnit XML");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

// "90", "90s", "10m", "1h".
std::optional<std::chrono::seconds> duration_of(std::string_view text) {
  std::chrono::seconds unit{1};
  if (text.ends_with('h')) unit = std::chrono::hours(1);
  if (text.ends_with('m')) unit = std::chrono::minutes(1);
  if (text.ends_with('h') || text.ends_with('m') || text.ends_with('s')) text.remove_suffix(1);
  if (text.empty() || text.size() > 6 ||
      text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return unit * std::stoi(std::string(text));
}

// The folders a user named, relative to the root.
Result<std::vector<std::string>> relative_paths(const sys::Host& host,
                                                const std::filesystem::path& root,
                                                std::span<const std::string> given) {
  std::vector<std::string> paths;
  for (auto text : given) {
    if (text.ends_with("/...")) text.resize(text.size() - 4);
    std::error_code error;
    const auto path = std::filesystem::canonical(host.working_directory / text, error);
    if (error || !std::filesystem::is_directory(path)) {
      auto problem = make_error("test/no-such-folder", "there is no folder " + text);
      problem.hint = "crema test takes a part (unit) and folders; --run chooses tests by name";
      return fail(std::move(problem));
    }
    const auto relative = path.lexically_relative(root).string();
    if (relative.starts_with("..")) {
      return fail("test/outside", text + " is not in the repository at " + root.string());
    }
    paths.push_back(relative == "." ? "" : relative);
  }
  return paths;
}

Result<> complete(TestOptions& options, const sys::Host& host, const Project& project) {
  auto& request = options.request;
  request.root = project.root;
  std::span<const std::string> words = options.words;
  constexpr std::array<std::string_view, 3> kLater = {"integration", "e2e", "all"};
  if (!words.empty() && words.front() == "unit") {
    words = words.subspan(1);
  } else if (!words.empty() && std::ranges::find(kLater, words.front()) != kLater.end() &&
             !std::filesystem::is_directory(host.working_directory / words.front())) {
    return fail("test/part", "not supported: crema test " + words.front() + " (only unit is)");
  }
  request.paths = CREMA_TRY(relative_paths(host, project.root, words));
  const auto timeout = duration_of(options.timeout);
  if (!timeout) {
    auto error = make_error("test/timeout", "'" + options.timeout + "' is no duration");
    error.hint = "90s, 10m or 1h";
    return fail(std::move(error));
  }
  request.go.timeout = *timeout;
  return {};
}

Result<> write_junit(const std::filesystem::path& file,
                     std::span<const testing::ProjectReport> projects) {
  std::vector<evidence::TestSuite> suites;
  for (const auto& project : projects) {
    suites.insert(suites.end(), project.suites.begin(), project.suites.end());
    if (project.error.empty()) continue;
    suites.push_back({.name = project.folder.empty() ? "." : project.folder,
                      .outcome = evidence::TestOutcome::failed,
                      .kind = evidence::FailureKind::build,
                      .message = "the module could not be tested",
                      .output = project.error});
  }
  return sys::write_file(file, evidence::junit_xml(suites));
}

std::vector<evidence::Evidence> evidence_of(const testing::ProjectReport& project) {
  std::vector<evidence::Evidence> evidence;
  for (const auto& suite : project.suites) evidence.emplace_back(suite);
  if (project.coverage) evidence.emplace_back(*project.coverage);
  return evidence;
}

// Lines for who watches nothing.
class Silence : public testing::TestListener {
 public:
  void on_project(std::string_view) override {}
  void on_run(std::string_view, std::string_view) override {}
  void on_case(const evidence::TestSuite&, const evidence::TestCase&) override {}
  void on_suite(const evidence::TestSuite&) override {}
  void on_project_end(const testing::ProjectReport&) override {}
};

Result<> keep(EvidenceRun& run, std::span<const testing::ProjectReport> projects) {
  for (const auto& project : projects) {
    const auto plain = evidence::Style{};
    const std::span one(&project, 1);
    const auto log = failures_text(one, plain) + coverage_text(one, plain);
    CREMA_TRY(run.add_job(project.folder.empty() ? "." : project.folder, project.started,
                          !project.failed(), log, evidence_of(project)));
  }
  return run.finish(!any_failed(projects));
}

Result<> write_profile(const std::string& file, std::span<const testing::ProjectReport> projects) {
  evidence::Coverage whole;
  for (const auto& project : projects) {
    if (project.coverage) merge_into(whole, *project.coverage);
  }
  return sys::write_file(file, evidence::go_profile_text(whole));
}

// Inside a step, the run it belongs to keeps the evidence.
Result<> leave_in(const std::filesystem::path& folder, const sys::Host& host,
                  std::span<const testing::ProjectReport> projects) {
  std::string lines;
  for (const auto& project : projects) {
    for (auto& one : evidence_of(project))
      lines += evidence::to_json({.origin = {}, .evidence = std::move(one)}) + "\n";
  }
  CREMA_TRY(sys::make_directories(folder));
  return sys::write_file(folder / ("test-" + host.random_hex(12) + ".ndjson"), lines);
}

std::string json_of(std::span<const testing::ProjectReport> projects, std::uint64_t run) {
  nlohmann::ordered_json json = {{"run", run},
                                 {"passed", !any_failed(projects)},
                                 {"records", nlohmann::ordered_json::array()}};
  for (const auto& project : projects) {
    for (auto& one : evidence_of(project)) {
      const auto text = evidence::to_json({.origin = {.run = run}, .evidence = std::move(one)});
      json["records"].push_back(nlohmann::ordered_json::parse(text, nullptr, false));
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace

int run_test(CommandContext& context) {
  TestOptions options;
  if (const auto ended =
          parse_arguments(context, "test", [&](CLI::App& app) { declare(app, options); }))
    return *ended;
  const auto& host = context.host;
  const auto project = find_project(host);
  if (const auto done = complete(options, host, project); !done) return report(done.error(), host);

  const bool text = options.format == "text";
  const auto style = output_style(host);
  std::stop_source stop;
  const sys::SignalWatcher signals(stop, [] { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  const auto step = host.variable("CREMA_EVIDENCE");
  std::optional<EvidenceRun> run;
  if (!step) {
    auto begun = EvidenceRun::begin(host, project, "crema test " + options.request.part);
    if (!begun) return report(begun.error(), host);
    run.emplace(std::move(*begun));
  }
  const auto begin = host.clock->monotonic();
  Result<std::vector<testing::ProjectReport>> reports;
  {
    Silence silence;
    const auto width = ::isatty(STDOUT_FILENO) == 1 ? sys::terminal_size(STDOUT_FILENO).first : 0;
    TestProgress progress(host, style, width);
    testing::TestListener& listener =
        text ? static_cast<testing::TestListener&>(progress) : silence;
    reports = testing::run_tests(options.request,
                                 {.host = host, .listener = listener, .stop = stop.get_token()});
  }
  if (!reports) {
    if (run && reports.error().exit_code != ExitCode::interrupted) (void)run->finish(false);
    return report(reports.error(), host);
  }
  const auto took = host.clock->monotonic() - begin;
  if (text) {
    print(failures_text(*reports, style));
    print(slowest_text(*reports, options.slowest, style));
    print(coverage_text(*reports, style));
    print(totals_text(*reports, took, style));
  } else {
    print(json_of(*reports, run ? run->number() : 0));
  }
  const auto kept = run ? keep(*run, *reports) : leave_in(*step, host, *reports);
  if (!kept) return report(kept.error(), host);
  if (!options.profile.empty()) {
    const auto file = (host.working_directory / options.profile).string();
    if (const auto written = write_profile(file, *reports); !written)
      return report(written.error(), host);
  }
  if (!options.junit.empty()) {
    const auto written = write_junit(host.working_directory / options.junit, *reports);
    if (!written) return report(written.error(), host);
  }
  return any_failed(*reports) ? static_cast<int>(ExitCode::failed) : 0;
}

}  // namespace crema::cli
