// `crema run`: workflows on this machine, from the event to the exit code.
#include "arguments.h"
#include "execution.h"
#include "output.h"
#include "run_setup.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace crema::cli {
namespace {

// Those the event starts, or those the user named.
std::vector<Candidate*> chosen(RunSetup& setup, const sys::Host& host) {
  std::vector<Candidate*> chosen;
  for (auto& candidate : setup.candidates) {
    if (candidate.trigger.runs) {
      chosen.push_back(&candidate);
    } else if (setup.named) {
      auto note = make_warning("cli/not-triggered",
                               candidate.loaded.parsed.workflow->path +
                                   " would not run for this event: " + candidate.trigger.reason);
      note.hint = "it runs because you named it; `crema explain` has the details";
      report(std::span(&note, 1), host);
      chosen.push_back(&candidate);
    }
  }
  return chosen;
}

int nothing_to_run(const RunSetup& setup, const sys::Host& host) {
  auto none = make_error("cli/nothing-to-run", "no workflow runs for this event");
  for (const auto& candidate : setup.candidates)
    none.notes.push_back(
        {candidate.loaded.parsed.workflow->path + ": " + candidate.trigger.reason, {}});
  none.hint = "name a workflow to run it all the same, or choose another --event";
  return report(none, host);
}

}  // namespace

int run_run(CommandContext& context) {
  RunOptions options;
  const auto ended = parse_arguments(context, "run", [&](CLI::App& app) {
    add_workflow_options(app, options);
    add_event_options(app, options);
    add_execution_options(app, options);
  });
  if (ended) return *ended;
  auto setup = prepare(context.host, options);
  if (!setup) return report(setup.error(), context.host);
  if (const int code = report(setup->problems, context.host); code != 0) {
    if (!options.lenient) {
      auto refused = make_error("cli/refused", "GitHub would refuse this, so nothing was run");
      refused.severity = Severity::note;
      refused.hint = "mend it, or run with --lenient to go on where crema can";
      report(std::span(&refused, 1), context.host);
    }
    return code;
  }
  const auto candidates = chosen(*setup, context.host);
  if (candidates.empty()) return nothing_to_run(*setup, context.host);
  int worst = 0;
  for (auto* candidate : candidates) {
    const int code = execute_new(context.host, *setup, *candidate, options);
    worst = std::max(worst, code);
    if (code == static_cast<int>(ExitCode::interrupted)) break;
  }
  return worst;
}

}  // namespace crema::cli
