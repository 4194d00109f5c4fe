// Finding the program a command names, and saying why it cannot be started.
#pragma once

#include "crema/sys/process.h"

#include <string>

namespace crema::sys {

// argv[0] as a path: as it is when it has a slash, else looked up in the command's PATH.
Result<std::string> locate_program(const Command& command);

Diagnostic cannot_start(const Command& command, int error_number);

}  // namespace crema::sys
