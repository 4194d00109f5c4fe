// What rules about compose files ask that conditions cannot say, by the names pages call them.
#pragma once

#include "crema/scan/infra/infra_rule.h"

#include <span>
#include <vector>

namespace crema::scan {

std::span<const NamedCheck> volume_checks();
std::span<const NamedCheck> port_checks();
std::span<const NamedCheck> variable_checks();
std::vector<NamedCheck> compose_checks();  // all of them

}  // namespace crema::scan
