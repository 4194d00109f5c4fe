// From the options of a command to what the engine, the planner and the triggers want: workflows
// loaded, the event's facts, the request.
#pragma once

#include "project.h"
#include "run_options.h"

#include "crema/run/request.h"
#include "crema/workflow/trigger.h"

#include <vector>

namespace crema::cli {

// One workflow that could run for the event.
struct Candidate {
  LoadedWorkflow loaded;
  workflow::EventFacts facts;
  workflow::TriggerDecision trigger;
  run::RunRequest request;  // complete but for what only `crema run` knows
};

struct RunSetup {
  Project project;
  bool named = false;  // the user named the workflows
  std::vector<Candidate> candidates;
  std::vector<Diagnostic> problems;  // errors keep a run from starting
};

Result<RunSetup> prepare(const sys::Host& host, const RunOptions& options);

// github, inputs and vars as a plan sees them.
expr::Scope planning_scope(const Candidate& candidate, const sys::Host& host);

// What `resume` needs to ask for the same run again, without secrets; and back.
std::string request_json(const RunOptions& options, const Candidate& candidate);
Result<RunOptions> options_from_json(std::string_view json);

}  // namespace crema::cli
