// The jobs of a run as the scheduler knows them: a graph of nodes (jobs as written), each of which
// becomes legs (instances that run), some of which open the graph of a called workflow.
#pragma once

#include "crema/evidence/event.h"
#include "crema/expr/expression.h"
#include "crema/workflow/expand.h"
#include "crema/workflow/model.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::run {

using evidence::JobIndex;
using evidence::Outcome;
using Outputs = std::vector<std::pair<std::string, std::string>>;

struct Node;
struct Leg;

// One workflow in the run: the one that was asked for, or one that a leg calls.
struct WorkflowRun {
  const workflow::Workflow* workflow = nullptr;
  Leg* caller = nullptr;    // null: the run's own workflow
  std::string id_prefix;    // "call/"
  std::string name_prefix;  // "call"
  expr::Value inputs;       // contexts that differ from workflow to workflow
  expr::Value secrets;
  std::vector<std::unique_ptr<Node>> nodes;  // in the order written
  bool cancelled = false;
  std::string cancel_reason;
};

struct JobResult {
  Outcome outcome = Outcome::success;
  Outputs outputs;
  std::string reason;
};

// A job as written, once in each workflow that runs it.
struct Node {
  enum class State : std::uint8_t { waiting, expanded, ended };
  const workflow::Job* job = nullptr;
  WorkflowRun* parent = nullptr;
  JobIndex index = 0;  // of its placeholder, or of its only leg
  std::string name;    // as shown before its legs are known
  bool placeholder = false;
  std::vector<Node*> needs;
  State state = State::waiting;
  std::vector<std::unique_ptr<Leg>> legs;
  workflow::Expansion expansion;
  bool failed_fast = false;
  Outcome result = Outcome::success;  // what `needs` sees
  std::string reason;
  Outputs outputs;
  bool reused = false;  // nothing of it ran in this attempt of a resumed run
};

// An instance of a job.
struct Leg {
  enum class State : std::uint8_t { ready, running, ended };
  Node* node = nullptr;
  JobIndex index = 0;
  std::string id;    // "call/inner"
  std::string name;  // "call / inner (a, b)"
  workflow::Instance instance;
  workflow::Settings settings;
  expr::Scope scope;  // github, inputs, vars, needs, strategy, matrix
  State state = State::ready;
  bool cancelled = false;               // told to stop, or never to start
  bool reused = false;                  // its result is an earlier attempt's
  std::unique_ptr<WorkflowRun> called;  // a caller's graph, once it is open
  JobResult result;

  const workflow::Job& job() const { return *node->job; }
};

inline workflow::JobStatus to_status(Outcome outcome) {
  return static_cast<workflow::JobStatus>(outcome);
}
static_assert(static_cast<int>(workflow::JobStatus::skipped) == static_cast<int>(Outcome::skipped));
static_assert(static_cast<int>(workflow::JobStatus::cancelled) ==
              static_cast<int>(Outcome::cancelled));

}  // namespace crema::run
