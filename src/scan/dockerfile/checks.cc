#include "checks.h"

#include <algorithm>

namespace crema::scan {

const DockerfileCheck* find_check(std::string_view name) {
  for (const auto all :
       {image_checks(), stage_checks(), user_checks(), secret_checks(), package_checks(),
        pin_checks(), copy_checks(), structure_checks(), shell_checks(), label_checks()}) {
    const auto found = std::ranges::find(all, name, &DockerfileCheck::name);
    if (found != all.end()) return &*found;
  }
  return nullptr;
}

}  // namespace crema::scan
