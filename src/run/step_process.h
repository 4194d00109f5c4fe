// Starts the processes of a step: the environment they get, the files they may write, what their
// end means.
#pragma once

#include "step.h"
#include "step_files.h"

#include "crema/sys/process.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crema::run {

// Reads what the step wrote to $GITHUB_PATH, $GITHUB_ENV and the others, and obeys it; what is
// wrong in them fails the step.
void obey_files(StepFrame& frame);

// What every process of the step gets: the machine's, the workflow's, the step's own variables,
// PATH with what steps put in front of it, and what shows the contexts.
sys::Environment process_environment(StepFrame& frame);

// Runs a command of the step and feeds its output to the step's log.
Result<sys::Exit> run_process(StepFrame& frame, const sys::Command& command);
Result<sys::Exit> run_process(StepFrame& frame, const sys::Command& command,
                              const sys::OutputSink& output);

// The end of a step whose process ended so; says in the log why it failed.
StepEnd end_of_process(StepFrame& frame, const Result<sys::Exit>& exit);

// Runs the command, and where it fails and a break handler is set, asks that what to do.
StepEnd run_with_breaks(StepFrame& frame, const sys::Command& command,
                        const std::filesystem::path& script);

}  // namespace crema::run
