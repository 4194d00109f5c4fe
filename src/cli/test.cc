// `crema test`: the tests a repository has, run and kept as evidence.
#include "arguments.h"
#include "output.h"
#include "run_choice.h"
#include "test_evidence.h"
#include "test_parts.h"
#include "test_progress.h"
#include "test_selection.h"
#include "test_text.h"

#include "crema/sys/signals.h"
#include "crema/sys/terminal.h"
#include "crema/testing/test_run.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace crema::cli {
namespace {

struct TestOptions {
  std::vector<std::string> words;  // a part, then paths
  testing::TestRequest request;
  std::string timeout = "10m";
  std::vector<std::string> parts = {"unit"};
  std::string compose;
  std::string shard, changed, explain;
  std::size_t slowest = 5;
  std::string profile, junit;
  std::string format = "text";
};

void declare(CLI::App& app, TestOptions& options) {
  auto& tests = options.request.options;
  app.add_option("part_and_paths", options.words, "unit, integration, e2e or all; then folders");
  app.add_flag("--race,!--no-race", tests.race, "look for data races");
  app.add_flag("--cover,!--no-cover", tests.cover, "measure coverage");
  app.add_option("--coverpkg", tests.coverpkg, "packages that all tests cover");
  app.add_flag("--shuffle,!--no-shuffle", tests.shuffle, "random order");
  app.add_flag("--short", tests.short_mode, "tell tests to be short");
  app.add_option("--retries", tests.retries, "run what failed again")->check(CLI::Range(0, 10));
  app.add_option("--run", tests.run, "only tests whose name matches");
  app.add_option("--tags", tests.tags, "build tags");
  app.add_option("--timeout", options.timeout, "of each package: 90s, 10m, 1h");
  app.add_option("--parallel", options.request.parallel, "modules at a time");
  app.add_option("--compose", options.compose, "services of integration and e2e tests");
  app.add_option("--shard", options.shard, "2/4: the second of four shares");
  app.add_flag("--changed{auto}", options.changed, "only what a change can affect");
  app.add_option("--explain", options.explain, "why a package or test runs with --changed or not");
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
  request.builds = project.store / "builds";
  std::span<const std::string> words = options.words;
  constexpr std::array<std::string_view, 4> kParts = {"unit", "integration", "e2e", "all"};
  if (!words.empty() && std::ranges::find(kParts, words.front()) != kParts.end()) {
    options.parts = {words.front()};
    if (words.front() == "all") options.parts = {"unit", "integration", "e2e"};
    words = words.subspan(1);
  }
  request.paths = CREMA_TRY(relative_paths(host, project.root, words));
  const auto timeout = duration_of(options.timeout);
  if (!timeout) {
    auto error = make_error("test/timeout", "'" + options.timeout + "' is no duration");
    error.hint = "90s, 10m or 1h";
    return fail(std::move(error));
  }
  request.options.timeout = *timeout;
  if (!options.explain.empty() && options.changed.empty()) options.changed = "auto";
  if (!options.changed.empty())
    request.changed = CREMA_TRY(changed_files(host, project, options.changed));
  if (!options.shard.empty()) {
    request.shard = CREMA_TRY(parse_shard(options.shard));
    if (options.parts.size() > 1)
      return fail("test/shard", "--shard divides one part: unit, integration or e2e");
    request.times = CREMA_TRY(recorded_times(host, options.parts.front()));
  }
  return {};
}

std::string title_of(const TestOptions& options) {
  auto title = "crema test " + (options.parts.size() > 1 ? "all" : options.parts.front());
  if (!options.shard.empty()) title += " --shard " + options.shard;
  if (!options.changed.empty()) title += " --changed";
  return title;
}

Result<> write_files(const TestOptions& options, const sys::Host& host,
                     std::span<const testing::ProjectReport> reports) {
  if (!options.profile.empty())
    CREMA_TRY(write_profile(host.working_directory / options.profile, reports));
  if (!options.junit.empty())
    CREMA_TRY(write_junit(host.working_directory / options.junit, reports));
  return {};
}

// A store that cannot be read is said by whoever must read it.
TestPast past_of(const sys::Host& host) {
  const auto own = open_own_run(host).value_or(std::nullopt);
  if (own) return TestPast::read(*own->store).value_or(TestPast());
  const auto store = open_store(host);
  return store ? TestPast::read(**store).value_or(TestPast()) : TestPast();
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

  if (const auto& changed = options.request.changed; changed && !options.explain.empty()) {
    const auto why =
        explain_selection(host, project, options.explain, *changed, options.request.options.tags);
    if (!why) return report(why.error(), host);
    print(*why);
    return 0;
  }
  const bool text = options.format == "text";
  const auto style = output_style(host);
  std::stop_source stop;
  const sys::SignalWatcher signals(stop, [] { ::_exit(static_cast<int>(ExitCode::interrupted)); });
  const auto step = host.variable("CREMA_EVIDENCE");
  std::optional<EvidenceRun> run;
  if (!step) {
    auto begun = EvidenceRun::begin(host, project, title_of(options));
    if (!begun) return report(begun.error(), host);
    run.emplace(std::move(*begun));
  }
  const auto begin = host.clock->monotonic();
  Result<std::vector<testing::ProjectReport>> reports;
  {
    const auto width = ::isatty(STDOUT_FILENO) == 1 ? sys::terminal_size(STDOUT_FILENO).first : 0;
    TestProgress progress(host, style, width);
    reports = run_parts({.host = host,
                         .project = project,
                         .parts = options.parts,
                         .tests = options.request,
                         .compose = options.compose,
                         .progress = text ? &progress : nullptr,
                         .stop = stop.get_token()});
  }
  if (!reports) {
    if (run && reports.error().exit_code != ExitCode::interrupted)
      (void)run->finish(false).has_value();
    return report(reports.error(), host);
  }
  const auto took = host.clock->monotonic() - begin;
  if (text) {
    print(failures_text(*reports, style, past_of(host)));
    if (host.variable("GITHUB_ACTIONS").value_or("") == "true") print(annotations_text(*reports));
    print(slowest_text(*reports, options.slowest, style));
    print(coverage_text(*reports, style));
    print(totals_text(*reports, took, style));
    if (run) {
      print(style.paint(evidence::Tone::dim,
                        fmt::format("  kept as run {0}: crema show {0}\n", run->number())));
    }
  }
  if (const auto written = write_files(options, host, *reports); !written)
    return report(written.error(), host);
  const auto kept = run ? keep_tests(*run, *reports) : leave_tests(*step, host, *reports);
  if (!text) print(tests_json(*reports, run ? run->number() : 0));
  if (!kept) return report(kept.error(), host);
  return any_failed(*reports) ? static_cast<int>(ExitCode::failed) : 0;
}

}  // namespace crema::cli
