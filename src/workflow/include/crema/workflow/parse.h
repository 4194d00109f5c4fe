// From workflow text to Workflow. Touches no disk: called workflows come through a loader.
#pragma once

#include "crema/base/result.h"
#include "crema/workflow/model.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

enum class Mode : std::uint8_t {
  strict,   // GitHub's own verdict
  lenient,  // what GitHub refuses but crema can run becomes a warning
};

// Gives the text of a called workflow by its reference, or says why it cannot be had.
using WorkflowLoader = std::function<Result<SourcePtr>(std::string_view reference)>;

struct ParseOptions {
  Mode mode = Mode::strict;
  WorkflowLoader load;  // empty: calls are left unresolved
  std::size_t max_errors = 10;
  std::size_t max_files = 50;
  int max_nesting = 10;  // levels of reusable workflows
};

struct ParseResult {
  std::shared_ptr<const Workflow> workflow;  // null when there are errors
  std::vector<Diagnostic> errors;            // by place, `max_errors` at most
  std::vector<Diagnostic> warnings;
  bool ok() const { return workflow != nullptr; }
};

ParseResult parse_workflow(SourcePtr source, const ParseOptions& options);

}  // namespace crema::workflow
