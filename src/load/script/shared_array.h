// The arrays of a thread that all its users share, for the modules that make them.
#pragma once

#include "value.h"

#include <string>

namespace crema::load {

// The array of that name, where somebody made it before: on this thread or on another one; else
// undefined.
JSValue known_shared_array(JSContext* context, const std::string& name);
// Makes it of a JSON array, unless somebody was faster; deeply frozen.
JSValue make_shared_array(JSContext* context, const std::string& name, std::string json);

}  // namespace crema::load
