// Stopping at a step that failed: what a debugger of workflows gets to see and may decide.
#pragma once

#include "crema/evidence/event.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace crema::run {

// The failed step, exactly as it ran. Nothing in it is masked: it is for a terminal, not for a log.
struct BreakPoint {
  evidence::JobIndex job = 0;
  std::string job_name;
  evidence::StepIndex step = 0;
  std::string step_name;
  int exit_code = 0;
  std::string error;                 // why it failed, one sentence
  std::vector<std::string> command;  // the argv that ran, e.g. bash with the script; may be empty
  sys::Environment environment;      // of that command
  std::filesystem::path directory;   // where it ran
  std::filesystem::path script;      // the script's file, which may be edited before a retry
  std::filesystem::path workspace;
  sys::ProcessTree* processes =
      nullptr;  // the job's place: what is started in it ends with the job
};

enum class BreakAnswer : std::uint8_t {
  retry,             // run the step again, with its script file as it is now
  carry_on,          // let the failure stand
  treat_as_success,  // go on as if the step had succeeded
  abort,             // cancel the run
};

// Called in the job's own thread, which waits for the answer; other jobs go on. Implementations
// that use the terminal lock it.
class BreakHandler {
 public:
  virtual ~BreakHandler() = default;
  virtual BreakAnswer on_failure(const BreakPoint& point) = 0;
};

}  // namespace crema::run
