// JavaScript actions: the machine's Node.js runs the action's script.
// Reference: actions/runner NodeScriptActionHandler.
#include "action_use.h"
#include "job_run.h"
#include "step_process.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <cstdlib>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

// INPUT_ names: upper case, blanks become underscores, nothing else changes.
std::string input_variable(std::string_view name) {
  return "INPUT_" + to_upper(replace_all(std::string(name), " ", "_"));
}

void say_other_version(StepFrame& frame, const std::string& wanted, const NodeProgram& node) {
  if (!wanted.starts_with("node")) return;
  const int major = std::atoi(wanted.c_str() + 4);
  if (major == node.major) return;
  frame.job.facts().remark_once(
      "node " + wanted, frame.job.leg().index, "run/node-version",
      fmt::format("actions that ask for {} run on this machine's Node.js {}", wanted, node.major));
}

StepEnd run_script_file(StepFrame& frame, const ActionUse& action, const std::string& script,
                        const ActionInputs& inputs, const std::string& version) {
  sys::Command command;
  command.environment = process_environment(frame);
  for (const auto& [name, value] : inputs) command.environment[input_variable(name)] = value;
  for (const auto& [name, value] : frame.state) command.environment["STATE_" + name] = value;
  command.working_directory = frame.job.workspace();

  const auto node = frame.job.facts().node(command.environment["PATH"]);
  if (!node) {
    auto missing = make_error("run/no-node",
                              fmt::format("{} is a JavaScript action and needs Node.js, which is "
                                          "not installed",
                                          action.reference));
    missing.hint = "install Node.js 20 or newer";
    return fail_step(frame, missing);
  }
  say_other_version(frame, version, *node);
  const auto file = action.folder / script;
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    return fail_step(frame, fmt::format("File not found: '{}'", file.string()));
  }
  command.argv = {node->path.string(), file.string()};
  return run_with_breaks(frame, command, file);
}

}  // namespace

StepEnd run_node(StepFrame& frame, const ActionUse& action,
                 const workflow::ActionManifest& manifest, const ActionInputs& inputs) {
  const auto& node = std::get<workflow::NodeAction>(manifest.runs);
  StepEnd end;
  if (!node.pre.entry.empty()) {
    if (action.local()) {
      // As the runner does: what is local is there too late for a part before all others.
      frame.log().annotate(
          {.level = evidence::AnnotationLevel::warning,
           .message = fmt::format("`pre` execution is not supported for local action from '{}'",
                                  action.reference)});
    } else {
      // Right before `main` and not before all steps: nothing has to be downloaded first.
      const auto runs = decide_condition(frame, node.pre.condition.text);
      if (!runs) return fail_step(frame, runs.error());
      if (runs->runs) {
        end = run_script_file(frame, action, node.pre.entry, inputs, node.version);
        obey_files(frame);
      }
    }
  }
  if (end.outcome == Outcome::success) {
    end = run_script_file(frame, action, node.main, inputs, node.version);
  }
  if (!node.post.entry.empty() && frame.posts != nullptr) {
    obey_files(frame);  // what `main` saved is for `post`
    auto post = post_of(frame, action, inputs, node.post.condition.text);
    post.script = node.post.entry;
    frame.posts->push_back(std::move(post));
  }
  return end;
}

StepEnd post_node(StepFrame& frame, const PostStep& post) {
  if (const auto ready = frame.job.need_workspace(frame.log()); !ready) {
    return fail_step(frame, ready.error());
  }
  auto end = run_script_file(frame, post.action, post.script, post.inputs, "");
  obey_files(frame);
  return end;
}

}  // namespace crema::run
