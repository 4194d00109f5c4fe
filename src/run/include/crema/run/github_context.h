// The github context of a run, and the environment variables that show it to processes.
// Reference: actions/runner GitHubContext, GitHub's documentation of contexts and variables.
#pragma once

#include "crema/expr/value.h"
#include "crema/run/run.h"
#include "crema/sys/host.h"

#include <string_view>

namespace crema::run {

expr::Value github_context(const RunRequest& request, std::uint64_t run_number,
                           const sys::Host& host);

// The payload of an event nobody gave one for: what GitHub would send about this repository, as far
// as it can be known here.
expr::Value event_payload(const RunRequest& request, std::string_view actor);

// GITHUB_* variables of the members of the context that processes may see.
void add_github_variables(const expr::Object& github, sys::Environment& environment);

}  // namespace crema::run
