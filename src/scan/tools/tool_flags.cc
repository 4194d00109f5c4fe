#include "tool_flags.h"

#include <array>

namespace crema::scan {
namespace {

using enum FlagMeaning;

constexpr std::string_view kImages = "images cannot be scanned yet";
constexpr std::string_view kClusters = "clusters cannot be scanned";

// The first row of a tool whose words fit; a tool's row without words is its default.
constexpr auto kCommands = std::to_array<ToolCommand>({
    {"trivy", "fs", "deps secrets", "", 0},
    {"trivy", "filesystem", "deps secrets", "", 0},
    {"trivy", "repo", "deps secrets", "", 0},
    {"trivy", "repository", "deps secrets", "", 0},
    {"trivy", "config", "infra", "", 0},
    {"trivy", "conf", "infra", "", 0},
    {"trivy", "image", "", "", 0, kImages},
    {"trivy", "i", "", "", 0, kImages},
    {"trivy", "rootfs", "", "", 0, "the file systems of machines cannot be scanned"},
    {"trivy", "vm", "", "", 0, "the disks of machines cannot be scanned"},
    {"trivy", "k8s", "", "", 0, kClusters},
    {"trivy", "kubernetes", "", "", 0, kClusters},
    {"trivy", "sbom", "", "", 0, "lists of packages cannot be scanned yet"},
    {"trivy", "", "", "", 0, "say what to scan: trivy fs PATH or trivy config PATH"},
    {"gitleaks", "detect", "secrets"},
    {"gitleaks", "dir", "secrets"},
    {"gitleaks", "directory", "secrets"},
    {"gitleaks", "file", "secrets"},
    {"gitleaks", "git", "secrets"},
    {"gitleaks", "protect", "secrets"},
    {"gitleaks", "stdin", "", "", 1, "texts from the standard input cannot be scanned yet"},
    {"gitleaks", "", "secrets"},
    {"checkov", "", "infra"},
    {"snyk", "test", "deps"},
    {"snyk", "iac test", "infra"},
    {"snyk", "code test", "", "", 1, "code cannot be analysed yet"},
    {"snyk", "container test", "", "", 1, kImages},
    {"snyk", "container monitor", "", "", 1, kImages},
    {"snyk", "monitor", "", "", 1, "nothing is sent to Snyk"},
    {"snyk", "", "", "", 1, "say what to test: snyk test or snyk iac test"},
    {"osv-scanner", "scan image", "", "", 127, kImages},
    {"osv-scanner", "scan source", "deps"},
    {"osv-scanner", "scan", "deps"},
    {"osv-scanner", "fix", "", "", 127, "use `crema fix deps`"},
    {"osv-scanner", "", "deps"},
    {"govulncheck", "", "deps", "", 3},
    {"hadolint", "", "infra", "dockerfile"},
    {"kube-linter", "lint", "infra", "kubernetes"},
    {"kube-linter", "", "", "", 1, "say what to do: kube-linter lint PATH"},
});

constexpr auto kTrivy = std::to_array<ToolFlag>({
    {"--severity", "-s", severities, true},
    {"--exit-code", "", found_code, true},
    {"--format", "-f", format, true},
    {"--output", "-o", output, true},
    {"--scanners", "", scanners, true},
    {"--security-checks", "", scanners, true},
    {"--ignore-unfixed", "", only_fixable},
    {"--skip-dirs", "", skipped_paths, true},
    {"--skip-files", "", skipped_paths, true},
    {"--ignorefile", "", without_effect, true},
    {"--config", "-c", without_effect, true},
    {"--ignore-policy", "", without_effect, true},
    {"--vex", "", without_effect, true},
    {"--template", "-t", without_effect, true},
    {"--compliance", "", not_supported, true},
    {"--server", "", not_supported, true},
    {"--config-check", "", without_effect, true},
    {"--config-policy", "", without_effect, true},
    {"--policy", "", without_effect, true},
    {"--helm-values", "", without_effect, true},
    {"--tf-vars", "", without_effect, true},
    {"--secret-config", "", without_effect, true},
    {"--vuln-type", "", without_effect, true},
    {"--pkg-types", "", without_effect, true},
    {"--list-all-pkgs", "", without_effect},
    {"--include-dev-deps", "", without_effect},
    {"--cache-dir", "", nothing, true},
    {"--timeout", "", nothing, true},
    {"--parallel", "", nothing, true},
    {"--db-repository", "", nothing, true},
    {"--java-db-repository", "", nothing, true},
    {"--checks-bundle-repository", "", nothing, true},
    {"--exit-on-eol", "", nothing, true},
    {"--skip-db-update", "", nothing},
    {"--skip-java-db-update", "", nothing},
    {"--skip-check-update", "", nothing},
    {"--skip-policy-update", "", nothing},
    {"--skip-update", "", nothing},
    {"--offline-scan", "", nothing},
    {"--no-progress", "", nothing},
    {"--quiet", "-q", nothing},
    {"--debug", "-d", nothing},
    {"--insecure", "", nothing},
    {"--dependency-tree", "", nothing},
    {"--show-suppressed", "", nothing},
});

constexpr auto kGitleaks = std::to_array<ToolFlag>({
    {"--source", "-s", path, true},
    {"--report-path", "-r", output, true},
    {"--report-format", "-f", format, true},
    {"--config", "-c", config, true},
    {"--baseline-path", "-b", without_effect, true},
    {"--exit-code", "", found_code, true},
    {"--enable-rule", "", only, true},
    {"--gitleaks-ignore-path", "-i", without_effect, true},
    {"--log-opts", "", without_effect, true},
    {"--platform", "", without_effect, true},
    {"--staged", "", without_effect},
    {"--pre-commit", "", without_effect},
    {"--follow-symlinks", "", without_effect},
    {"--report-template", "", without_effect, true},
    {"--max-decode-depth", "", nothing, true},
    {"--max-archive-depth", "", nothing, true},
    {"--max-target-megabytes", "", nothing, true},
    {"--timeout", "", nothing, true},
    {"--log-level", "-l", nothing, true},
    {"--redact", "", nothing},  // nothing is ever shown of a secret
    {"--no-git", "", nothing},
    {"--verbose", "-v", nothing},
    {"--no-banner", "", nothing},
    {"--no-color", "", nothing},
    {"--ignore-gitleaks-allow", "", without_effect},
});

constexpr auto kCheckov = std::to_array<ToolFlag>({
    {"--directory", "-d", path, true},
    {"--file", "-f", path, true},
    {"--framework", "", frameworks, true},
    {"--check", "-c", only, true},
    {"--skip-check", "", skipped, true},
    {"--soft-fail", "-s", pass},
    {"--output", "-o", format, true},
    {"--output-file-path", "", output_folder, true},
    {"--baseline", "", without_effect, true},
    {"--create-baseline", "", without_effect},
    {"--config-file", "", without_effect, true},
    {"--skip-path", "", without_effect, true},
    {"--skip-framework", "", without_effect, true},
    {"--soft-fail-on", "", without_effect, true},
    {"--hard-fail-on", "", without_effect, true},
    {"--external-checks-dir", "", without_effect, true},
    {"--external-checks-git", "", without_effect, true},
    {"--var-file", "", without_effect, true},
    {"--docker-image", "", not_supported, true},
    {"--dockerfile-path", "", path, true},
    {"--image", "", not_supported, true},
    {"--bc-api-key", "", without_effect, true},
    {"--repo-id", "", nothing, true},
    {"--branch", "-b", nothing, true},
    {"--download-external-modules", "", nothing, true},
    {"--evaluate-variables", "", nothing, true},
    {"--repo-root-for-plan-enrichment", "", nothing, true},
    {"--ca-certificate", "-ca", nothing, true},
    {"--quiet", "", nothing},
    {"--compact", "", nothing},
    {"--no-guide", "", nothing},
    {"--skip-download", "", nothing},
    {"--skip-resources-without-violations", "", nothing},
    {"--no-fail-on-crash", "", nothing},
    {"--enable-secret-scan-all-files", "", nothing},
});

constexpr auto kSnyk = std::to_array<ToolFlag>({
    {"--severity-threshold", "", least_severity, true},
    {"--json", "", json},
    {"--sarif", "", sarif},
    {"--json-file-output", "", json_file, true},
    {"--sarif-file-output", "", sarif_file, true},
    {"--file", "", path, true},
    {"--fail-on", "", without_effect, true},
    {"--policy-path", "", without_effect, true},
    {"--exclude", "", without_effect, true},
    {"--rules", "", without_effect, true},
    {"--report", "", without_effect},
    {"--org", "", nothing, true},
    {"--project-name", "", nothing, true},
    {"--package-manager", "", nothing, true},
    {"--detection-depth", "", nothing, true},
    {"--target-reference", "", nothing, true},
    {"--remote-repo-url", "", nothing, true},
    {"--command", "", nothing, true},
    {"--all-projects", "", nothing},
    {"--dev", "", nothing},
    {"--debug", "-d", nothing},
    {"--quiet", "-q", nothing},
    {"--insecure", "", nothing},
    {"--strict-out-of-sync", "", nothing, true},
});

constexpr auto kOsvScanner = std::to_array<ToolFlag>({
    {"--format", "-f", format, true},
    {"--output", "", output, true},
    {"--output-file", "", output, true},
    {"--lockfile", "-L", path, true},
    {"--config", "", without_effect, true},
    {"--sbom", "-S", not_supported, true},
    {"--docker", "-D", not_supported, true},
    {"--licenses", "", without_effect},
    {"--call-analysis", "", nothing, true},
    {"--no-call-analysis", "", nothing, true},
    {"--data-source", "", nothing, true},
    {"--local-db-path", "", nothing, true},
    {"--verbosity", "", nothing, true},
    {"--recursive", "-r", nothing},
    {"--skip-git", "", nothing},
    {"--no-ignore", "", without_effect},
    {"--offline", "", nothing},
    {"--offline-vulnerabilities", "", nothing},
    {"--download-offline-databases", "", nothing},
    {"--experimental-offline", "", nothing},
    {"--experimental-local-db", "", nothing},
    {"--allow-no-lockfiles", "", nothing},
    {"--all-vulns", "", nothing},
});

constexpr auto kGovulncheck = std::to_array<ToolFlag>({
    {"-format", "--format", format, true},
    {"-json", "--json", json},
    {"-scan", "--scan", depth, true},
    {"-C", "", path, true},
    {"-mode", "--mode", not_supported, true},
    {"-db", "--db", without_effect, true},
    {"-tags", "--tags", without_effect, true},
    {"-show", "--show", nothing, true},
    {"-test", "--test", nothing},
});

constexpr auto kHadolint = std::to_array<ToolFlag>({
    {"--format", "-f", format, true},
    {"--failure-threshold", "-t", least_severity, true},
    {"--no-fail", "", pass},
    {"--ignore", "", skipped, true},
    {"--config", "-c", without_effect, true},
    {"--trusted-registry", "", without_effect, true},
    {"--require-label", "", without_effect, true},
    {"--error", "", without_effect, true},
    {"--warning", "", without_effect, true},
    {"--info", "", without_effect, true},
    {"--style", "", without_effect, true},
    {"--strict-labels", "", without_effect},
    {"--disable-ignore-pragma", "", without_effect},
    {"--no-color", "", nothing},
    {"--verbose", "-V", nothing},
    {"--file-path-in-report", "", without_effect, true},
});

constexpr auto kKubeLinter = std::to_array<ToolFlag>({
    {"--format", "", format, true},
    {"--include", "", only, true},
    {"--exclude", "", skipped, true},
    {"--config", "", without_effect, true},
    {"--ignore-paths", "", without_effect, true},
    {"--do-not-auto-add-defaults", "", without_effect},
    {"--add-all-built-in", "", without_effect},
    {"--fail-if-no-objects-found", "", nothing},
    {"--fail-on-invalid-resource", "", nothing},
    {"--verbose", "-v", nothing},
    {"--with-color", "", nothing},
});

struct ToolTable {
  std::string_view tool;
  std::span<const ToolFlag> flags;
};
constexpr auto kTables = std::to_array<ToolTable>({
    {"trivy", kTrivy},
    {"gitleaks", kGitleaks},
    {"checkov", kCheckov},
    {"snyk", kSnyk},
    {"osv-scanner", kOsvScanner},
    {"govulncheck", kGovulncheck},
    {"hadolint", kHadolint},
    {"kube-linter", kKubeLinter},
});

}  // namespace

std::span<const ToolCommand> tool_commands() { return kCommands; }

std::span<const ToolFlag> tool_flags(std::string_view tool) {
  for (const auto& [name, flags] : kTables)
    if (name == tool) return flags;
  return {};
}

}  // namespace crema::scan
