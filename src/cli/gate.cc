// `crema gate`: the evidence of a run against the team's policy.
#include "arguments.h"
#include "gate_facts.h"
#include "output.h"
#include "run_choice.h"

#include "crema/gate/verdict.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <fstream>

namespace crema::cli {
namespace {

struct GateOptions {
  std::string run = "latest";
  std::string policy;
  std::string format = "text";
};

// In a step its own run; else the newest one that left evidence, unless one is named.
Result<OpenedRun> run_to_judge(const sys::Host& host, const std::string& which) {
  if (which != "latest") return open_run(host, which);
  if (auto own = CREMA_TRY(open_own_run(host))) return std::move(*own);
  auto opened = CREMA_TRY(open_run(host, which));
  for (const auto& run : CREMA_TRY(opened.store->list_runs(store::kRunsKept))) {
    if (CREMA_TRY(opened.store->records(run.number)).empty()) continue;
    opened.run = CREMA_TRY(opened.store->find_run(run.number));
    break;
  }
  return opened;
}

// The table also where GitHub's own steps write theirs.
void add_to_summary(const sys::Host& host, const gate::Verdict& verdict) {
  if (const auto file = host.variable("GITHUB_STEP_SUMMARY"))
    std::ofstream(*file, std::ios::app) << gate::verdict_markdown(verdict);
}

Result<int> judge(const sys::Host& host, const GateOptions& options) {
  const auto project = find_project(host);
  const auto policy = CREMA_TRY(policy_of(host, project.root, options.policy));
  const auto judged = CREMA_TRY(run_to_judge(host, options.run));
  const auto records = CREMA_TRY(judged.store->records(judged.run.number));
  const auto coverage = CREMA_TRY(coverage_of_records(host, project.root, records));
  const auto context =
      CREMA_TRY(gate_context(host, project.root, policy, coverage, *judged.store, judged.run));
  const auto verdict = gate::evaluate(policy, records, context);
  if (options.format == "json")
    print(gate::verdict_json(verdict));
  else if (options.format == "markdown")
    print(gate::verdict_markdown(verdict));
  else
    print(gate::verdict_text(verdict, output_style(host)));
  // Markdown is for whoever asked for it, the summary perhaps.
  if (options.format != "markdown") add_to_summary(host, verdict);
  return verdict.passed() ? 0 : static_cast<int>(ExitCode::failed);
}

}  // namespace

int run_gate(CommandContext& context) {
  GateOptions options;
  if (const auto ended = parse_arguments(context, "gate", [&](CLI::App& app) {
        app.add_option("run", options.run, "a number or latest");
        app.add_option("--policy", options.policy, "instead of crema.yml");
        app.add_option("--format", options.format, "text, markdown or json")
            ->check(CLI::IsMember({"text", "markdown", "json"}));
      }))
    return *ended;
  const auto code = judge(context.host, options);
  return code ? *code : report(code.error(), context.host);
}

}  // namespace crema::cli
