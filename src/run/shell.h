// Shells: the command line and the script file a `run:` step becomes.
// Reference: actions/runner ScriptHandler and ScriptHandlerHelpers.
#pragma once

#include "crema/base/result.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

struct ShellCommand {
  std::vector<std::string> argv;  // the script's path stands for "{0}"
  std::string script;             // what is written to the file
  std::string display;            // as the log shows it: "/usr/bin/bash -e {0}"
};

// Tells whether a program is on the job's PATH.
using HasProgram = std::function<bool(std::string_view program)>;

// The ending of the script file a shell wants: ".sh", ".py", ".ps1", "".
std::string_view script_ending(std::string_view shell);

// `shell` as the step or the defaults name it, "" when nobody does. Fails with "run/bad-shell" when
// a custom shell has no {0}.
Result<ShellCommand> shell_command(std::string_view shell, std::string_view script,
                                   const std::string& script_path, const HasProgram& has);

}  // namespace crema::run
