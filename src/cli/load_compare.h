// `crema load compare`: two load tests that have run.
#pragma once

#include "command.h"

namespace crema::cli {

int compare_loads(CommandContext& context);

}  // namespace crema::cli
