// Promises that native functions give for what they have done at once.
#pragma once

#include "value.h"

namespace crema::load {

// A promise that `result` fulfils; where that is an exception, one that what was thrown rejects.
// Takes the result.
JSValue settled_promise(JSContext* context, JSValue result);

}  // namespace crema::load
