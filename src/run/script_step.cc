// `run:` steps: the script becomes a file, the shell runs it.
#include "job_run.h"
#include "shell.h"
#include "step.h"
#include "step_process.h"

#include "crema/base/strings.h"
#include "crema/run/shims.h"

#include <fmt/format.h>

namespace crema::run {
namespace {

using evidence::LineKind;
namespace fs = std::filesystem;

struct Script {
  std::string text;
  std::string shell;
  fs::path directory;
};

// Defaults are the job's; a composite action's steps have none (actions/runner ScriptHandler).
Result<Script> evaluate_script(StepFrame& frame, const workflow::RunStep& step) {
  const bool of_job = frame.level.parent == nullptr;
  Script script;
  script.text = CREMA_TRY(workflow::evaluate_text(step.script, frame.scope));
  script.shell = CREMA_TRY(workflow::evaluate_text(step.shell, frame.scope));
  if (script.shell.empty() && of_job) script.shell = frame.job.default_shell();
  auto directory = CREMA_TRY(workflow::evaluate_text(step.working_directory, frame.scope));
  if (directory.empty() && of_job) directory = frame.job.default_directory();
  script.directory = fs::path(frame.job.workspace());
  if (!directory.empty()) script.directory /= directory;
  return script;
}

void log_header(StepFrame& frame, const Script& script, const std::string& shell) {
  auto& log = frame.log();
  const auto text = trim(script.text);
  log.queue(LineKind::group, fmt::format("Run {}", text.substr(0, text.find_first_of("\r\n"))));
  log.queue(LineKind::command, text);
  log.queue(LineKind::command, "shell: " + shell);
  const auto& environment = frame.scope.contexts.at("env").as_object().members();
  if (!environment.empty()) {
    log.queue(LineKind::command, "env:");
    for (const auto& [name, value] : environment) {
      log.queue(LineKind::command, fmt::format("  {}: {}", name, value.to_text()));
    }
  }
  log.write(LineKind::end_group, "");
}

// Nobody should wonder whose output that is.
void say_shims(StepFrame& frame, std::string_view script, const std::string& path) {
  const auto& executable = frame.job.facts().services.host.executable;
  for (const auto& shim : shims()) {
    if (!mentions(script, shim.name)) continue;
    const auto program = frame.job.place().find_program(shim.name, path);
    std::error_code ignored;
    if (!program || fs::read_symlink(*program, ignored) != executable) continue;
    frame.job.facts().remark_once(
        fmt::format("shim {}", shim.name), frame.job.leg().index, "run/shim",
        fmt::format("no {0} is installed: `{0}` is `crema {1}` here (--no-shims turns that off)",
                    shim.name, shim.command));
  }
}

}  // namespace

StepEnd run_script(StepFrame& frame, const workflow::RunStep& step) {
  if (const auto ready = frame.job.need_workspace(frame.log()); !ready) {
    return fail_step(frame, ready.error());
  }
  const auto script = evaluate_script(frame, step);
  if (!script) return fail_step(frame, script.error());

  sys::Command command;
  command.environment = process_environment(frame);
  command.working_directory = script->directory;
  const auto& path = command.environment["PATH"];
  const auto has = [&](std::string_view program) {
    return frame.job.place().find_program(program, path).has_value();
  };
  const auto file = frame.job.new_script(script_ending(script->shell));
  const auto shell = shell_command(script->shell, script->text, file.string(), has);
  if (!shell) return fail_step(frame, shell.error());
  log_header(frame, *script, shell->display);
  std::error_code ignored;
  if (!fs::is_directory(script->directory, ignored)) {
    return fail_step(
        frame, fmt::format("the working directory {} does not exist", script->directory.string()));
  }
  if (const auto written = frame.job.write_script(file, shell->script); !written) {
    return fail_step(frame, written.error());
  }
  say_shims(frame, shell->script, path);
  command.argv = shell->argv;
  if (const auto program = frame.job.place().find_program(shell->argv[0], path))
    command.program = program->string();
  return run_with_breaks(frame, command, file);
}

}  // namespace crema::run
