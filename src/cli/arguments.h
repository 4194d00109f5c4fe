// Parsing a command's arguments: options by CLI11, help from the command's manual page.
#pragma once

#include "command.h"

#include <functional>
#include <optional>

namespace CLI {
class App;
}

namespace crema::cli {

// Lets `declare` add options, then parses. A value is the exit code to end with: help was printed,
// or the arguments were wrong and that was said.
std::optional<int> parse_arguments(CommandContext& context, std::string_view command,
                                   const std::function<void(CLI::App&)>& declare);

}  // namespace crema::cli
