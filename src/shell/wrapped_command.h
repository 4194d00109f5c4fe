// Commands whose arguments are a command or a script: sudo, env, sh -c.
#pragma once

#include "crema/shell/script.h"

#include <optional>

namespace crema::shell {

struct Wrapped {
  std::size_t first = 0;   // the argument that the inner command begins with
  bool is_script = false;  // the argument at `first` is a script of its own
};

// Nothing where the command starts no other one, or which one cannot be told.
std::optional<Wrapped> wrapped_by(const Command& command);

}  // namespace crema::shell
