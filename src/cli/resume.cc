// `crema resume`: go on with a run that failed or was interrupted.
#include "arguments.h"
#include "execution.h"
#include "output.h"
#include "run_choice.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace crema::cli {

int run_resume(CommandContext& context) {
  std::string which = "latest";
  RunOptions given;
  const auto ended = parse_arguments(context, "resume", [&](CLI::App& app) {
    app.add_option("run", which, "the run's number; default: the latest");
    app.add_option("--secret,-s", given.secrets,
                   "NAME=VALUE, or NAME to take it from the environment");
    app.add_option("--secret-file", given.secret_file, ".env file with secrets");
    app.add_option("--break", given.break_on, "on-failure: open a shell where a step failed")
        ->check(CLI::IsMember({"on-failure"}));
    app.add_option("--format", given.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
  });
  if (ended) return *ended;
  auto opened = open_run(context.host, which);
  if (!opened) return report(opened.error(), context.host);
  const auto& run = opened->run;
  if (run.state == store::RunState::success) {
    auto done = make_error("cli/nothing-to-resume", "run " + std::to_string(run.number) +
                                                        " succeeded: there is nothing to resume");
    done.hint = "start a new one with `crema run`";
    return report(done, context.host);
  }
  auto options = options_from_json(run.request);
  if (!options) return report(options.error(), context.host);
  options->secrets = given.secrets;
  options->secret_file = given.secret_file;
  options->break_on = given.break_on;
  options->format = given.format;
  auto setup = prepare(context.host, *options);
  if (!setup) return report(setup.error(), context.host);
  if (const int code = report(setup->problems, context.host); code != 0) return code;
  return execute_again(context.host, *opened->store, run, setup->candidates.front(), *options);
}

}  // namespace crema::cli
