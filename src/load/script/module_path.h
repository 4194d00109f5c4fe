// Where a module specifier leads: k6's rules, which are not those of Node.
#pragma once

#include "crema/base/result.h"
#include "crema/load/script/programs.h"

#include <string>
#include <string_view>

namespace crema::load {

// "k6", "k6/http": part of the engine. Everything else has an address.
bool is_native_specifier(std::string_view specifier);

// The address of `specifier` in a module of address `base` ("file:///folder/a.js" or https): for
// "./x.js", "../x.js", "/x.js", "file://..." and "https://...". Fails with "load/module" for
// others: a name of node_modules, http://, an empty one.
Result<std::string> resolve_specifier(std::string_view base, std::string_view specifier);

}  // namespace crema::load
