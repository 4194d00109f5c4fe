// aquasecurity/trivy-action: files, configuration and secrets of the repository; images not yet.
#include "builtins.h"
#include "inputs.h"
#include "scanner_program.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"scan-type", "image"},
    {"image-ref"},
    {"input"},
    {"scan-ref", "."},
    {"exit-code"},
    {"ignore-unfixed", "false"},
    {"vuln-type", "os,library"},
    {"severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"},
    {"format", "table"},
    {"template"},
    {"output"},
    {"skip-dirs"},
    {"skip-files"},
    {"cache-dir"},
    {"timeout"},
    {"ignore-policy"},
    {"hide-progress"},
    {"list-all-pkgs", "false"},
    {"scanners"},
    {"trivyignores"},
    {"github-pat"},
    {"trivy-config"},
    {"tf-vars"},
    {"limit-severities-for-sarif"},
    {"docker-host"},
    {"version"},
    {"cache", "true"},
    {"skip-setup-trivy", "false"},
    {"token-setup-trivy"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"template", "there are no templates here"},
    {"ignore-policy", "policies in Rego are not read"},
    {"trivy-config", "write the settings as inputs"},
    {"trivyignores", ".trivyignore and .trivyignore.yaml of the repository are read"},
    {"tf-vars", "Terraform is not looked at yet"},
    {"version", "the trivy of this machine is used, else crema in its place"},
    {"github-pat", "nothing is sent to github.com"},
    {"docker-host", "no engine is asked"},
});

constexpr std::array kFlags = std::to_array<InputFlag>({
    {"scanners", "--scanners"},
    {"exit-code", "--exit-code"},
    {"ignore-unfixed", "--ignore-unfixed", InputFlag::How::when_true},
    {"format", "--format"},
    {"output", "--output"},
    {"skip-dirs", "--skip-dirs"},
    {"skip-files", "--skip-files"},
});

Result<> run_trivy(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  const auto type = context.input("scan-type");
  if (type != "fs" && type != "filesystem" && type != "config" && type != "repo" &&
      type != "repository")
    return fail("actions/not-supported",
                fmt::format("not supported yet: scan-type: {}; fs, config and repo are", type));
  std::vector<std::string> words{type};
  for (auto& word : flags_of(context, kFlags)) words.push_back(std::move(word));
  // The real action lets SARIF have every severity unless it is told to limit them.
  const bool whole =
      context.input("format") == "sarif" && !context.input_flag("limit-severities-for-sarif");
  if (!whole) words.insert(words.end(), {"--severity", context.input("severity")});
  words.push_back(context.input("scan-ref"));
  return run_scanner(context, {.tool = "trivy", .words = std::move(words)});
}

}  // namespace

const run::BuiltinAction kTrivy{
    .name = "aquasecurity/trivy-action",
    .versions = "v0.20-v0.35, without images",
    .inputs = kInputs,
    .main = run_trivy,
};

}  // namespace crema::actions
