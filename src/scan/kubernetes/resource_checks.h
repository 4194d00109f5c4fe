// What rules of Kubernetes ask by `check:`: the table of functions, and of those that need more
// than one resource.
#pragma once

#include "crema/scan/infra/infra_rule.h"

#include <span>
#include <string_view>

namespace crema::scan {

std::span<const NamedCheck> kubernetes_checks();
// Whether it is answered by relations between resources (resource_relations.h).
bool looks_across(std::string_view check);

}  // namespace crema::scan
