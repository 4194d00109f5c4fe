// `crema load k8s`: a test as objects of Kubernetes.
#pragma once

#include "command.h"

namespace crema::cli {

int print_kubernetes(CommandContext& context);

}  // namespace crema::cli
