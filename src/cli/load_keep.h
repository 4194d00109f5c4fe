// Keeps what a load test has measured: as evidence of a step, or as a run of its own.
#pragma once

#include "load_arguments.h"

#include "crema/load/test_run.h"
#include "crema/store/store.h"

#include <optional>
#include <string>

namespace crema::cli {

struct KeptLoad {
  std::optional<store::RunNumber> run;  // its own; none in a step, or outside of repositories
};

// `baseline` is what the test was compared with, as JSON; "" for nothing. `started` is when the
// command did.
Result<KeptLoad> keep_load(const sys::Host& host, const LoadArguments& arguments,
                           const load::TestOutcome& outcome, const std::string& baseline,
                           evidence::Time started);

}  // namespace crema::cli
