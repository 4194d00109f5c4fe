#include "compose_checks.h"

namespace crema::scan {

std::vector<NamedCheck> compose_checks() {
  std::vector<NamedCheck> all;
  for (const auto some : {volume_checks(), port_checks(), variable_checks()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace crema::scan
