// `crema report`: one run as a page.
#include "arguments.h"
#include "output.h"
#include "report_material.h"
#include "run_choice.h"

#include "crema/report/page.h"
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
  const auto material = CREMA_TRY(report_material(host, project, opened));
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
