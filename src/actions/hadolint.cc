// hadolint/hadolint-action and stackrox/kube-linter-action: mistakes in Dockerfiles and manifests.
#include "builtins.h"
#include "inputs.h"
#include "scanner_program.h"

#include "crema/base/strings.h"

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kHadolintInputs = std::to_array<run::InputSpec>({
    {"dockerfile", "Dockerfile"},
    {"config"},
    {"recursive", "false"},
    {"output-file", "/dev/stdout"},
    {"no-color", "false"},
    {"no-fail", "false"},
    {"verbose", "false"},
    {"format", "tty"},
    {"failure-threshold", "info"},
    {"override-error"},
    {"override-warning"},
    {"override-info"},
    {"override-style"},
    {"ignore"},
    {"trusted-registries"},
});

constexpr std::array kHadolintFlags = std::to_array<InputFlag>({
    {"format", "--format"},
    {"failure-threshold", "--failure-threshold"},
    {"no-fail", "--no-fail", InputFlag::How::when_true},
    {"ignore", "--ignore"},
    {"config", "--config"},
    {"trusted-registries", "--trusted-registry"},
});

constexpr std::array kLinterInputs = std::to_array<run::InputSpec>({
    {"directory", "", true},
    {"config"},
    {"format", "plain"},
    {"output-file", "kubelinter.log"},
    {"version", "latest"},
});

Result<std::vector<std::string>> dockerfiles(const run::ActionContext& context) {
  const auto name = context.input("dockerfile");
  if (!context.input_flag("recursive")) return std::vector{name};
  const auto walk = CREMA_TRY(run::GlobWalk::create(std::vector{"**/" + name}, glob_place(context),
                                                    {.match_folders = false}));
  std::vector<std::string> files;
  for (const auto& match : CREMA_TRY(walk.find()))
    files.push_back(
        std::filesystem::path(match.path).lexically_proximate(context.workspace()).string());
  if (files.empty())
    return fail("actions/no-such-file", "there is no " + name + " in the repository");
  return files;
}

Result<> run_hadolint(run::ActionContext& context) {
  auto words = flags_of(context, kHadolintFlags);
  for (auto& file : CREMA_TRY(dockerfiles(context))) words.push_back(std::move(file));
  auto output = context.input("output-file");
  if (output == "/dev/stdout") output.clear();
  return run_scanner(context, {.tool = "hadolint", .words = std::move(words), .output = output});
}

Result<> run_kube_linter(run::ActionContext& context) {
  CREMA_TRY(check_required(context, kLinterInputs));
  std::vector<std::string> words{"lint", context.input("directory"), "--format",
                                 context.input("format")};
  if (const auto config = context.input("config"); !config.empty())
    words.insert(words.end(), {"--config", config});
  return run_scanner(
      context,
      {.tool = "kube-linter", .words = std::move(words), .output = context.input("output-file")});
}

}  // namespace

const run::BuiltinAction kHadolint{
    .name = "hadolint/hadolint-action",
    .versions = "v2-v3, without shell checks",
    .inputs = kHadolintInputs,
    .main = run_hadolint,
};
const run::BuiltinAction kKubeLinter{
    .name = "stackrox/kube-linter-action",
    .versions = "v1",
    .inputs = kLinterInputs,
    .main = run_kube_linter,
};

}  // namespace crema::actions
