#include "step_process.h"

#include "env_file.h"
#include "job_run.h"
#include "step_evidence.h"

#include "crema/base/strings.h"
#include "crema/run/break_point.h"

#include <fmt/format.h>

namespace crema::run {
namespace {

using evidence::AnnotationLevel;

constexpr std::size_t kLargestSummary = std::size_t{1024} * 1024;

void file_error(StepFrame& frame, std::string_view message) {
  frame.command_failed = true;
  frame.log().annotate({.level = AnnotationLevel::error, .message = std::string(message)});
}

void obey_environment(StepFrame& frame, NamedValueList values) {
  for (auto& [name, value] : values) {
    // Source: actions/runner SetEnvFileCommand.
    if (equals_ignore_case(name, "NODE_OPTIONS")) {
      file_error(frame, "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
      continue;
    }
    frame.variables.set(name, std::move(value));
  }
}

void obey_summary(StepFrame& frame, const std::string& text) {
  if (text.size() > kLargestSummary) {
    return file_error(frame, fmt::format("$GITHUB_STEP_SUMMARY upload aborted, supports content up "
                                         "to a size of 1024k, got {}k",
                                         text.size() / 1024));
  }
  frame.job.listener().on_event(
      {frame.job.facts().now(),
       evidence::SummaryWritten{.job = frame.job.leg().index,
                                .step = frame.index,
                                .markdown = frame.job.facts().masker.mask(text)}});
}

void obey(StepFrame& frame, StepFile file, const std::string& text) {
  if (file == StepFile::step_summary) return obey_summary(frame, text);
  if (file == StepFile::path) {
    for (auto& folder : parse_path_file(text)) frame.variables.add_path(std::move(folder));
    return;
  }
  auto values = parse_env_file(text, variable_name(file));
  if (!values) return file_error(frame, values.error().message);
  if (file == StepFile::env) return obey_environment(frame, std::move(*values));
  for (auto& [name, value] : *values) {
    if (file == StepFile::output) {
      frame.set_output(name, std::move(value));
    } else {
      frame.state.insert_or_assign(name, std::move(value));
    }
  }
}

BreakPoint break_point(StepFrame& frame, const sys::Command& command,
                       const std::filesystem::path& script, const StepEnd& end) {
  return {
      .job = frame.job.leg().index,
      .job_name = frame.job.leg().name,
      .step = frame.index,
      .step_name = frame.name,
      .exit_code = end.exit_code,
      .error = end.reason,
      .command = command.argv,
      .environment = command.environment,
      .directory = command.working_directory,
      .script = script,
      .workspace = frame.job.workspace(),
      .processes = frame.job.place().processes(),
  };
}

}  // namespace

void obey_files(StepFrame& frame) {
  // The runner's order: what a summary or an output has wrong does not keep the others back.
  for (const auto file :
       {StepFile::path, StepFile::env, StepFile::step_summary, StepFile::state, StepFile::output}) {
    auto text = frame.files.take(file);
    if (!text) {
      file_error(frame, text.error().message);
    } else if (!text->empty()) {
      obey(frame, file, *text);
    }
  }
}

sys::Environment process_environment(StepFrame& frame) {
  auto& job = frame.job;
  sys::Environment environment = job.place().environment();
  for (const auto& [name, value] : frame.variables.values()) environment[name] = value;
  for (const auto& [name, value] : frame.overrides) environment[name] = value;
  environment.try_emplace("CI", "true");
  if (!frame.variables.path().empty()) {
    environment["PATH"] = frame.variables.prepend_to(environment["PATH"]);
  }
  for (const auto& [name, value] : job.fixed_environment()) environment[name] = value;
  environment["GITHUB_ACTION"] = frame.id;
  environment["CREMA_RUN"] = job.facts().services.recorder.folder().string();
  environment["CREMA_EVIDENCE"] = evidence_folder(frame).string();
  for (const auto member : {"action_path", "action_ref", "action_repository"}) {
    if (auto value = frame.github(member); !value.empty()) {
      environment["GITHUB_" + to_upper(member)] = std::move(value);
    }
  }
  for (const auto file : kStepFiles) {
    environment[std::string(variable_name(file))] = frame.files.path(file);
  }
  return environment;
}

Result<sys::Exit> run_process(StepFrame& frame, const sys::Command& command) {
  auto exit = run_process(frame, command, [&](std::string_view bytes) { frame.log().feed(bytes); });
  frame.log().finish();
  return exit;
}

Result<sys::Exit> run_process(StepFrame& frame, const sys::Command& command,
                              const sys::OutputSink& output) {
  const sys::RunLimits limits{
      .stop = frame.stop.get_token(), .deadline = frame.deadline, .patience = {}};
  return frame.job.place().run(command, limits, output);
}

StepEnd end_of_process(StepFrame& frame, const Result<sys::Exit>& exit) {
  if (!exit) return fail_step(frame, exit.error());
  switch (exit->why) {
    case sys::Exit::Why::stopped:
      frame.log().write(evidence::LineKind::error, "The operation was canceled.");
      return {Outcome::cancelled, exit->code, "it was cancelled while it ran"};
    case sys::Exit::Why::timed_out: {
      // The limit may be that of the composite action around the step.
      const auto message = frame.timeout_minutes > 0
                               ? fmt::format("The action '{}' has timed out after {} minutes.",
                                             frame.name, frame.timeout_minutes)
                               : std::string("The action has timed out.");
      auto end = fail_step(frame, message);
      end.exit_code = exit->code;
      return end;
    }
    case sys::Exit::Why::exited:
    case sys::Exit::Why::signalled:
      break;
  }
  if (exit->code == 0) return {};
  auto end = fail_step(frame, fmt::format("Process completed with exit code {}.", exit->code));
  end.exit_code = exit->code;
  end.reason.clear();  // the exit code says it
  return end;
}

StepEnd run_with_breaks(StepFrame& frame, const sys::Command& command,
                        const std::filesystem::path& script) {
  while (true) {
    auto end = end_of_process(frame, run_process(frame, command));
    auto* handler = frame.job.facts().request.break_on_failure;
    if (handler == nullptr || end.outcome != Outcome::failure) return end;
    switch (handler->on_failure(break_point(frame, command, script, end))) {
      case BreakAnswer::retry:
        frame.log().write(evidence::LineKind::command, "Running the step again");
        break;
      case BreakAnswer::carry_on:
        return end;
      case BreakAnswer::treat_as_success:
        frame.log().write(evidence::LineKind::warning, "Going on as if the step had succeeded");
        return {};
      case BreakAnswer::abort:
        frame.job.facts().abort();
        return {Outcome::cancelled, end.exit_code, "the run was aborted at this step"};
    }
  }
}

}  // namespace crema::run
