// The exception that is pending in a context, as a ScriptError.
#pragma once

#include "quickjs_fibers.h"

#include "crema/load/script/script_error.h"

#include <functional>

namespace crema::load {

// Gives the text of a file by its address, for the place of an error.
using SourceLookup = std::function<SourcePtr(const std::string& address)>;

// Takes the pending exception out of the context.
ScriptError take_exception(JSContext* context, const SourceLookup& sources);
// As that, of a value that was thrown or rejected with.
ScriptError error_of_value(JSContext* context, JSValueConst thrown, const SourceLookup& sources);

}  // namespace crema::load
