// The frameworks whose tests crema runs.
#include "framework.h"
#include "project_walk.h"

#include <algorithm>
#include <array>

namespace crema::testing {

std::span<const Framework> frameworks() {
  static const std::array all{kGo, kJest, kVitest, kPytest, kCargo, kCtest, kNodeTest, kPlaywright};
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

bool is_chosen(const TestRequest& request, std::string_view file) {
  const bool named = !request.paths.empty();
  const bool asked = !named || std::ranges::any_of(request.paths, [&](const auto& path) {
    return is_below(file, path);
  });
  return asked && (part_of_file(file) == request.part || (named && request.part == "unit"));
}

}  // namespace crema::testing
