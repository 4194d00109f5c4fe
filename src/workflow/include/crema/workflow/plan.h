// What a workflow will do, as far as that is known before it runs: its jobs in an order that
// respects `needs`, their instances, the jobs of called workflows, and whether each will run. Pure.
#pragma once

#include "crema/workflow/expand.h"

#include <optional>
#include <string>
#include <vector>

namespace crema::workflow {

// What can be said of a condition before the run. A run that nobody cancels is assumed.
enum class Forecast : std::uint8_t {
  runs,
  skipped,
  runs_if_all_succeeds,     // as long as what runs before it succeeds
  skipped_if_all_succeeds,  // runs only when something before it fails
  unknown,                  // rests on values that only the run brings
};
std::string_view to_text(Forecast forecast);

struct ConditionForecast {
  Forecast forecast = Forecast::unknown;
  std::string reason;                   // one sentence, always
  std::string source;                   // `if` as written
  std::vector<expr::TraceEntry> parts;  // every sub-expression, with how much of it is known
  std::optional<Diagnostic> error;      // the condition cannot be evaluated
};

struct PlannedJob;

struct PlannedInstance {
  Instance instance;
  std::string name;                  // as GitHub shows it, with the callers' names before it
  std::vector<std::string> runs_on;  // as written where it is not known yet
  std::string environment;
  std::vector<PlannedJob> called;           // the jobs of the workflow it calls
  expr::Value called_inputs;                // the `inputs` context over there
  std::vector<std::string> unknown_inputs;  // those only the run brings: "inputs.version"
};

struct PlannedJob {
  std::string id;                  // "deploy", and "caller/deploy" in a called workflow
  std::vector<std::string> needs;  // ids as above
  ConditionForecast condition;
  // Why the instances are only known at run time ("it uses needs.x.outputs.y"); "" when they are
  // known. There is one instance then, standing for all.
  std::string expands_later;
  std::vector<PlannedInstance> instances;
  std::string calls;                 // the workflow it calls, "" for a job with steps
  const Job* written = nullptr;      // lives as long as the workflow
  std::vector<Diagnostic> problems;  // what GitHub would refuse when the job starts
};

struct Plan {
  std::string name;              // of the workflow: its path where it has no name
  std::string run_name;          // "" when there is none
  std::vector<PlannedJob> jobs;  // each after all it needs
  std::vector<Diagnostic> problems;
};

// `scope` has github, inputs and vars.
Plan make_plan(const Workflow& workflow, const expr::Scope& scope);

}  // namespace crema::workflow
