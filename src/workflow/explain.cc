#include "crema/workflow/explain.h"

#include "forecast.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

using expr::Value;

std::string step_name(const Step& step) {
  if (step.name.kind == Token::Kind::expression) return "${{ " + step.name.text + " }}";
  if (!step.name.is_null()) return step.name.text;
  if (const auto* uses = std::get_if<UsesStep>(&step.action)) return uses->reference;
  if (const auto* run = std::get_if<RunStep>(&step.action)) {
    const auto lines = split_lines(run->script.text);
    return lines.empty() ? "Run" : "Run " + std::string(lines.front());
  }
  return step.id;
}

// The workflow a job stands in: what its expressions see, and which of its inputs are not known.
struct Place {
  expr::Scope scope;
  std::vector<std::string> unknown_inputs;
};

// What a step's condition can see before the run.
World step_world(const Place& place, const PlannedJob& job, const PlannedInstance& instance) {
  expr::Scope known = place.scope;
  for (const char* context : {"github", "inputs", "vars"})
    known.contexts.try_emplace(context, Value(expr::Object()));
  if (job.expands_later.empty()) known.contexts["matrix"] = instance.instance.matrix;
  World world = make_world(known);
  world.unknowns.paths.insert(world.unknowns.paths.end(), place.unknown_inputs.begin(),
                              place.unknown_inputs.end());
  if (job.needs.empty()) {
    std::erase(world.unknowns.paths, "needs");
    world.scope.contexts["needs"] = Value(expr::Object());
  }
  return world;
}

ConditionForecast forecast_step(const Step& step, bool first, World world) {
  World expected = world;
  expected.set_status("success", true);
  expected.set_status("failure", false);
  world.set_status("success", first ? std::optional(true) : std::nullopt);
  world.set_status("failure", first ? std::optional(false) : std::nullopt);
  const Condition condition{.token = step.condition,
                            .source = step.condition_source,
                            .unconditional = "it is the first step and has no `if`",
                            .blocked = "",
                            .expectation = "the steps before it succeed"};
  return forecast(condition, world, expected);
}

void add_forecast(std::vector<StepForecast>& forecasts, ConditionForecast condition,
                  const std::string& instance) {
  const auto same = std::find_if(forecasts.begin(), forecasts.end(), [&](const StepForecast& one) {
    return one.condition.forecast == condition.forecast && one.condition.reason == condition.reason;
  });
  if (same != forecasts.end()) {
    same->instances.push_back(instance);
    return;
  }
  forecasts.push_back({.instances = {instance}, .condition = std::move(condition)});
}

ExplainedStep explain_step(const Step& step, bool first, const PlannedJob& job,
                           const Place& place) {
  ExplainedStep explained{.written = &step, .name = step_name(step)};
  for (const PlannedInstance& instance : job.instances)
    add_forecast(explained.forecasts, forecast_step(step, first, step_world(place, job, instance)),
                 instance.name);
  if (explained.forecasts.size() == 1) explained.forecasts.front().instances.clear();
  return explained;
}

ExplainedJob explain_job(const PlannedJob& job, const Place& place) {
  ExplainedJob explained{
      .id = job.id,
      .name = job.instances.empty() ? job.written->id : job.instances.front().name,
      .needs = job.needs,
      .condition = job.condition,
      .expands_later = job.expands_later,
      .instances = job.instances.size(),
      .span = job.written->span};
  for (std::size_t i = 0; i < job.written->steps.size(); ++i)
    explained.steps.push_back(explain_step(job.written->steps[i], i == 0, job, place));
  if (!job.instances.empty()) {
    const PlannedInstance& first = job.instances.front();
    Place inner{.scope = place.scope, .unknown_inputs = first.unknown_inputs};
    inner.scope.contexts["inputs"] = first.called_inputs;
    for (const PlannedJob& called : first.called)
      explained.called.push_back(explain_job(called, inner));
  }
  return explained;
}

void collect_problems(const std::vector<PlannedJob>& jobs, std::vector<Diagnostic>& problems) {
  for (const PlannedJob& job : jobs) {
    problems.insert(problems.end(), job.problems.begin(), job.problems.end());
    for (const PlannedInstance& instance : job.instances)
      collect_problems(instance.called, problems);
  }
}

}  // namespace

Explanation explain(const Workflow& workflow, const EventFacts& event, const expr::Scope& scope) {
  Explanation explanation;
  explanation.trigger = decide_trigger(workflow, event);
  const Plan plan = make_plan(workflow, scope);
  explanation.problems = plan.problems;
  collect_problems(plan.jobs, explanation.problems);
  const Place place{.scope = scope, .unknown_inputs = {}};
  for (const PlannedJob& job : plan.jobs) explanation.jobs.push_back(explain_job(job, place));
  return explanation;
}

}  // namespace crema::workflow
