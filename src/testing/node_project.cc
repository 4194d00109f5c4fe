#include "node_project.h"

#include "framework.h"
#include "node_test_call.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace crema::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::array<std::string_view, 8> kSources = {".js", ".cjs", ".mjs", ".jsx",
                                                      ".ts", ".cts", ".mts", ".tsx"};
constexpr std::array<std::string_view, 7> kUnsupported = {"mocha", "ava", "tap", "jasmine",
                                                          "karma", "uvu", "tape"};

struct Manifest {
  Json json;
  bool depends_on(std::string_view name) const {
    for (const auto* key : {"dependencies", "devDependencies"}) {
      const auto list = json.find(key);
      if (list != json.end() && list->is_object() && list->contains(name)) return true;
    }
    return false;
  }
  // Scripts called test, or test:unit and the like; "test" first.
  std::vector<std::string> test_scripts() const {
    std::vector<std::string> found;
    const auto scripts = json.find("scripts");
    if (scripts == json.end() || !scripts->is_object()) return found;
    for (const auto& [name, text] : scripts->items()) {
      if (!text.is_string() || !(name == "test" || name.starts_with("test:"))) continue;
      found.insert(name == "test" ? found.begin() : found.end(), text.get<std::string>());
    }
    return found;
  }
};

std::optional<Manifest> read_manifest(const fs::path& folder) {
  const auto text = sys::read_file(folder / "package.json");
  if (!text) return std::nullopt;
  auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return Manifest{std::move(json)};
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const auto word : split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

// "jest", "./node_modules/.bin/jest", "node_modules/jest/bin/jest.js"
bool starts_program(std::string_view word, std::string_view program) {
  auto name = word.substr(word.rfind('/') + 1);
  if (word.find('/') != std::string_view::npos) {
    for (const std::string_view ending : {".js", ".mjs"}) {
      if (name.ends_with(ending)) name.remove_suffix(ending.size());
    }
  }
  return name == program;
}

bool mentions(std::string_view script, std::string_view program) {
  return std::ranges::any_of(words_of(script),
                             [&](const auto& word) { return starts_program(word, program); });
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         std::ranges::all_of(word.substr(0, equals),
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

class PackageFinder {
 public:
  PackageFinder(const TestRequest& request, std::string_view framework,
                std::span<const std::string_view> configs)
      : request_(request), framework_(framework), configs_(configs) {}

  std::vector<NodePackage> find() {
    walk_folders(request_.root, "", [&](const ProjectFolder& folder) { return visit(folder); });
    // Packages that only depend on it, unless one below them is meant by that.
    for (auto& package : weak_) {
      const bool below = std::ranges::any_of(
          found_, [&](const auto& other) { return is_below(other.folder, package.folder); });
      if (!below) found_.push_back(std::move(package));
    }
    std::erase_if(found_, [&](const auto& one) { return !is_asked_for(request_, one.folder); });
    std::ranges::sort(found_, {}, &NodePackage::folder);
    return std::move(found_);
  }

 private:
  // Whether to look at the folders in it.
  bool visit(const ProjectFolder& folder) {
    if (!folder.has("package.json")) return true;
    const auto manifest = read_manifest(request_.root / folder.path);
    if (!manifest) return true;
    NodePackage package{.folder = folder.path, .call = {}};
    bool meant = manifest->json.contains(framework_) || has_config(folder);
    bool other = false;
    for (const auto& script : manifest->test_scripts()) {
      if (auto call = script_call(script, framework_)) {
        meant = true;
        package.call = std::move(*call);
        break;
      }
      meant = meant || mentions(script, framework_);
      other = other || !mentions(script, framework_);
    }
    if (meant) {
      found_.push_back(std::move(package));
      return false;
    }
    // A script of another framework says what the tests are written for.
    const bool workspaces =
        manifest->json.contains("workspaces") || folder.has("pnpm-workspace.yaml");
    if (manifest->depends_on(framework_) && (!other || workspaces))
      weak_.insert(weak_.begin(), std::move(package));
    return true;
  }

  bool has_config(const ProjectFolder& folder) const {
    return std::ranges::any_of(folder.files, [&](const auto& file) {
      return std::ranges::any_of(configs_, [&](auto name) { return file.starts_with(name); });
    });
  }

  const TestRequest& request_;
  std::string_view framework_;
  std::span<const std::string_view> configs_;
  std::vector<NodePackage> found_, weak_;  // the innermost first
};

bool looks_like_test(const ProjectFolder& folder, std::string_view file) {
  const bool source = std::ranges::any_of(kSources, [&](auto end) { return file.ends_with(end); });
  if (!source) return false;
  return file.find(".test.") != std::string_view::npos ||
         file.find(".spec.") != std::string_view::npos ||
         folder.path.find("test") != std::string::npos;
}

}  // namespace

std::optional<ScriptCall> script_call(std::string_view script, std::string_view program) {
  if (script.find_first_of("&|;<>()`$\"'\\\n*") != std::string_view::npos) return std::nullopt;
  ScriptCall call;
  std::string node_options;
  const auto words = words_of(script);
  std::size_t at = 0;
  while (at < words.size() && !starts_program(words[at], program)) {
    const auto& word = words[at++];
    if (word == "cross-env" || word == "npx" || word == "node") continue;
    if (is_assignment(word)) {
      const auto equals = word.find('=');
      call.environment.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    } else if (word.starts_with("-")) {
      node_options += (node_options.empty() ? "" : " ") + word;
    } else {
      return std::nullopt;
    }
  }
  if (at == words.size()) return std::nullopt;
  if (!node_options.empty()) call.environment.emplace_back("NODE_OPTIONS", node_options);
  call.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  return call;
}

std::vector<NodePackage> find_node_packages(const TestRequest& request, std::string_view framework,
                                            std::span<const std::string_view> configs) {
  return PackageFinder(request, framework, configs).find();
}

bool has_tests_of_part(const fs::path& root, const std::string& folder, std::string_view part) {
  bool found = false;
  walk_folders(root, folder, [&](const ProjectFolder& here) {
    if (found) return false;
    found = part_of_file(here.path + "/x") == part &&
            std::ranges::any_of(here.files,
                                [&](const auto& file) { return looks_like_test(here, file); });
    return !found;
  });
  return found;
}

std::vector<std::string> node_test_scripts(const fs::path& folder) {
  const auto manifest = read_manifest(folder);
  return manifest ? manifest->test_scripts() : std::vector<std::string>();
}

bool has_node_dependencies(const fs::path& folder) {
  const auto manifest = read_manifest(folder);
  if (!manifest) return false;
  return std::ranges::any_of(std::array{"dependencies", "devDependencies"}, [&](const auto* key) {
    const auto list = manifest->json.find(key);
    return list != manifest->json.end() && list->is_object() && !list->empty();
  });
}

std::vector<std::string> unsupported_node_tests(const fs::path& root) {
  std::vector<std::string> seen;
  walk_folders(root, "", [&](const ProjectFolder& folder) {
    const auto manifest =
        folder.has("package.json") ? read_manifest(root / folder.path) : std::nullopt;
    if (!manifest) return true;
    for (const auto& script : manifest->test_scripts()) {
      for (const auto name : kUnsupported) {
        if (mentions(script, name))
          seen.push_back(std::string(name) + " in " + (folder.path.empty() ? "." : folder.path));
      }
      if (mentions(script, "node") && script.find("--test") != std::string::npos &&
          !node_test_call(script))
        seen.push_back("node --test in " + (folder.path.empty() ? "." : folder.path));
    }
    return true;
  });
  return seen;
}

std::optional<fs::path> node_program(const fs::path& folder, const fs::path& root,
                                     std::string_view name) {
  std::error_code error;
  for (auto here = folder;; here = here.parent_path()) {
    auto program = here / "node_modules/.bin" / name;
    if (fs::exists(program, error)) return program;
    if (here == root || here == here.parent_path()) return std::nullopt;
  }
}

std::string node_package_version(const fs::path& folder, const fs::path& root,
                                 std::string_view name) {
  for (auto here = folder;; here = here.parent_path()) {
    if (const auto manifest = read_manifest(here / "node_modules" / name)) {
      const auto version = manifest->json.find("version");
      return version != manifest->json.end() && version->is_string() ? version->get<std::string>()
                                                                     : "0";
    }
    if (here == root || here == here.parent_path()) return "";
  }
}

bool is_source_change(const fs::path& root, const std::string& folder,
                      std::span<const std::string> changed) {
  std::error_code error;
  return std::ranges::all_of(changed, [&](std::string_view file) {
    return is_below(file, folder) && file.find(".config.") == std::string_view::npos &&
           std::ranges::any_of(kSources, [&](auto end) { return file.ends_with(end); }) &&
           fs::exists(root / file, error);
  });
}

}  // namespace crema::testing
