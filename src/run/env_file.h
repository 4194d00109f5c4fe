// The files a step writes to talk to the runner: $GITHUB_ENV, $GITHUB_OUTPUT, $GITHUB_STATE and
// $GITHUB_PATH. Reference: actions/runner FileCommandManager.
#pragma once

#include "crema/base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::run {

using NamedValueList = std::vector<std::pair<std::string, std::string>>;

// `NAME=value` lines and `NAME<<DELIMITER` blocks, in order; blank lines are skipped. `variable` is
// what the file is called in messages ("GITHUB_ENV"). Fails with "run/env-file": the message has
// the line's number but never a value, which may be a secret.
Result<NamedValueList> parse_env_file(std::string_view text, std::string_view variable);

// The folders of a $GITHUB_PATH file, in order; blank lines are skipped.
std::vector<std::string> parse_path_file(std::string_view text);

}  // namespace crema::run
