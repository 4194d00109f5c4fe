// What a run is asked to do: a workflow, the event it answers, the repository's facts, and the
// choices the user made.
#pragma once

#include "crema/base/strings.h"
#include "crema/evidence/event.h"
#include "crema/expr/value.h"
#include "crema/run/action.h"
#include "crema/run/break_point.h"
#include "crema/run/repository.h"
#include "crema/store/store.h"
#include "crema/sys/host.h"
#include "crema/workflow/model.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::run {

// Names of secrets, variables and `--action` mappings are looked up as GitHub does: ignoring case.
using NamedValues = std::map<std::string, std::string, IgnoreCaseLess>;

// What a job does when it needs what this machine is not (a Windows or macOS runner).
enum class Unsupported : std::uint8_t { skip, fail };

// A run to go on with: what it recorded. Jobs that succeeded keep their results and outputs; a job
// that did not continues at its first step that did not succeed, in its kept workspace.
struct ResumeInfo {
  std::vector<store::JobRecord> jobs;
  std::function<Result<store::Journal>(evidence::JobIndex)> journal;
  unsigned attempt = 2;  // github.run_attempt
};

struct RunRequest {
  std::shared_ptr<const workflow::Workflow> workflow;
  std::string event = "push";
  expr::Value payload;   // github.event; made up from the repository where null
  std::string activity;  // of the event, e.g. "opened"; only for the payload that is made up
  Repository repository;
  std::string ref;       // overrides the repository's, e.g. "refs/pull/7/merge"; "" keeps it
  std::string base_ref;  // github.base_ref, pull requests only
  std::string head_ref;
  std::string actor;   // "": the user of git's configuration, else of the machine
  expr::Value inputs;  // the `inputs` context, typed and complete (workflow::dispatch_inputs)
  NamedValues secrets;
  NamedValues variables;         // the `vars` context
  sys::Environment environment;  // added to every job's environment, below what workflows set

  std::vector<std::string> jobs;  // ids to run; empty: all
  bool with_needs = true;         // and what they need; otherwise needs count as succeeded
  std::vector<std::pair<std::string, std::string>> matrix;  // only legs with these values
  std::size_t parallel = 0;                                 // jobs at once; 0: as many as cores

  bool in_place = false;  // jobs work in the user's own tree instead of a copy
  bool strict = false;    // as on github.com: a workspace is empty until something is checked out
  Unsupported unsupported = Unsupported::skip;
  bool builtins = true;
  bool shims = true;  // crema stands in for programs that are not installed (crema/run/shims.h)
  BuiltinCatalog catalog;
  // What to do about an action that is not in it; "" where there is nothing special to say.
  std::function<std::string_view(std::string_view name)> action_hint;
  std::map<std::string, std::filesystem::path> actions;  // "owner/name[/path]@ref" or "owner/name"
                                                         // -> a folder with its action.yml
  BreakHandler* break_on_failure = nullptr;
  bool debug = false;        // ::debug:: lines are shown: RUNNER_DEBUG=1
  bool keep_places = false;  // keep every job's folder, not only those that failed
  std::optional<ResumeInfo> resume;
};

}  // namespace crema::run
