// grafana/setup-k6-action: says which k6 the steps after it get, and installs nothing.
#include "builtins.h"
#include "inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"k6-version"},
    {"browser"},
    {"github-token"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"browser", "no browser is installed; scripts that import k6/browser need one and fail"},
    {"github-token", "nothing is downloaded from github.com"},
});

// "2.2.0" of "k6 v2.2.0 (go1.26, linux/amd64)".
std::string version_in(std::string_view text) {
  const auto at = text.find(" v");
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + 2);
  const auto end = std::ranges::find_if_not(
      text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.'; });
  return {text.begin(), end};
}

Result<> setup(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto program = context.find_program("k6");
  if (!program) {
    auto missing = make_error("actions/program-not-found", "no k6 is on the PATH");
    missing.hint = "install k6, or run without --no-shims: crema has its own";
    return fail(std::move(missing));
  }
  const auto text = CREMA_TRY(output_of(context, {"k6", "version"}));
  const auto version = version_in(text);
  std::error_code ignored;
  const bool own = std::filesystem::read_symlink(*program, ignored) == context.host().executable;
  context.log(fmt::format("k6 {}: {}", version,
                          own ? "crema's own, `crema load`" : program->parent_path().string()));
  context.set_output("k6-version", version);
  std::string wanted = context.input("k6-version");
  if (wanted.starts_with('v')) wanted.erase(0, 1);
  if (!wanted.empty() && wanted != version)
    context.remark("actions/k6-version",
                   fmt::format("k6 {} is asked for and not installed: what runs is {} {}", wanted,
                               own ? "crema's own, which behaves as" : "the installed", version));
  return {};
}

}  // namespace

const run::BuiltinAction kSetupK6{
    .name = "grafana/setup-k6-action",
    .versions = "v1",
    .inputs = kInputs,
    .main = setup,
};

}  // namespace crema::actions
