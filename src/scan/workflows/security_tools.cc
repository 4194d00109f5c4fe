#include "security_tools.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

struct ToolAction {
  std::string_view action, tool;
  Target target = Target::repository;
};

constexpr auto kActions = std::to_array<ToolAction>({
    {"aquasecurity/trivy-action", "trivy"},
    {"aquasecurity/tfsec-action", "tfsec"},
    {"aquasecurity/tfsec-sarif-action", "tfsec"},
    {"gitleaks/gitleaks-action", "gitleaks"},
    {"zricethezav/gitleaks-action", "gitleaks"},
    {"trufflesecurity/trufflehog", "trufflehog"},
    {"bridgecrewio/checkov-action", "checkov"},
    {"anchore/scan-action", "grype", Target::image},
    {"google/osv-scanner-action/*", "osv-scanner"},
    {"google/osv-scanner-action", "osv-scanner"},
    {"golang/govulncheck-action", "govulncheck"},
    {"securego/gosec", "gosec"},
    {"hadolint/hadolint-action", "hadolint"},
    {"stackrox/kube-linter-action", "kube-linter"},
    {"actions/dependency-review-action", "dependency-review"},
    {"github/codeql-action/analyze", "codeql"},
    {"zaproxy/action-baseline", "zap", Target::website},
    {"zaproxy/action-full-scan", "zap", Target::website},
    {"zaproxy/action-api-scan", "zap", Target::website},
    {"zaproxy/action-af", "zap", Target::website},
    {"checkmarx/kics-github-action", "kics"},
    {"returntocorp/semgrep-action", "semgrep"},
    {"semgrep/semgrep-action", "semgrep"},
    {"ossf/scorecard-action", "scorecard"},
    {"dependency-check/dependency-check_action", "dependency-check"},
    {"pypa/gh-action-pip-audit", "pip-audit"},
    {"zizmorcore/zizmor-action", "zizmor"},
    {"docker/scout-action", "docker scout", Target::image},
    {"snyk/actions/docker", "snyk", Target::image},
    {"snyk/actions/*", "snyk"},
    {"snyk/actions", "snyk"},
    {"sonarsource/sonarqube-scan-action", "sonar"},
    {"projectdiscovery/nuclei-action", "nuclei", Target::website},
});

// Programs whose name alone says what they are for.
constexpr auto kPrograms = std::to_array<std::string_view>({"gosec",
                                                            "govulncheck",
                                                            "semgrep",
                                                            "trivy",
                                                            "grype",
                                                            "snyk",
                                                            "gitleaks",
                                                            "trufflehog",
                                                            "checkov",
                                                            "tfsec",
                                                            "terrascan",
                                                            "kics",
                                                            "hadolint",
                                                            "kube-linter",
                                                            "kubesec",
                                                            "kube-score",
                                                            "bandit",
                                                            "brakeman",
                                                            "osv-scanner",
                                                            "nancy",
                                                            "pip-audit",
                                                            "safety",
                                                            "nuclei",
                                                            "nikto",
                                                            "zizmor",
                                                            "detect-secrets",
                                                            "dependency-check",
                                                            "dependency-check.sh",
                                                            "zap-baseline.py",
                                                            "zap-full-scan.py",
                                                            "zap-api-scan.py",
                                                            "bundle-audit",
                                                            "auditjs",
                                                            "retire",
                                                            "opengrep"});

// Programs with one subcommand that is.
struct Subcommand {
  std::string_view program, word, tool;
};
constexpr auto kSubcommands = std::to_array<Subcommand>({
    {"npm", "audit", "npm audit"},
    {"yarn", "audit", "yarn audit"},
    {"pnpm", "audit", "pnpm audit"},
    {"bun", "audit", "bun audit"},
    {"cargo", "audit", "cargo audit"},
    {"cargo", "deny", "cargo deny"},
    {"composer", "audit", "composer audit"},
    {"bundle", "audit", "bundle audit"},
    {"docker", "scout", "docker scout"},
    {"docker", "scan", "docker scan"},
    {"crema", "scan", "crema scan"},
});

