#include "execution.h"

#include "break_shell.h"
#include "command.h"
#include "output.h"

#include "crema/run/run.h"
#include "crema/sys/signals.h"

#include <unistd.h>

namespace crema::cli {
namespace {

int exit_code_of(const run::RunOutcome& outcome) {
  if (outcome.interrupted) return static_cast<int>(ExitCode::interrupted);
  return static_cast<int>(outcome.result == evidence::Outcome::success ? ExitCode::ok
                                                                       : ExitCode::failed);
}

int execute(const sys::Host& host, store::Store& store, store::RunRecorder& recorder,
            Candidate& candidate, const RunOptions& options) {
  BreakShell shell(host);
  if (!options.break_on.empty()) candidate.request.break_on_failure = &shell;
  std::stop_source stop;
  // Whoever presses Ctrl-C twice wants out now: the supervisors kill what is left.
  const sys::SignalWatcher signals(stop, [] {
    evidence::write_all(STDOUT_FILENO, "\x1b[?25h");
    ::_exit(static_cast<int>(ExitCode::interrupted));
  });
  const auto display = make_run_display(host, options.format, !options.break_on.empty());
  evidence::Broadcast listeners;
  listeners.add(recorder);
  listeners.add(*display);
  run::RunServices services{.host = host,
                            .recorder = recorder,
                            .listener = listeners,
                            .caches = store.caches(),
                            .stop = stop.get_token()};
  const auto outcome = run::execute(candidate.request, services);
  if (!outcome) return report(outcome.error(), host);
  const int code = exit_code_of(*outcome);
  if (const auto lost = recorder.failure()) {
    const int recording = report(*lost, host);
    return code == 0 ? recording : code;
  }
  return code;
}

}  // namespace

int execute_new(const sys::Host& host, const RunSetup& setup, Candidate& candidate,
                const RunOptions& options) {
  const auto store = store::Store::open(setup.project.store, host);
  if (!store) return report(store.error(), host);
  const auto recorder = (*store)->begin_run(request_json(options, candidate));
  if (!recorder) return report(recorder.error(), host);
  return execute(host, **store, **recorder, candidate, options);
}

int execute_again(const sys::Host& host, store::Store& store, const store::RunRecord& run,
                  Candidate& candidate, const RunOptions& options) {
  const auto recorder = store.reopen_run(run.number);
  if (!recorder) return report(recorder.error(), host);
  candidate.request.resume = run::ResumeInfo{
      run.jobs,
      [&store, number = run.number](evidence::JobIndex job) { return store.journal(number, job); }};
  return execute(host, store, **recorder, candidate, options);
}

}  // namespace crema::cli
