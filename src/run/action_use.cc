#include "action_use.h"

#include "job_run.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using evidence::LineKind;

// "owner/name/path@ref" in its parts.
struct RemoteReference {
  std::string_view repository;  // "owner/name"
  std::string_view path;        // "path"
  std::string_view ref;
};

RemoteReference parts_of(std::string_view reference) {
  RemoteReference parts;
  const auto at = reference.rfind('@');
  auto name = reference.substr(0, at);
  if (at != std::string_view::npos) parts.ref = reference.substr(at + 1);
  const auto owner_end = name.find('/');
  const auto name_end =
      owner_end == std::string_view::npos ? owner_end : name.find('/', owner_end + 1);
  parts.repository = name.substr(0, name_end);
  if (name_end != std::string_view::npos) parts.path = name.substr(name_end + 1);
  return parts;
}

// The user's own folder for an action: by its whole reference, by its name with path, by the
// repository it is in.
std::optional<fs::path> mapped_folder(const RunRequest& request, const std::string& reference) {
  const auto parts = parts_of(reference);
  const auto find = [&](const std::string& key) -> std::optional<fs::path> {
    const auto found = request.actions.find(key);
    if (found == request.actions.end()) return std::nullopt;
    return found->second;
  };
  const std::string repository(parts.repository);
  if (auto folder = find(reference)) return folder;
  if (auto folder = find(reference.substr(0, reference.rfind('@')))) return folder;
  for (const auto& key : {repository + "@" + std::string(parts.ref), repository}) {
    if (const auto folder = find(key)) return *folder / parts.path;
  }
  return std::nullopt;
}

}  // namespace

Result<ActionUse> resolve_action(StepFrame& frame, const std::string& reference) {
  const auto& request = frame.job.facts().request;
  ActionUse use{.reference = reference, .builtin = {}, .folder = {}, .repository = {}, .ref = {}};
  if (reference.starts_with("docker://")) {
    return fail("run/not-supported",
                fmt::format("not supported: {} needs a container engine", reference));
  }
  if (reference.starts_with("./") || reference.starts_with("../") || reference == ".") {
    CREMA_TRY(frame.job.need_workspace(frame.log()));
    use.folder = (fs::path(frame.job.workspace()) / reference).lexically_normal();
    return use;
  }
  if (reference.starts_with("$/")) {
    use.folder = (request.repository.root / reference.substr(2)).lexically_normal();
    return use;
  }
  const auto parts = parts_of(reference);
  if (const auto folder = mapped_folder(request, reference)) {
    use.folder = *folder;
    use.repository = parts.repository;
    use.ref = parts.ref;
    return use;
  }
  const auto name = reference.substr(0, reference.rfind('@'));
  const auto* builtin = request.builtins && request.catalog ? request.catalog(name) : nullptr;
  if (builtin != nullptr) {
    use.builtin = builtin->name;
    use.repository = parts.repository;
    use.ref = parts.ref;
    return use;
  }
  Diagnostic unknown = make_error(
      "run/not-supported", fmt::format("not supported: action {} is not built in and crema does "
                                       "not download actions yet",
                                       reference));
  const auto own = request.action_hint ? request.action_hint(name) : std::string_view();
  unknown.hint = fmt::format("{}{}map it to a folder that has it: --action {}=DIR", own,
                             own.empty() ? "" : "; or ", name);
  return crema::fail(std::move(unknown));
}

const std::string* find_input(const ActionInputs& inputs, std::string_view name) {
  const auto found = std::ranges::find_if(
      inputs, [&](const auto& input) { return equals_ignore_case(input.first, name); });
  return found == inputs.end() ? nullptr : &found->second;
}

void warn_of_unknown_inputs(StepFrame& frame, const ActionInputs& given,
                            std::span<const std::string_view> known) {
  std::vector<std::string> unknown, all;
  for (const auto name : known) all.emplace_back(name);
  for (const auto& [name, value] : given) {
    if (std::ranges::none_of(known,
                             [&](std::string_view it) { return equals_ignore_case(it, name); })) {
      unknown.push_back(name);
    }
  }
  if (unknown.empty()) return;
  frame.log().annotate({.level = evidence::AnnotationLevel::warning,
                        .message = fmt::format("Unexpected input(s) '{}', valid inputs are ['{}']",
                                               join(unknown, "', '"), join(all, "', '"))});
}

void log_action_header(StepFrame& frame, const ActionUse& action, const ActionInputs& inputs) {
  auto& log = frame.log();
  log.queue(LineKind::group, "Run " + action.reference);
  bool first = true;
  for (const auto& [name, value] : inputs) {
    if (value.empty()) continue;
    if (first) log.queue(LineKind::command, "with:");
    first = false;
    log.queue(LineKind::command, fmt::format("  {}: {}", name, value));
  }
  const auto& environment = frame.scope.contexts.at("env").as_object().members();
  if (!environment.empty()) log.queue(LineKind::command, "env:");
  for (const auto& [name, value] : environment) {
    log.queue(LineKind::command, fmt::format("  {}: {}", name, value.to_text()));
  }
  log.write(LineKind::end_group, "");
}

StepEnd run_action(StepFrame& frame, const workflow::UsesStep& step) {
  const auto action = resolve_action(frame, step.reference);
  if (!action) return fail_step(frame, action.error());
  const auto given = workflow::evaluate_strings(step.with, frame.scope);
  if (!given) return fail_step(frame, given.error());
  if (!action->repository.empty()) {
    frame.set_github({{"action_repository", action->repository}, {"action_ref", action->ref}});
  }
  return action->builtin.empty() ? run_folder_action(frame, *action, *given)
                                 : run_builtin(frame, *action, *given);
}

StepEnd run_post(StepFrame& frame, const PostStep& post) {
  frame.log().write(LineKind::command, "Post job cleanup.");
  frame.state = post.state;
  if (!post.action.repository.empty()) {
    frame.set_github(
        {{"action_repository", post.action.repository}, {"action_ref", post.action.ref}});
  }
  return post.action.builtin.empty() ? post_node(frame, post) : post_builtin(frame, post);
}

PostStep post_of(const StepFrame& frame, const ActionUse& action, const ActionInputs& inputs,
                 std::string condition) {
  PostStep post{.action = action,
                .id = frame.id,
                .name = frame.name,
                .inputs = inputs,
                .own_environment = frame.overrides,
                .state = frame.state,
                .script = {},
                .condition = std::move(condition),
                .inputs_context = {},
                .steps_context = {}};
  if (frame.level.parent != nullptr) {
    post.inputs_context = frame.scope.contexts.at("inputs");
    post.steps_context = frame.level.steps.value();
  }
  return post;
}

}  // namespace crema::run
