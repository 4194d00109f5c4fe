// The frameworks whose tests crema runs.
#include "framework.h"

#include <algorithm>
#include <array>

namespace crema::testing {

std::span<const Framework> frameworks() {
  static const std::array all{kGo, kJest, kVitest, kPytest, kCargo, kCtest, kPlaywright};
  return all;
}

bool is_below(std::string_view folder, std::string_view above) {
  return above.empty() || folder == above ||
         (folder.starts_with(above) && folder[above.size()] == '/');
}

bool is_asked_for(const TestRequest& request, std::string_view folder) {
  return request.paths.empty() || std::ranges::any_of(request.paths, [&](const auto& path) {
           return is_below(folder, path) || is_below(path, folder);
         });
}

}  // namespace crema::testing
