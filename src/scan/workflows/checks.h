// The checks behind the rules, by the noun they are about.
#pragma once

#include "report.h"
#include "shell_commands.h"

namespace crema::scan {

// Where a command of a step's script stands in the file.
Place line_in_script(const WorkflowFile& file, const Step& step, const ShellCommand& command);

// checks_injection.cc
void check_template_injection(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_environment_files(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_untrusted_checkout(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_uses.cc
void check_unpinned_uses(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_vulnerable_actions(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_archived_uses(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_mistyped_uses(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_forbidden_uses(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_local_uses(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_superfluous_uses(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_unpinned_tools(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_unpinned_images(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_permissions.cc
void check_permissions(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_undocumented_permissions(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_dangerous_triggers(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_self_hosted(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_secrets.cc
void check_persisted_credentials(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_inherited_secrets(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_container_credentials(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_whole_secrets(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_unredacted_secrets(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_secrets_outside_environment(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_app_tokens(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_scripts.cc
void check_insecure_commands(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_piped_scripts(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_secrets_in_requests(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_netcat(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_adhoc_packages(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_misfeatures(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_conditions.cc
void check_always_true(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_contains(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_bot_conditions(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_ternaries(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_obfuscation(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_never_runs(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_release.cc
void check_cache_poisoning(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_trusted_publishing(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_signed_artifacts(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_attested_artifacts(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// checks_settings.cc
void check_anonymous(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_concurrency(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_dispatch_inputs(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_dependabot_cooldown(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_dependabot_execution(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// health_outcome.cc
void check_thrown_away_results(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_tools_told_to_pass(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_security_never_runs(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_skipped_without_secret(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_coverage_gates(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_placeholders(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_nothing_to_scan(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// health_tools.cc
void check_lookalike_tools(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_floating_tools(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_retired_uploads(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
// health_reports.cc
void check_lost_reports(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_upload_permission(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_gates(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_scan_after_push(const WorkflowFile&, const CheckSettings&, WorkflowReport&);
void check_scanned_tags(const WorkflowFile&, const CheckSettings&, WorkflowReport&);

}  // namespace crema::scan
