// bridgecrewio/checkov-action: mistakes in infrastructure files.
#include "builtins.h"
#include "inputs.h"
#include "scanner_program.h"

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"file"},
    {"directory", "."},
    {"check"},
    {"skip_check"},
    {"compact", "false"},
    {"quiet", "false"},
    {"api-key"},
    {"api-key-variable"},
    {"output_format"},
    {"output_file_path"},
    {"output_bc_ids"},
    {"framework"},
    {"skip_framework"},
    {"external_checks_dirs"},
    {"external_checks_repos"},
    {"download_external_modules"},
    {"repo_root_for_plan_enrichment"},
    {"policy_metadata_filter"},
    {"policy_metadata_filter_exception"},
    {"log_level", "WARNING"},
    {"config_file"},
    {"baseline"},
    {"soft_fail"},
    {"hard_fail_on"},
    {"soft_fail_on"},
    {"container_user", "0"},
    {"docker_image"},
    {"dockerfile_path"},
    {"var_file"},
    {"enable_secrets_scan_all_files"},
    {"block_list_secret_scan"},
    {"skip_results_upload"},
    {"skip_cve_package"},
    {"skip_path"},
    {"skip_download"},
    {"use_enforcement_rules"},
    {"github_pat"},
    {"tfc_token"},
    {"tf_registry_token"},
    {"prisma-api-url"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"api-key", "nothing is sent to Prisma Cloud"},
    {"external_checks_dirs", "checks in Python are not run"},
    {"external_checks_repos", "checks in Python are not run"},
    {"policy_metadata_filter", "there are no policies of a platform here"},
    {"use_enforcement_rules", "there are no policies of a platform here"},
    {"var_file", "Terraform is not looked at yet"},
    {"hard_fail_on", "every finding fails unless soft_fail is set"},
    {"soft_fail_on", "every finding fails unless soft_fail is set"},
});

constexpr std::array kFlags = std::to_array<InputFlag>({
    {"check", "--check"},
    {"skip_check", "--skip-check"},
    {"framework", "--framework"},
    {"output_format", "--output"},
    {"output_file_path", "--output-file-path"},
    {"skip_path", "--skip-path"},
    {"config_file", "--config-file"},
    {"baseline", "--baseline"},
    {"soft_fail", "--soft-fail", InputFlag::How::when_true},
    {"quiet", "--quiet", InputFlag::How::when_true},
    {"compact", "--compact", InputFlag::How::when_true},
    {"docker_image", "--docker-image"},
});

Result<> run_checkov(run::ActionContext& context) {
  say_without_effect(context, kInputs, kWithoutEffect);
  if (const auto key = context.input("api-key"); !key.empty()) context.add_mask(key);
  std::vector<std::string> words;
  const auto file = context.input("file");
  if (!file.empty())
    words = {"--file", file};
  else
    words = {"--directory", context.input("directory")};
  for (auto& word : flags_of(context, kFlags)) words.push_back(std::move(word));
  return run_scanner(context, {.tool = "checkov", .words = std::move(words)});
}

}  // namespace

const run::BuiltinAction kCheckov{
    .name = "bridgecrewio/checkov-action",
    .versions = "v12, without a platform",
    .inputs = kInputs,
    .main = run_checkov,
};

}  // namespace crema::actions
