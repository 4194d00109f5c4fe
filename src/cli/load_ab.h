// `crema load ab`: two servers compared in one run, while they take turns.
#pragma once

#include "command.h"

namespace crema::cli {

int compare_servers(CommandContext& context);

}  // namespace crema::cli
