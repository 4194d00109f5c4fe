// Go programs that an action would download: built once from the module proxy, kept in the tool
// cache.
#pragma once

#include "crema/run/action.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

// The program of `package`@`version`. "latest" asks the proxy each time.
Result<std::filesystem::path> build_go_tool(run::ActionContext& context, std::string_view package,
                                            std::string_view version);

// A command line's words, as a shell would split them: blanks separate, quotes keep together.
std::vector<std::string> shell_words(std::string_view text);

}  // namespace crema::actions
