#include "reporter_run.h"

#include "reporter_events.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace crema::testing {

using evidence::FailureKind;

Result<ReportedRun> run_reported(const sys::Command& command, const ReportedProject& project,
                                 const TaskServices& services) {
  ReporterEvents events(project.root, to_lower(project.name), project.project, services.listener);
  const auto exit = CREMA_TRY(
      services.processes.run(command,
                             {.stop = services.stop,
                              .deadline = services.host.clock->monotonic() + project.timeout,
                              .patience = {}},
                             [&](std::string_view bytes) { events.feed(bytes); }));
  if (exit.why == sys::Exit::Why::stopped) return fail("testing/stopped", "the tests were stopped");
  ReportedRun run;
  if (exit.why == sys::Exit::Why::timed_out) {
    const auto message = fmt::format("it did not end within {} s", project.timeout.count());
    run.suites = events.finish(FailureKind::timeout, message);
    if (events.left_unfinished()) {
      run.remarks.push_back(
          fmt::format("{} was stopped after {} s: tests that are not named did not run",
                      project.name, project.timeout.count()));
    } else {
      run.error = fmt::format("{} did not end within {} s and was stopped\n{}", project.name,
                              project.timeout.count(), events.other_output());
    }
    return run;
  }
  run.suites = events.finish();
  if (events.left_unfinished())
    run.remarks.push_back(project.name + " ended early: tests that are not named did not run");
  const bool failed = std::ranges::any_of(
      run.suites, [](const auto& suite) { return suite.outcome == evidence::TestOutcome::failed; });
  const bool nothing = exit.why == sys::Exit::Why::exited && exit.code == project.nothing_to_run;
  if (!exit.ok() && !failed && !nothing) {
    run.error = fmt::format("{} ended with {}", project.name, exit.code);
    if (const auto said = events.other_output(); !said.empty()) run.error += ":\n" + said;
  }
  return run;
}

void take_into(ProjectReport& report, ReportedRun run) {
  std::ranges::move(run.suites, std::back_inserter(report.suites));
  std::ranges::move(run.remarks, std::back_inserter(report.remarks));
  report.error = std::move(run.error);
}

}  // namespace crema::testing
