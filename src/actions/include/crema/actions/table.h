// The table `uses: owner/name` -> what crema does instead.
#pragma once

#include "crema/run/action.h"

#include <span>
#include <string_view>

namespace crema::actions {

// The built-in for the part of `uses` before the @, in any case; nullptr when there is none.
const run::BuiltinAction* find_builtin(std::string_view name);

std::span<const run::BuiltinAction* const> all_builtins();

// What to do meanwhile about a well-known action that crema does not do itself, in one line; "" for
// an action crema has never heard of.
std::string_view hint_for(std::string_view name);

}  // namespace crema::actions
