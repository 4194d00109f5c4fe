// Actions that are a folder with a manifest.
#include "action_use.h"

#include <fmt/format.h>

namespace crema::run {

StepEnd run_folder_action(StepFrame& frame, const ActionUse& action, const ActionInputs&) {
  return fail_step(frame, fmt::format("not supported: {}: actions with a manifest of their own",
                                      action.reference));
}

StepEnd post_folder_action(StepFrame& frame, const PostStep& post) {
  return run_folder_action(frame, post.action, {});
}

}  // namespace crema::run
