// Jobs that call another workflow: loads and parses what they call, and checks inputs, secrets and
// permissions against it. Source: actions/runner ReusableWorkflowsLoader.
#pragma once

#include "problems.h"
#include "reader.h"

#include "crema/workflow/model.h"

#include <set>

namespace crema::workflow {

// What the files of one workflow share while they are parsed.
struct ParseState {
  const ParseOptions& options;
  Problems& problems;
  Budget budget;
  std::set<std::string> files;  // paths read so far, which count towards the size
  std::size_t jobs = 0;
  std::size_t called_files = 0;
};

// The model and root token of one file; nullptr after errors. Calls are not followed.
struct ParsedFile {
  std::shared_ptr<Workflow> workflow;
  Token root;
};
ParsedFile parse_file(const SourcePtr& source, ParseState& state);

// Follows the calls of a workflow until there are none, or errors. `reference` is what the workflow
// itself was called by, "" for the one a run starts with.
void load_calls(Workflow& workflow, const std::string& reference, ParseState& state);

}  // namespace crema::workflow
