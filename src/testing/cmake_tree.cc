#include "cmake_tree.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;

// A variable of CMakeCache.txt: "NAME:TYPE=value".
std::string cached(std::string_view cache, std::string_view name) {
  for (const auto line : split_lines(cache)) {
    if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") continue;
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) return std::string(line.substr(equals + 1));
  }
  return "";
}

bool may_hold_trees(std::string_view name) {
  constexpr std::array<std::string_view, 3> kBeginnings = {"build", "out", "cmake-build"};
  return std::ranges::any_of(kBeginnings, [&](auto begin) { return name.starts_with(begin); });
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  constexpr std::size_t kMost = 1000;
  std::vector<fs::path> found;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error);
       !error && entry != fs::directory_iterator() && found.size() < kMost;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.push_back(entry->path());
  }
  std::ranges::sort(found);
  return found;
}

// `binaryDir` of presets, with the two variables that nearly all have.
std::vector<fs::path> preset_folders(const fs::path& source) {
  std::vector<fs::path> found;
  const auto text = sys::read_file(source / "CMakePresets.json");
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  const auto presets = json.is_object() ? json.find("configurePresets") : json.end();
  if (presets == json.end() || !presets->is_array()) return found;
  std::vector<std::string> names, patterns;
  for (const auto& preset : *presets) {
    if (!preset.is_object()) continue;
    const auto name = preset.find("name");
    const auto folder = preset.find("binaryDir");
    if (name != preset.end() && name->is_string()) names.push_back(name->get<std::string>());
    if (folder != preset.end() && folder->is_string())
      patterns.push_back(replace_all(folder->get<std::string>(), "${sourceDir}", source.string()));
  }
  if (names.size() > 100 || patterns.size() > 100) return found;
  for (const auto& pattern : patterns) {
    for (const auto& name : names)
      found.push_back((source / replace_all(pattern, "${presetName}", name)).lexically_normal());
  }
  return found;
}

}  // namespace

std::optional<CmakeTree> find_cmake_tree(const fs::path& given) {
  // The root's path may end in a slash; CMake's never does.
  const auto source = given.has_filename() ? given : given.parent_path();
  auto candidates = preset_folders(source);
  for (const auto& folder : folders_in(source)) {
    if (!may_hold_trees(folder.filename().string())) continue;
    candidates.push_back(folder);
    std::ranges::move(folders_in(folder), std::back_inserter(candidates));
  }
  std::optional<CmakeTree> best;
  fs::file_time_type newest;
  for (const auto& folder : candidates) {
    std::error_code error;
    const auto written = fs::last_write_time(folder / "CMakeCache.txt", error);
    if (error || (best && written <= newest)) continue;
    const auto cache = sys::read_file(folder / "CMakeCache.txt");
    if (!cache || fs::path(cached(*cache, "CMAKE_HOME_DIRECTORY")) != source) continue;
    if (!fs::exists(folder / "CTestTestfile.cmake", error)) continue;
    best = CmakeTree{folder, cached(*cache, "CMAKE_GENERATOR"), true};
    newest = written;
  }
  return best;
}

bool enables_testing(std::string_view cmake_lists) {
  for (const auto line : split_lines(cmake_lists)) {
    auto words = to_lower(trim(line.substr(0, line.find('#'))));
    std::erase(words, ' ');
    if (words.starts_with("enable_testing(") || words.starts_with("include(ctest)")) return true;
  }
  return false;
}

}  // namespace crema::testing
