// Running one workflow for a command: store, display, signals, engine, exit code.
#pragma once

#include "run_setup.h"

#include "crema/store/store.h"

namespace crema::cli {

int execute_new(const sys::Host& host, const RunSetup& setup, Candidate& candidate,
                const RunOptions& options);

// Goes on with `run`, whose records and journals come from the store.
int execute_again(const sys::Host& host, store::Store& store, const store::RunRecord& run,
                  Candidate& candidate, const RunOptions& options);

}  // namespace crema::cli
