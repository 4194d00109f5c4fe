#include "project_walk.h"

#include "framework.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/testing/go_module.h"

#include <algorithm>
#include <array>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFolders = 100'000;
constexpr int kDeepest = 32;

constexpr std::array<std::string_view, 3> kIntegration = {"integration", "integration_test",
                                                          "integration_tests"};
constexpr std::array<std::string_view, 3> kEndToEnd = {"e2e", "e2e_test", "acceptance"};
constexpr std::array<std::string_view, 3> kSignsOfTools = {"CACHEDIR.TAG", "CMakeCache.txt",
                                                           "pyvenv.cfg"};
constexpr std::array<std::string_view, 7> kManifests = {
    "go.mod",   "package.json", "Cargo.toml",    "pyproject.toml",
    "setup.py", "setup.cfg",    "CMakeLists.txt"};

class Walk {
 public:
  Walk(const fs::path& root, const std::function<bool(const ProjectFolder&)>& visit)
      : root_(root), visit_(visit) {}

  void look_into(const std::string& path, int depth) {
    if (++seen_ > kMostFolders || depth > kDeepest) return;
    ProjectFolder folder{.path = path, .files = {}};
    std::vector<std::string> below;
    std::error_code error;
    for (auto entry = fs::directory_iterator(root_ / path, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
      auto name = entry->path().filename().string();
      std::error_code ignored;
      if (!entry->is_directory(ignored)) {
        folder.files.push_back(std::move(name));
      } else if (!entry->is_symlink(ignored) && !is_passed_over(name) && name != "dist") {
        below.push_back((fs::path(path) / name).string());
      }
    }
    std::ranges::sort(folder.files);
    const bool made =
        !path.empty() && std::ranges::any_of(kSignsOfTools, [&](auto n) { return folder.has(n); });
    if (made || !visit_(folder)) return;
    folder.files.clear();
    std::ranges::sort(below);
    for (const auto& child : below) look_into(child, depth + 1);
  }

 private:
  const fs::path& root_;
  const std::function<bool(const ProjectFolder&)>& visit_;
  std::size_t seen_ = 0;
};

bool has_manifest(const fs::path& folder) {
  std::error_code error;
  return std::ranges::any_of(kManifests,
                             [&](auto name) { return fs::exists(folder / name, error); });
}

bool names_folders_above(const fs::path& folder) {
  return std::ranges::any_of(kManifests, [&](auto name) {
    const auto text = sys::read_file(folder / name);
    return text && text->find("../") != std::string::npos;
  });
}

// Whether a file belongs to another project: below the root, a folder above it has a manifest.
bool is_of_another(const fs::path& root, const std::string& folder, const std::string& file) {
  for (auto here = fs::path(file).parent_path(); !here.empty(); here = here.parent_path()) {
    if (is_below(folder, here.string())) return false;
    if (has_manifest(root / here)) return true;
  }
  return false;
}

}  // namespace

bool ProjectFolder::has(std::string_view file) const {
  return std::ranges::binary_search(files, file, {},
                                    [](const auto& name) { return std::string_view(name); });
}

void walk_folders(const fs::path& root, const std::string& from,
                  const std::function<bool(const ProjectFolder&)>& visit) {
  Walk(root, visit).look_into(from, 0);
}

std::string_view part_of_folder(std::string_view name) {
  if (std::ranges::find(kIntegration, name) != kIntegration.end()) return "integration";
  return std::ranges::find(kEndToEnd, name) != kEndToEnd.end() ? "e2e" : "";
}

std::string_view part_of_file(std::string_view path) {
  std::string_view part = "unit";
  auto folders = split(path, '/');
  folders.pop_back();
  for (const auto folder : folders) {
    if (const auto own = part_of_folder(folder); !own.empty()) part = own;
  }
  return part;
}

bool can_be_affected(const TestRequest& request, const std::string& folder) {
  if (!request.changed) return true;
  if (!request.changed->empty() && names_folders_above(request.root / folder)) return true;
  return std::ranges::any_of(*request.changed, [&](const auto& file) {
    return is_below(file, folder) || !is_of_another(request.root, folder, file);
  });
}

}  // namespace crema::testing
