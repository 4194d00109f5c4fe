// Why a workflow, its jobs and its steps run or not for an event: every condition with the values
// of its parts, those that only the run brings named as unknown. Pure.
#pragma once

#include "crema/workflow/plan.h"
#include "crema/workflow/trigger.h"

#include <string>
#include <vector>

namespace crema::workflow {

// A condition as it comes out for some instances of a job.
struct StepForecast {
  std::vector<std::string> instances;  // their names; empty: for all of them
  ConditionForecast condition;
};

struct ExplainedStep {
  const Step* written = nullptr;  // lives as long as the workflow
  std::string name;               // as written; the script's first line or the action otherwise
  std::vector<StepForecast> forecasts;
};

struct ExplainedJob {
  std::string id;  // as in the plan
  std::string name;
  std::vector<std::string> needs;
  ConditionForecast condition;
  std::string expands_later;
  std::size_t instances = 1;
  std::vector<ExplainedStep> steps;
  std::vector<ExplainedJob> called;  // of the first instance of a call
  Span span;
};

struct Explanation {
  TriggerDecision trigger;
  std::vector<ExplainedJob> jobs;  // also when the trigger says no: what would happen
  std::vector<Diagnostic> problems;
};

// `scope` has github, inputs and vars for the event.
Explanation explain(const Workflow& workflow, const EventFacts& event, const expr::Scope& scope);

}  // namespace crema::workflow
