// `crema load pause`, `resume`, `status` and `stats`: a running test steered by k6's REST
// interface.
#pragma once

#include "command.h"

#include <cstdint>

namespace crema::cli {

// k6's own; crema serves the interface only where --address asks for it.
inline constexpr std::uint16_t kApiPort = 6565;

// The verb is the first argument.
int control_load(CommandContext& context);

}  // namespace crema::cli