// Words that ask a tool for its version or help, or prepare it.
bool only_asks(const ShellCommand& command) {
  const auto words = command.arguments();
  return words.size() == 1 &&
         (words[0] == "--version" || words[0] == "version" || words[0] == "-v" ||
          words[0] == "--help" || words[0] == "-V" || words[0] == "auth");
}

std::string_view tool_of(const ShellCommand& command) {
  const auto name = command.name();
  const auto words = command.arguments();
  if (only_asks(command)) return {};
  if (const auto found = std::ranges::find(kPrograms, name); found != kPrograms.end()) {
    if (name.starts_with("zap-")) return "zap";
    if (name == "dependency-check.sh") return "dependency-check";
    if (name == "snyk" && !words.empty() && (words[0] == "auth" || words[0] == "monitor"))
      return {};
    return *found;
  }
  for (const auto& one : kSubcommands) {
    const auto first =
        std::ranges::find_if(words, [](auto word) { return !word.starts_with("-"); });
    if (name == one.program && first != words.end() && *first == one.word) return one.tool;
  }
  // The tool's own container: the image is its name.
  if (name == "docker" && !words.empty() && words[0] == "run")
    for (const auto word : words)
      for (const auto program : kPrograms)
        if (word.find("/" + std::string(program)) != std::string_view::npos && word[0] != '-' &&
            word.find('$') == std::string_view::npos && word.find(':') != 1)
          return program;
  return {};
}

