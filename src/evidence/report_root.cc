#include "crema/evidence/report_root.h"

#include <algorithm>
#include <filesystem>

namespace crema::evidence {
namespace {

// "C:\a\b" and "a\b" are paths of Windows; a backslash beside slashes is part of a name.
std::string with_slashes(std::string_view path) {
  std::string text(path);
  if (text.find('/') == std::string::npos) std::ranges::replace(text, '\\', '/');
  return text;
}

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || (path.size() > 2 && path[1] == ':' && path[2] == '/');
}

// `path` below `folder`; "" where it is not.
std::string below(std::string_view path, std::string_view folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  if (folder.empty() || !path.starts_with(folder)) return "";
  path.remove_prefix(folder.size());
  return path.starts_with('/') ? std::string(path.substr(1)) : "";
}

}  // namespace

std::string repository_path(std::string_view path, const ReportRoot& root) {
  constexpr int kMostFolders = 40;
  if (path.empty()) return "";
  auto normal = std::filesystem::path(with_slashes(path)).lexically_normal().generic_string();
  if (!is_absolute(normal)) return normal;
  if (auto inside = below(normal, root.folder); !inside.empty()) return inside;
  if (!root.exists) return normal;
  auto rest = std::string_view(normal);
  for (int folders = 0; folders < kMostFolders; ++folders) {
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
    if (std::string ending(rest); !ending.empty() && root.exists(ending)) return ending;
  }
  return normal;
}

std::string repository_path(std::span<const std::string> candidates, const ReportRoot& root) {
  for (const auto& candidate : candidates) {
    if (!root.exists) break;
    auto placed = repository_path(candidate, root);
    if (root.exists(placed)) return placed;
  }
  return candidates.empty() ? "" : repository_path(candidates.front(), root);
}

}  // namespace crema::evidence
