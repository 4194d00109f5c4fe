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

// What `GITHUB_TOKEN` may do where nothing says so: a setting of the repository.
enum class DefaultPermissions : std::uint8_t { read, write };

// Gives the text of a called workflow by its reference, or says why it cannot be had.
using WorkflowLoader = std::function<Result<SourcePtr>(std::string_view reference)>;

struct ParseOptions {
  Mode mode = Mode::strict;
  WorkflowLoader load;  // empty: calls are left unresolved
  DefaultPermissions default_permissions = DefaultPermissions::write;
  bool anchors = true;  // whether YAML anchors and aliases are allowed
  std::size_t max_errors = 10;
  std::size_t max_files = 50;  // called workflows, together
  int max_nesting = 10;        // levels of reusable workflows
  std::size_t max_depth = 50;  // of collections in a file
  std::size_t max_file_bytes = std::size_t{1} << 20U;
  std::size_t max_total_bytes = std::size_t{10} << 20U;  // of all files, everything expanded
  std::size_t max_jobs = 0;                              // in all files; 0: no limit
};

struct ParseResult {
  std::shared_ptr<const Workflow> workflow;  // null when there are errors
  std::vector<Diagnostic> errors;            // by place, `max_errors` at most
  std::vector<Diagnostic> warnings;
  bool ok() const { return workflow != nullptr; }
};

ParseResult parse_workflow(const SourcePtr& source, const ParseOptions& options);

}  // namespace crema::workflow