Target target_of(std::string_view tool, const ShellCommand& command) {
  const auto words = command.arguments();
  const auto has = [&](std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  if (tool == "zap" || tool == "nuclei" || tool == "nikto") return Target::website;
  if (tool == "trivy" && has("image")) return Target::image;
  if (tool == "snyk" && has("container")) return Target::image;
  if (tool == "docker scout" || tool == "docker scan") return Target::image;
  if (tool == "grype" && std::ranges::none_of(words, [](auto word) {
        return word.starts_with("dir:") || word == ".";
      }))
    return Target::image;
  return Target::repository;
}

// An input of an action that makes it pass whatever it finds.
struct Disarmed {
  std::string_view action, input;
  bool when_true = true;    // else when false or 0
  bool by_default = false;  // so it is without the input
};
constexpr auto kDisarmed = std::to_array<Disarmed>({
    {"aquasecurity/trivy-action", "exit-code", false, true},
    {"bridgecrewio/checkov-action", "soft_fail", true, false},
    {"hadolint/hadolint-action", "no-fail", true, false},
    {"zaproxy/action-baseline", "fail_action", false, true},
    {"zaproxy/action-full-scan", "fail_action", false, true},
    {"zaproxy/action-api-scan", "fail_action", false, true},
    {"anchore/scan-action", "fail-build", false, false},
    {"docker/scout-action", "exit-code", false, true},
    {"actions/dependency-review-action", "warn-only", true, false},
    {"aquasecurity/tfsec-action", "soft_fail", true, false},
    {"google/osv-scanner-action/*", "fail-on-vuln", false, false},
});

std::string action_told_to_pass(const Step& step) {
  for (const auto& one : kDisarmed) {
    if (!step.uses.is(one.action)) continue;
    const auto* input = step.input(one.input);
    const auto text = to_lower(trim(text_of(input)));
    if (text.empty())
      return one.by_default
                 ? fmt::format(
                       "`{}` is not set, and is {} by itself", one.input,
                       one.input == "exit-code" && one.action.starts_with("aqua") ? "0" : "false")
                 : std::string();
    const bool is_on = text != "false" && text != "0";
    if (text.find("${{") == std::string::npos && is_on == one.when_true)
      return fmt::format("`{}: {}`", one.input, text);
    return {};
  }
  const auto args = text_of(step.input("args"));
  if (step.uses.is("securego/gosec") && args.find("-no-fail") != std::string_view::npos)
    return "`-no-fail`";
  return {};
}

struct PassingFlag {
  std::string_view tool;
  std::string_view flag;
};
constexpr auto kPassingFlags = std::to_array<PassingFlag>({
    {"gosec", "-no-fail"},
    {"gosec", "--no-fail"},
    {"checkov", "--soft-fail"},
    {"checkov", "-s"},
    {"hadolint", "--no-fail"},
    {"tfsec", "--soft-fail"},
    {"bandit", "--exit-zero"},
    {"zap", "-I"},
    {"safety", "--continue-on-error"},
    {"kics", "--ignore-on-exit=all"},
    {"govulncheck", "-json"},
    {"kube-linter", "--fail-if-no-objects-found=false"},
    {"brakeman", "--no-exit-on-warn"},
});

std::string command_told_to_pass(std::string_view tool, const ShellCommand& command) {
  if (tool != "kube-linter")
    for (const auto& one : kPassingFlags)
      if (one.tool == tool && command.has_argument(one.flag)) return fmt::format("`{}`", one.flag);
  if (tool == "trivy") {
    const auto code = command.value_of("--exit-code");
    if (code.empty()) return "`--exit-code` is not set, and is 0 by itself";
    return code == "0" ? "`--exit-code 0`" : "";
  }
  if (tool == "gitleaks" && command.value_of("--exit-code") == "0") return "`--exit-code 0`";
  if (tool == "semgrep" && !command.has_argument("ci") && !command.has_argument("--error"))
    return "without `--error` it exits with 0";
  if (tool == "grype" && command.value_of("--fail-on").empty() && command.value_of("-f").empty())
    return "without `--fail-on` it exits with 0";
  if (tool == "trufflehog" && !command.has_argument("--fail"))
    return "without `--fail` it exits with 0";
  if (tool == "govulncheck") {
    auto format = command.value_of("-format");
    if (format.empty()) format = command.value_of("--format");
    if (format == "json" || format == "sarif" || format == "openvex")
      return fmt::format("it exits with 0 whenever it writes {}", format);
  }
  if (tool == "docker scout" && !command.has_argument("--exit-code") && !command.has_argument("-e"))
    return "without `--exit-code` it exits with 0";
  return {};
}

constexpr auto kReportInputs =
    std::to_array<std::string_view>({"output", "output-file", "output_file_path", "sarif_file",
                                     "report-file", "results_file", "output-filename"});
constexpr auto kReportFlags = std::to_array<std::string_view>(
    {"-out", "-o", "--output", "--out", "--output-file", "--report-path", "-r",
     "--sarif-file-output", "--json-file-output", "--output-file-path", "-J", "-w", "-x"});

// A table of programs and the paths their makers publish them under. A look-alike path is either a
// typing error, then nothing is installed, or worse.
struct Module {
  std::string_view program, path;
};
constexpr auto kModules = std::to_array<Module>({
    {"gosec", "github.com/securego/gosec"},
    {"govulncheck", "golang.org/x/vuln"},
    {"staticcheck", "honnef.co/go/tools"},
    {"golangci-lint", "github.com/golangci/golangci-lint"},
    {"gitleaks", "github.com/zricethezav/gitleaks"},
    {"gitleaks", "github.com/gitleaks/gitleaks"},
    {"osv-scanner", "github.com/google/osv-scanner"},
    {"trivy", "github.com/aquasecurity/trivy"},
    {"tfsec", "github.com/aquasecurity/tfsec"},
    {"grype", "github.com/anchore/grype"},
    {"syft", "github.com/anchore/syft"},
    {"kube-linter", "golang.stackrox.io/kube-linter"},
    {"kube-score", "github.com/zegl/kube-score"},
    {"nancy", "github.com/sonatype-nexus-community/nancy"},
    {"cosign", "github.com/sigstore/cosign"},
    {"nuclei", "github.com/projectdiscovery/nuclei"},
    {"terrascan", "github.com/tenable/terrascan"},
    {"actionlint", "github.com/rhysd/actionlint"},
    {"trufflehog", "github.com/trufflesecurity/trufflehog"},
    {"conftest", "github.com/open-policy-agent/conftest"},
    {"errcheck", "github.com/kisielk/errcheck"},
    {"revive", "github.com/mgechev/revive"},
    {"go-licenses", "github.com/google/go-licenses"},
});

constexpr auto kPackages = std::to_array<std::string_view>(
    {"checkov", "semgrep", "bandit", "safety", "pip-audit", "snyk", "zizmor", "detect-secrets",
     "retire", "auditjs", "kics", "better-npm-audit", "audit-ci"});

}  // namespace

