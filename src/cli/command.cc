// The table of commands.
#include "command.h"

#include <array>

namespace crema::cli {

std::string_view embedded(std::string_view name);  // made by crema_embed

namespace {

constexpr std::array kCommands = {
    Command{"run", "run workflows on this machine", run_run},
    Command{"resume", "go on with a failed or interrupted run", run_resume},
    Command{"plan", "show the jobs a run would have, without running them", run_plan},
    Command{"lint", "check every workflow of the repository", run_lint},
    Command{"explain", "say why a workflow, job or step runs or not", run_explain},
    Command{"test", "run the tests of this repository and keep their evidence", run_test},
    Command{"import", "add files of other tools to the evidence", run_import},
    Command{"cover", "show what the tests covered, by service and of new lines", run_cover},
    Command{"load", "run load tests: k6 scripts, unmodified", run_load},
    Command{"scan", "find secrets, vulnerable dependencies, mistakes in infrastructure", run_scan},
    Command{"scan-as", "scan with another scanner's command line", run_scan_as},
    Command{"gate", "hold the evidence of a run against the policy", run_gate},
    Command{"db", "the advisories dependencies are held against", run_db},
    Command{"sbom", "write what the repository depends on, as CycloneDX", run_sbom},
    Command{"fix", "raise dependencies to versions without known vulnerabilities", run_fix},
    Command{"report", "write one run as a page of HTML", run_report},
    Command{"list", "list the runs of this repository", run_list},
    Command{"show", "show one run: jobs, steps, annotations, summary", run_show},
    Command{"logs", "print the logs of a run, a job or a step", run_logs},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  for (const auto& command : kCommands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::string_view manual(std::string_view command) { return embedded(std::string(command) + ".md"); }

}  // namespace crema::cli
