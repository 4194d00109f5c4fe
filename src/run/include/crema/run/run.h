// Runs a workflow: schedules its jobs, executes their steps, tells what happens. The whole engine
// behind one function; blocking, to be called from the thread that waits for the run.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/event.h"
#include "crema/run/request.h"
#include "crema/store/store.h"
#include "crema/sys/host.h"

#include <stop_token>
#include <string>
#include <vector>

namespace crema::run {

class Executor;  // crema/run/executor.h

struct RunServices {
  const sys::Host& host;
  // Gives the run its number, its folder, its artifacts, and keeps its journals. It does not get
  // events by itself: `listener` is a Broadcast that has it as its first member.
  store::RunRecorder& recorder;
  evidence::RunListener& listener;
  store::Caches& caches;
  std::stop_token stop;          // cancels the run: steps are interrupted, always() steps still run
  Executor* executor = nullptr;  // null: this machine
};

struct JobOutcome {
  evidence::JobIndex index = 0;
  std::string id;
  std::string name;
  evidence::Outcome result = evidence::Outcome::success;
  std::string reason;
};

struct RunOutcome {
  evidence::Outcome result = evidence::Outcome::success;  // failure when a job failed
  bool interrupted = false;                               // `stop` was requested
  std::vector<JobOutcome> jobs;                           // by index, placeholders left out
};

// Fails only when the run as a whole could not be started or is no use: an unknown job was
// selected, the run's folder cannot be made, a matrix filter matches nothing.
Result<RunOutcome> execute(const RunRequest& request, RunServices& services);

}  // namespace crema::run