Place SecurityUse::place(const WorkflowFile& file) const {
  if (!command) return place_of(*step->uses.node);
  const auto* run = step->find("run");
  Place from = place_of(*run);
  if (run->style == formats::YamlStyle::literal)
    from = {.line = run->line + 1 + command->line, .column = 1};
  const auto found =
      find_part(*file.source, from, command->text.substr(0, command->text.find('\\')), 100);
  return found.line != 0 ? found : place_of(*run);
}

std::vector<SecurityUse> security_uses(const WorkflowFile& file) {
  std::vector<SecurityUse> uses;
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      for (const auto& one : kActions) {
        if (!step.uses.is(one.action)) continue;
        SecurityUse use{.tool = one.tool, .step = &step, .target = one.target};
        const auto type = text_of(step.input("scan-type"));
        if (one.tool == "trivy" &&
            (type == "image" || (type.empty() && step.input("image-ref") != nullptr)))
          use.target = Target::image;
        uses.push_back(std::move(use));
        break;
      }
      if (step.script().empty()) continue;
      for (auto& command : shell_commands(step.script())) {
        const auto tool = tool_of(command);
        if (tool.empty()) continue;
        const auto target = target_of(tool, command);
        uses.push_back(
            {.tool = tool, .step = &step, .command = std::move(command), .target = target});
      }
    }
  }
  return uses;
}

std::string told_to_pass(const SecurityUse& use) {
  return use.command ? command_told_to_pass(use.tool, *use.command)
                     : action_told_to_pass(*use.step);
}

std::string report_of(const SecurityUse& use) {
  if (!use.command) {
    for (const auto name : kReportInputs)
      if (const auto text = trim(text_of(use.step->input(name))); !text.empty())
        return std::string(text);
    // securego/gosec and its like take a command line.
    const auto args = shell_commands("tool " + std::string(text_of(use.step->input("args"))));
    if (args.empty()) return {};
    for (const auto flag : kReportFlags)
      if (const auto value = args[0].value_of(flag); value.find('.') != std::string_view::npos)
        return std::string(value);
    return {};
  }
  for (const auto& path : use.command->redirected_to)
    if (path != "/dev/null" && path.find('$') == std::string::npos) return path;
  for (const auto flag : kReportFlags)
    if (const auto value = use.command->value_of(flag);
        value.find('.') != std::string_view::npos && value != ".")
      return std::string(value);
  return {};
}

bool writes_sarif(const SecurityUse& use) {
  if (report_of(use).find("sarif") != std::string::npos) return true;
  if (!use.command) return equals_ignore_case(trim(text_of(use.step->input("format"))), "sarif");
  return use.command->has_argument("sarif") || use.command->has_argument("--sarif");
}

std::vector<std::string_view> modules_of(std::string_view program) {
  std::vector<std::string_view> out;
  for (const auto& one : kModules)
    if (one.program == program) out.push_back(one.path);
  return out;
}

std::string_view tool_of_package(std::string_view package) {
  const auto found = std::ranges::find(kPackages, package);
  return found == kPackages.end() ? std::string_view() : *found;
}

}  // namespace crema::scan
