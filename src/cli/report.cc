// `crema report`: one run as a page.
#include "arguments.h"
#include "gate_facts.h"
#include "output.h"
#include "run_choice.h"

#include "crema/base/strings.h"
#include "crema/report/page.h"
#include "crema/run/repository.h"
#include "crema/sys/process.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace crema::cli {
namespace {

struct ReportOptions {
  std::string run = "latest";
  std::string output;
  bool open = false;
};

std::optional<std::string> git(const sys::Host& host, const std::filesystem::path& root,
                               std::vector<std::string> arguments) {
  sys::Command command;
  command.argv = {"git"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = host.environment;
  command.working_directory = root;
  auto captured = sys::capture(command, std::chrono::minutes(1));
  if (!captured || !captured->exit.ok()) return std::nullopt;
  return std::move(captured->output);
}

// Files of the working tree that are not the run's commit's: changed, or unknown to git.
std::optional<std::set<std::string>> differing_files(const sys::Host& host,
                                                     const std::filesystem::path& root,
                                                     const std::string& commit) {
  const auto changed = git(host, root, {"diff", "--name-only", "-z", "--relative", commit, "--"});
  const auto unknown = git(host, root, {"ls-files", "-z", "--others", "--exclude-standard"});
  if (!changed || !unknown) return std::nullopt;
  std::set<std::string> files;
  for (const auto* list : {&*changed, &*unknown}) {
    for (const auto path : split(*list, '\0')) files.emplace(path);
  }
  return files;
}

// The report says what could not be found out, and goes on without it.
template <class T>
std::optional<T> found_or_noted(Result<T> result, std::string_view what,
                                std::vector<std::string>& notes) {
  if (result) return std::move(*result);
  notes.push_back(fmt::format("{}: {}", what, result.error().message));
  return std::nullopt;
}

Result<> add_facts(report::Material& material, const sys::Host& host, const Project& project,
                   store::Store& store) {
  material.root = project.root;
  material.version = CREMA_VERSION;
  material.generated = host.clock->wall();
  material.differing = differing_files(host, project.root, material.run.sha);
  material.repository = CREMA_TRY(run::read_repository(project.root, host)).full_name();
  if (auto coverage = found_or_noted(coverage_of_records(host, project.root, material.records),
                                     "coverage could not be told by service", material.notes))
    material.coverage = std::move(*coverage);
  std::error_code ignored;
  if (!std::filesystem::exists(project.root / "crema.yml", ignored)) return {};
  if (const auto policy = found_or_noted(policy_of(host, project.root, ""),
                                         "the gate has no policy", material.notes))
    material.verdict = gate::evaluate(
        *policy, material.records,
        CREMA_TRY(gate_context(host, project.root, material.coverage, store, material.run)));
  return {};
}

Result<> show_in_browser(const sys::Host& host, const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 3> kOpeners = {"xdg-open", "open", "wslview"};
  for (const auto name : kOpeners) {
    const auto program = host.find_program(name);
    if (!program) continue;
    sys::Command command;
    command.argv = {program->string(), file.string()};
    command.environment = host.environment;
    command.working_directory = host.working_directory;
    CREMA_TRY(sys::run_in_foreground(command));
    return {};
  }
  auto error = make_error("report/open", "this machine has no program that opens a page");
  error.hint = "open " + file.string() + " in a browser";
  return fail(std::move(error));
}

// In a step its own run, as far as it has come.
Result<OpenedRun> run_to_report(const sys::Host& host, const std::string& which) {
  if (which == "latest") {
    if (auto own = CREMA_TRY(open_own_run(host))) return std::move(*own);
  }
  return open_run(host, which);
}

Result<int> write_report(const sys::Host& host, const ReportOptions& options) {
  const auto project = find_project(host);
  const auto opened = CREMA_TRY(run_to_report(host, options.run));
  auto material = CREMA_TRY(report::gather(*opened.store, opened.run));
  CREMA_TRY(add_facts(material, host, project, *opened.store));
  const auto file = options.output.empty()
                        ? project.store / "report" / fmt::format("run-{}.html", opened.run.number)
                        : (host.working_directory / options.output).lexically_normal();
  const auto bytes = CREMA_TRY(report::write_page(file, *opened.store, material));
  const auto shown = options.output.empty() ? project.display_path(file) : options.output;
  print(fmt::format("{}  {}\n", shown, evidence::size_text(bytes)));
  if (options.open) CREMA_TRY(show_in_browser(host, file));
  return 0;
}

}  // namespace

int run_report(CommandContext& context) {
  ReportOptions options;
  if (const auto ended = parse_arguments(context, "report", [&](CLI::App& app) {
        app.add_option("run", options.run, "a number or latest");
        app.add_option("--output,-o", options.output, "where to");
        app.add_flag("--open", options.open, "show it in the browser");
      }))
    return *ended;
  const auto code = write_report(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
