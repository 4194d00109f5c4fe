// Composite actions: steps inside a step, with a steps context and a status of their own.
// Reference: actions/runner CompositeActionHandler.
#include "action_use.h"
#include "job_run.h"

#include <algorithm>

namespace crema::run {
namespace {

constexpr int kDeepest = 9;  // the runner's limit of composite actions in each other

int depth_of(const Level& level) {
  int depth = 0;
  for (const auto* around = &level; around->parent != nullptr; around = &around->parent->level) {
    ++depth;
  }
  return depth;
}

Level level_of(StepFrame& frame, const ActionUse& action, const ActionInputs& inputs) {
  Level level;
  level.parent = &frame;
  level.overrides = frame.overrides;
  level.scope = frame.scope;
  expr::Object values;
  for (const auto& [name, value] : inputs) values.set(name, expr::Value(value));
  level.scope.contexts["inputs"] = expr::Value(std::move(values));
  auto& github = level.scope.contexts["github"];
  expr::Object members = github.as_object();
  members.set("action_path", expr::Value(action.folder.lexically_normal().string()));
  github = expr::Value(std::move(members));
  // Secrets are the workflow's: an action gets them through its inputs.
  level.scope.contexts.erase("secrets");
  return level;
}

void set_action_status(Level& level) {
  auto& github = level.scope.contexts["github"];
  expr::Object members = github.as_object();
  members.set("action_status", expr::Value(evidence::to_text(level.action_status)));
  github = expr::Value(std::move(members));
}

StepVerdict run_inner(StepFrame& outer, Level& level, const workflow::Step& step) {
  StepFrame frame(outer.job, level, outer.output, outer.variables, outer.index, step.id);
  frame.posts = outer.posts;
  frame.outer_stop = outer.outer_stop;
  const auto prepared = prepare(frame, step);
  auto verdict = admit(frame, step, prepared);
  if (!verdict) verdict = run_admitted(frame, step);
  level.steps.set(step.id, frame.outputs, verdict->end.outcome, verdict->conclusion);
  return *verdict;
}

Result<> set_outputs(StepFrame& frame, Level& level, const workflow::ActionManifest& manifest) {
  auto scope = level.scope;
  scope.contexts["steps"] = level.steps.value();
  scope.contexts["env"] = frame.variables.context_with(level.overrides);
  for (const auto& output : manifest.outputs) {
    frame.set_output(output.name, CREMA_TRY(workflow::evaluate_text(output.value, scope)));
  }
  return {};
}

}  // namespace

StepEnd run_composite(StepFrame& frame, const ActionUse& action,
                      const workflow::ActionManifest& manifest, const ActionInputs& inputs) {
  if (depth_of(frame.level) >= kDeepest) {
    return fail_step(frame, "composite actions are nested too deeply (10 at most)");
  }
  Level level = level_of(frame, action, inputs);
  StepEnd end;
  for (const auto& step : std::get<workflow::CompositeAction>(manifest.runs).steps) {
    if (frame.job.control().abandon.stop_requested()) break;
    if (frame.job.status() == Outcome::cancelled) level.action_status = Outcome::cancelled;
    set_action_status(level);
    const auto verdict = run_inner(frame, level, step);
    if (verdict.conclusion == Outcome::success || verdict.conclusion == Outcome::skipped) continue;
    if (level.action_status != Outcome::cancelled) level.action_status = verdict.conclusion;
    if (end.outcome == Outcome::success) {
      end = verdict.end;
      end.outcome = verdict.conclusion;
    }
  }
  if (const auto set = set_outputs(frame, level, manifest); !set) {
    const auto failed = fail_step(frame, set.error());
    if (end.outcome == Outcome::success) end = failed;
  }
  return end;
}

}  // namespace crema::run
