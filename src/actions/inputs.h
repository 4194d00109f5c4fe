// What every built-in asks of its inputs: required ones, flags, paths, and an honest word about
// those that change nothing here.
#pragma once

#include "crema/run/action.h"
#include "crema/run/glob_walk.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

// Fails with "actions/input-required" when any required input of `inputs` is empty.
Result<> check_required(const run::ActionContext& context, std::span<const run::InputSpec> inputs);

// A flag as the toolkit's getBooleanInput takes it: true or false in three spellings each.
Result<bool> strict_flag(const run::ActionContext& context, std::string_view name);

struct WithoutEffect {
  std::string_view input;
  std::string_view reason;
};
// One log line for each of these inputs that was set to something else than its default; rows of
// inputs that the action does not declare are passed over.
void say_without_effect(run::ActionContext& context, std::span<const run::InputSpec> inputs,
                        std::span<const WithoutEffect> rows);

// The major version asked for: 4 for `@v4.1.2`; nullopt for a branch or a commit.
std::optional<int> requested_major(const run::ActionContext& context);

// A path as an action takes it: `~` is the home folder, relative ones start at the workspace.
std::filesystem::path resolve_path(const run::ActionContext& context, std::string_view text);

run::GlobPlace glob_place(const run::ActionContext& context);

// The job's home folder and, where it is another one, that of the user who runs crema: programs are
// looked for in both.
std::vector<std::filesystem::path> homes(const run::ActionContext& context);

// Text of the github context: "repository", "sha".
std::string github_text(const run::ActionContext& context, std::string_view name);

// Standard output of a short command; fails with "actions/command-failed" and its last lines.
Result<std::string> output_of(run::ActionContext& context, std::vector<std::string> argv,
                              const std::filesystem::path& directory = {},
                              const sys::Environment& extra = {});

// The last line of a command's output that is an absolute path: what `go env` and the like answer,
// whatever they say besides.
std::string path_in_output(std::string_view output);

// Writes problem matchers (JSON) below the temporary folder and registers them.
Result<> add_matchers(run::ActionContext& context, std::string_view name, std::string_view json);

}  // namespace crema::actions
