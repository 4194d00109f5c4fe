// The virtual users of a thread: making them.
#pragma once

#include "crema/load/script/script_error.h"

#include <optional>

namespace crema::load {

class Worker;

// Makes one more user and puts it among the idle ones; on a fiber of the worker. False when its
// init code failed, which is logged.
bool make_user(Worker& worker);

}  // namespace crema::load
