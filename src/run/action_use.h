// From `uses:` to what runs: which action a reference means here, and the inputs it gets.
#pragma once

#include "post_step.h"
#include "step.h"

#include "crema/workflow/action_manifest.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::run {

using ActionInputs = std::vector<std::pair<std::string, std::string>>;

// The action a reference means: a mapping of the user's, a built-in, a folder of the workspace
// (`./`) or of the repository (`$/`). Fails with "not supported: ..." by name.
Result<ActionUse> resolve_action(StepFrame& frame, const std::string& reference);

const std::string* find_input(const ActionInputs& inputs, std::string_view name);

// The runner's warning about inputs the action does not know.
void warn_of_unknown_inputs(StepFrame& frame, const ActionInputs& given,
                            std::span<const std::string_view> known);

// "Run owner/name@ref", `with` and `env`, as the runner's log shows an action.
void log_action_header(StepFrame& frame, const ActionUse& action, const ActionInputs& inputs);

// The kinds of actions. `given` are the inputs of the step's `with`.
StepEnd run_builtin(StepFrame& frame, const ActionUse& action, const ActionInputs& given);
StepEnd post_builtin(StepFrame& frame, const PostStep& post);
StepEnd run_folder_action(StepFrame& frame, const ActionUse& action, const ActionInputs& given);

// The kinds of folders. `inputs` are complete: given ones and defaults.
StepEnd run_composite(StepFrame& frame, const ActionUse& action,
                      const workflow::ActionManifest& manifest, const ActionInputs& inputs);
StepEnd run_node(StepFrame& frame, const ActionUse& action,
                 const workflow::ActionManifest& manifest, const ActionInputs& inputs);
StepEnd post_node(StepFrame& frame, const PostStep& post);

// What a step that ran an action leaves for the end of the job.
PostStep post_of(const StepFrame& frame, const ActionUse& action, const ActionInputs& inputs,
                 std::string condition);

}  // namespace crema::run
