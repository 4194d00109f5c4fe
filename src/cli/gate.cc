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

// The newest run that left evidence, unless one is named.
Result<std::vector<evidence::Record>> records_of(const sys::Host& host, const std::string& which) {
  if (which == "latest") {
    if (const auto own = CREMA_TRY(open_own_run(host))) return own->store->records(own->run.number);
  }
  if (which != "latest") {
    const auto opened = CREMA_TRY(open_run(host, which));
    return opened.store->records(opened.run.number);
  }
  const auto store = CREMA_TRY(open_store(host));
  for (const auto& run : CREMA_TRY(store->list_runs(store::kRunsKept))) {
    auto records = CREMA_TRY(store->records(run.number));
    if (!records.empty()) return records;
  }
  return std::vector<evidence::Record>();
}

// The table also where GitHub's own steps write theirs.
void add_to_summary(const sys::Host& host, const gate::Verdict& verdict) {
  if (const auto file = host.variable("GITHUB_STEP_SUMMARY"))
    std::ofstream(*file, std::ios::app) << gate::verdict_markdown(verdict);
}

Result<int> judge(const sys::Host& host, const GateOptions& options) {
  const auto project = find_project(host);
  const auto policy = CREMA_TRY(policy_of(host, project.root, options.policy));
  const auto records = CREMA_TRY(records_of(host, options.run));
  const auto coverage = CREMA_TRY(coverage_of_records(host, project.root, records));
  const auto context = gate_context(host, coverage);
  const auto verdict = gate::evaluate(policy, records, context);
  if (options.format == "json")
    print(gate::verdict_json(verdict));
  else if (options.format == "markdown")
    print(gate::verdict_markdown(verdict));
  else
    print(gate::verdict_text(verdict, output_style(host)));
  add_to_summary(host, verdict);
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
