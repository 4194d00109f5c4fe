// Actions that are a folder with a manifest: reading it, giving its inputs their defaults.
#include "action_use.h"
#include "job_run.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

// Fails with every error of the manifest in one message.
Result<workflow::ActionManifest> load_manifest(StepFrame& frame, const ActionUse& action) {
  std::error_code ignored;
  for (const auto* name : {"action.yml", "action.yaml"}) {
    const auto file = action.folder / name;
    if (!fs::is_regular_file(file, ignored)) continue;
    auto text = CREMA_TRY(sys::read_file(file));
    auto shown = file.lexically_relative(frame.job.workspace());
    if (shown.empty() || shown.native().starts_with("..")) shown = file;
    const auto source = std::make_shared<const SourceFile>(shown.string(), std::move(text));
    auto parsed = workflow::parse_action(source, workflow::Mode::lenient);
    if (parsed.ok()) return std::move(*parsed.manifest);
    Diagnostic first = parsed.errors.empty()
                           ? make_error("run/bad-action", "the manifest cannot be read")
                           : parsed.errors[0];
    return crema::fail(std::move(first));
  }
  const bool docker = fs::is_regular_file(action.folder / "Dockerfile", ignored);
  if (docker) {
    return crema::fail("run/not-supported",
                       fmt::format("not supported: {} is a Docker action, which needs a container "
                                   "engine",
                                   action.reference));
  }
  Diagnostic missing = make_error(
      "run/no-action", fmt::format("there is no action.yml in {}", action.folder.string()));
  missing.hint = action.local() ? "check out the repository before using its actions, or write "
                                  "`$/` instead of `./`"
                                : "map the action to the folder that has its action.yml";
  return crema::fail(std::move(missing));
}

// Defaults see what the contexts of the step see, but not its own inputs.
Result<ActionInputs> complete_inputs(StepFrame& frame, const workflow::ActionManifest& manifest,
                                     const ActionInputs& given) {
  std::vector<std::string_view> known;
  for (const auto& input : manifest.inputs) known.push_back(input.name);
  warn_of_unknown_inputs(frame, given, known);
  ActionInputs inputs = given;
  for (const auto& declared : manifest.inputs) {
    if (find_input(given, declared.name) != nullptr) {
      if (declared.deprecation_message.empty()) continue;
      frame.log().annotate(
          {.level = evidence::AnnotationLevel::warning,
           .message = fmt::format("Input '{}' has been deprecated with message: {}", declared.name,
                                  declared.deprecation_message)});
      continue;
    }
    inputs.emplace_back(declared.name,
                        CREMA_TRY(workflow::evaluate_text(declared.fallback, frame.scope)));
  }
  return inputs;
}

}  // namespace

StepEnd run_folder_action(StepFrame& frame, const ActionUse& action, const ActionInputs& given) {
  if (const auto ready = frame.job.need_workspace(frame.log()); !ready) {
    return fail_step(frame, ready.error());
  }
  const auto manifest = load_manifest(frame, action);
  if (!manifest) return fail_step(frame, manifest.error());
  if (std::holds_alternative<workflow::DockerAction>(manifest->runs)) {
    return fail_step(frame, fmt::format("not supported: {} is a Docker action, which needs a "
                                        "container engine",
                                        action.reference));
  }
  const auto inputs = complete_inputs(frame, *manifest, given);
  if (!inputs) return fail_step(frame, inputs.error());
  log_action_header(frame, action, *inputs);
  if (std::holds_alternative<workflow::CompositeAction>(manifest->runs)) {
    return run_composite(frame, action, *manifest, *inputs);
  }
  return run_node(frame, action, *manifest, *inputs);
}

}  // namespace crema::run
