#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace crema::actions {

Result<> check_required(const run::ActionContext& context, std::span<const run::InputSpec> inputs) {
  for (const auto& spec : inputs) {
    if (spec.required && trim(context.input(spec.name)).empty()) {
      return fail("actions/input-required",
                  fmt::format("Input required and not supplied: {}", spec.name));
    }
  }
  return {};
}

Result<bool> strict_flag(const run::ActionContext& context, std::string_view name) {
  const std::string value(trim(context.input(name)));
  if (value == "true" || value == "True" || value == "TRUE") return true;
  if (value == "false" || value == "False" || value == "FALSE") return false;
  return fail("actions/not-a-flag",
              fmt::format("input {} must be true or false, not '{}'", name, value));
}

void say_without_effect(run::ActionContext& context, std::span<const run::InputSpec> inputs,
                        std::span<const WithoutEffect> rows) {
  for (const auto& row : rows) {
    const auto spec = std::ranges::find(inputs, row.input, &run::InputSpec::name);
    if (spec == inputs.end()) continue;
    const std::string value = context.input(row.input);
    if (value.empty() || equals_ignore_case(value, spec->fallback)) continue;
    context.log(fmt::format("input {} has no effect on this machine: {}", row.input, row.reason));
  }
}

std::optional<int> requested_major(const run::ActionContext& context) {
  const std::string ref = github_text(context, "action_ref");
  std::string_view digits = ref;
  if (digits.starts_with('v')) digits.remove_prefix(1);
  int major = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), major);
  if (error != std::errc() || major > 99) return std::nullopt;
  if (end != digits.data() + digits.size() && *end != '.' && *end != '-') return std::nullopt;
  return major;
}

std::filesystem::path resolve_path(const run::ActionContext& context, std::string_view text) {
  text = trim(text);
  std::filesystem::path path;
  if (text == "~" || text.starts_with("~/")) {
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
    path = context.home() / text;
  } else {
    path = context.workspace() / text;
  }
  path = path.lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

run::GlobPlace glob_place(const run::ActionContext& context) {
  return {.workspace = context.workspace(), .home = context.home()};
}

std::vector<std::filesystem::path> homes(const run::ActionContext& context) {
  std::vector<std::filesystem::path> found{context.home()};
  if (const auto users = context.host().variable("HOME");
      users && *users != context.home().string()) {
    found.emplace_back(*users);
  }
  return found;
}

std::string github_text(const run::ActionContext& context, std::string_view name) {
  return context.github().member(name).to_text();
}

Result<std::string> output_of(run::ActionContext& context, std::vector<std::string> argv,
                              const std::filesystem::path& directory,
                              const sys::Environment& extra) {
  const std::string shown = join(argv, " ");
  const auto ran = CREMA_TRY(context.capture(std::move(argv), directory, extra));
  std::string output(trim(ran.output));
  if (ran.exit.ok()) return output;
  return fail("actions/command-failed",
              fmt::format("`{}` failed with exit code {}: {}", shown, ran.exit.code, output));
}

std::string path_in_output(std::string_view output) {
  std::string path;
  for (const auto line : split_lines(output)) {
    if (line.starts_with('/')) path = trim(line);
  }
  return path;
}

Result<> add_matchers(run::ActionContext& context, std::string_view name, std::string_view json) {
  const auto file = context.temp() / fmt::format("{}-matchers.json", name);
  CREMA_TRY(sys::write_file(file, json));
  context.add_problem_matcher(file);
  return {};
}

}  // namespace crema::actions
