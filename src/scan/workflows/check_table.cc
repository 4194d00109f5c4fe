// The table of all checks: which rule runs which.
#include "checks.h"

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

constexpr std::string_view kActions = "github-actions";
constexpr std::string_view kHealth = "health";

constexpr auto kChecks = std::to_array<Check>({
    {"CRM-GHA-001", kActions, check_template_injection},
    {"CRM-GHA-002", kActions, check_unpinned_uses},
    {"CRM-GHA-003", kActions, check_permissions},
    {"CRM-GHA-004", kActions, check_dangerous_triggers},
    {"CRM-GHA-005", kActions, check_persisted_credentials},
    {"CRM-GHA-006", kActions, check_environment_files},
    {"CRM-GHA-007", kActions, check_inherited_secrets},
    {"CRM-GHA-008", kActions, check_cache_poisoning},
    {"CRM-GHA-009", kActions, check_vulnerable_actions},
    {"CRM-GHA-010", kActions, check_archived_uses},
    {"CRM-GHA-011", kActions, check_mistyped_uses},
    {"CRM-GHA-012", kActions, check_always_true},
    {"CRM-GHA-013", kActions, check_contains},
    {"CRM-GHA-014", kActions, check_insecure_commands},
    {"CRM-GHA-015", kActions, check_bot_conditions},
    {"CRM-GHA-016", kActions, check_container_credentials},
    {"CRM-GHA-017", kActions, check_self_hosted},
    {"CRM-GHA-018", kActions, check_trusted_publishing},
    {"CRM-GHA-019", kActions, check_whole_secrets},
    {"CRM-GHA-020", kActions, check_unredacted_secrets},
    {"CRM-GHA-021", kActions, check_unpinned_images},
    {"CRM-GHA-022", kActions, check_forbidden_uses},
    {"CRM-GHA-023", kActions, check_obfuscation},
    {"CRM-GHA-024", kActions, check_anonymous},
    {"CRM-GHA-025", kActions, check_concurrency},
    {"CRM-GHA-026", kActions, check_undocumented_permissions},
    {"CRM-GHA-027", kActions, check_dependabot_cooldown},
    {"CRM-GHA-028", kActions, check_dependabot_execution},
    {"CRM-GHA-029", kActions, check_piped_scripts},
    {"CRM-GHA-030", kActions, check_secrets_in_requests},
    {"CRM-GHA-031", kActions, check_netcat},
    {"CRM-GHA-032", kActions, check_signed_artifacts},
    {"CRM-GHA-033", kActions, check_attested_artifacts},
    {"CRM-GHA-034", kActions, check_dispatch_inputs},
    {"CRM-GHA-035", kActions, check_secrets_outside_environment},
    {"CRM-GHA-036", kActions, check_local_uses},
    {"CRM-GHA-037", kActions, check_superfluous_uses},
    {"CRM-GHA-038", kActions, check_unpinned_tools},
    {"CRM-GHA-039", kActions, check_adhoc_packages},
    {"CRM-GHA-040", kActions, check_misfeatures},
    {"CRM-GHA-041", kActions, check_ternaries},
    {"CRM-GHA-042", kActions, check_app_tokens},
    {"CRM-GHA-043", kActions, check_never_runs},
    {"CRM-GHA-044", kActions, check_untrusted_checkout},
    {"CRM-HEALTH-001", kHealth, check_thrown_away_results},
    {"CRM-HEALTH-002", kHealth, check_tools_told_to_pass},
    {"CRM-HEALTH-003", kHealth, check_security_never_runs},
    {"CRM-HEALTH-004", kHealth, check_lookalike_tools},
    {"CRM-HEALTH-005", kHealth, check_floating_tools},
    {"CRM-HEALTH-006", kHealth, check_lost_reports},
    {"CRM-HEALTH-007", kHealth, check_gates},
    {"CRM-HEALTH-008", kHealth, check_scan_after_push},
    {"CRM-HEALTH-009", kHealth, check_upload_permission},
    {"CRM-HEALTH-010", kHealth, check_coverage_gates},
    {"CRM-HEALTH-011", kHealth, check_placeholders},
    {"CRM-HEALTH-012", kHealth, check_scanned_tags},
    {"CRM-HEALTH-013", kHealth, check_skipped_without_secret},
    {"CRM-HEALTH-014", kHealth, check_retired_uploads},
    // Whether a file is there is known when all files are: see wanted_files.h.
    {"CRM-HEALTH-015", kHealth, nullptr},
    {"CRM-HEALTH-016", kHealth, check_nothing_to_scan},
});

}  // namespace

std::span<const Check> all_checks() { return kChecks; }

Place line_in_script(const WorkflowFile& file, const Step& step, const ShellCommand& command) {
  const auto* run = step.find("run");
  if (run == nullptr) return {.line = step.lines.first};
  const bool block = run->style == formats::YamlStyle::literal;
  Place from = place_of(*run);
  // In a block the script's first line is the one below its mark.
  if (block) from = {.line = run->line + 1 + command.line, .column = 1};
  const auto place = find_part(*file.source, from, command.text.substr(0, command.text.find('\\')),
                               block ? 5 : 100);
  return place.line != 0 ? place : place_of(*run);
}

}  // namespace crema::scan
