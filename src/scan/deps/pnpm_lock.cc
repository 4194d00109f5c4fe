// pnpm's lock file, whose keys changed with its versions: /name/1.2.3_peer (5), /name@1.2.3(peer)
// (6) and name@1.2.3 (9), where edges moved to `snapshots`.
#include "crema/formats/yaml.h"
#include "crema/scan/deps/locked_package.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;

constexpr formats::YamlLimits kLimits = {
    .bytes = std::size_t{8} << 20U, .events = 2'000'000, .depth = 100, .anchors = false};

const YamlNode* member(const YamlNode& node, std::string_view key) {
  for (const auto& [name, value] : node.entries)
    if (name->text == key) return value.get();
  return nullptr;
}

std::string text_of(const YamlNode& node, std::string_view key) {
  const auto* value = member(node, key);
  return value != nullptr && value->kind == YamlKind::scalar ? value->text : "";
}

bool is_release(std::string_view version) {
  return !version.empty() && std::isdigit(static_cast<unsigned char>(version.front())) != 0 &&
         version.find_first_of("/:#") == std::string_view::npos;
}

// The key without the peers it was resolved with.
std::string_view without_peers(std::string_view key) { return key.substr(0, key.find('(')); }

// "name" and "version" of a key in any of its forms: a name ends at the first slash or at-sign that
// is not its scope's.
std::pair<std::string, std::string> parts_of(std::string_view key) {
  key = without_peers(key);
  if (key.starts_with('/')) key.remove_prefix(1);
  const auto scope = key.starts_with('@') ? key.find('/') : std::string_view::npos;
  const auto end = key.find_first_of("/@", scope == std::string_view::npos ? 1 : scope + 1);
  if (end == std::string_view::npos) return {std::string(key), ""};
  const auto version = key.substr(end + 1);
  return {std::string(key.substr(0, end)), std::string(version.substr(0, version.find('_')))};
}

// The places of what `dependencies` names: a version, or a key where it starts like one.
std::vector<std::string> needs_of(const YamlNode& node) {
  std::vector<std::string> needs;
  for (const auto* list : {member(node, "dependencies"), member(node, "optionalDependencies")}) {
    if (list == nullptr) continue;
    for (const auto& [name, version] : list->entries) {
      if (version->kind != YamlKind::scalar) continue;
      const auto bare = std::string(without_peers(version->text));
      needs.push_back(is_release(bare)
                          ? fmt::format("{}@{}", name->text, bare.substr(0, bare.find('_')))
                          : bare);
    }
  }
  return needs;
}

// The names a project asks for itself, of the root and of each workspace.
std::set<std::string> direct_names(const YamlNode& root) {
  std::set<std::string> names;
  const auto add = [&](const YamlNode& project) {
    for (const auto* key : {"dependencies", "devDependencies", "optionalDependencies"})
      if (const auto* list = member(project, key))
        for (const auto& [name, version] : list->entries) names.insert(name->text);
  };
  add(root);
  if (const auto* importers = member(root, "importers"))
    for (const auto& [name, project] : importers->entries) add(*project);
  return names;
}

LockedPackage read_package(const YamlNode& key, const YamlNode& value) {
  auto [name, version] = parts_of(key.text);
  LockedPackage package{.name = text_of(value, "name").empty() ? name : text_of(value, "name"),
                        .development = text_of(value, "dev") == "true",
                        .line = key.line};
  if (const auto own = text_of(value, "version"); !own.empty()) version = own;
  if (const auto* resolution = member(value, "resolution")) {
    package.integrity = text_of(*resolution, "integrity");
    if (resolution->kind == YamlKind::mapping && package.integrity.empty() &&
        member(*resolution, "tarball") == nullptr)
      package.from = key.text;  // a commit, a folder
  }
  if (package.from.empty() && is_release(version))
    package.version = version;
  else
    package.from = key.text;
  if (package.name.empty()) package.name = key.text;
  package.place = package.version.empty() ? std::string(without_peers(key.text))
                                          : fmt::format("{}@{}", package.name, package.version);
  package.needs = needs_of(value);
  return package;
}

}  // namespace

Result<LockFile> parse_pnpm_lock(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_yaml(file, kLimits));
  LockFile lock;
  if (root->kind != YamlKind::mapping || member(*root, "lockfileVersion") == nullptr)
    return fail("deps/pnpm-lock", file->path() + " is no lock file of pnpm",
                {.source = file, .line = 1, .column = 1});
  const auto direct = direct_names(*root);
  std::map<std::string, std::size_t> places;
  if (const auto* packages = member(*root, "packages"))
    for (const auto& [key, value] : packages->entries) {
      auto package = read_package(*key, *value);
      // With other peers it is the same package once more.
      if (!places.try_emplace(package.place, lock.packages.size()).second) continue;
      package.direct = direct.contains(package.name);
      lock.packages.push_back(std::move(package));
    }
  if (const auto* snapshots = member(*root, "snapshots"))
    for (const auto& [key, value] : snapshots->entries)
      if (const auto found = places.find(std::string(without_peers(key->text)));
          found != places.end())
        lock.packages[found->second].needs = needs_of(*value);
  return lock;
}

}  // namespace crema::scan
