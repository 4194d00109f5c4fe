// What rules about compose files ask that conditions cannot say.
#pragma once

#include "crema/scan/infra/infra_rule.h"

#include <span>

namespace crema::scan {

std::span<const NamedCheck> compose_checks();

}  // namespace crema::scan
