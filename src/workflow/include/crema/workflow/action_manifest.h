// An action's own description (action.yml), read: what it takes, gives and runs. Touches no disk.
// Reference: actions/runner ActionManifestManager.
#pragma once

#include "crema/workflow/model.h"
#include "crema/workflow/parse.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace crema::workflow {

struct ActionInput {
  std::string name;
  std::string description;
  bool required = false;            // GitHub does not enforce it
  Token fallback;                   // `default`, may be an expression; null without one
  std::string deprecation_message;  // shown when the input is given
  Span span;
};

struct ActionOutput {
  std::string name;
  std::string description;
  Token value;  // of a composite action; null: the action sets it itself
  Span span;
};

// When the part before or after runs. `condition` is an expression, always() where none is written,
// and nothing is put in front of it.
struct ActionPhase {
  std::string entry;  // a script, or an entrypoint of a container; "" : there is no such phase
  Token condition;
  Span span;
};

struct NodeAction {
  std::string version;  // "node20", lower case
  std::string main;
  ActionPhase pre, post;
};

struct DockerAction {
  std::string image;  // "Dockerfile", "./x/Dockerfile" or "docker://image"
  std::string entrypoint;
  Token args;  // a sequence; null without any
  Token env;   // a mapping; null without any
  ActionPhase pre, post;
};

struct CompositeAction {
  std::vector<Step> steps;
};

struct ActionManifest {
  SourcePtr source;
  std::string name;
  std::string description;
  std::vector<ActionInput> inputs;
  std::vector<ActionOutput> outputs;
  std::variant<NodeAction, DockerAction, CompositeAction> runs;

  const ActionInput* find_input(std::string_view name) const;  // ignoring case
};

struct ActionParseResult {
  std::optional<ActionManifest> manifest;  // none when there are errors
  std::vector<Diagnostic> errors;
  std::vector<Diagnostic> warnings;
  bool ok() const { return manifest.has_value(); }
};

ActionParseResult parse_action(const SourcePtr& source, Mode mode);

}  // namespace crema::workflow
