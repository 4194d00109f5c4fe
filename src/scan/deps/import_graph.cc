#include "crema/scan/deps/import_graph.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kMostPackages = 100'000;

std::string joined(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.empty()) return std::string(folder.empty() ? name : folder);
  return fmt::format("{}/{}", folder, name);
}

// The rest of a path below another one; none where it is not below.
std::optional<std::string_view> below(std::string_view path, std::string_view top) {
  if (top.empty()) return path;
  if (!path.starts_with(top)) return std::nullopt;
  if (path.size() == top.size()) return std::string_view();
  if (path[top.size()] != '/') return std::nullopt;
  return path.substr(top.size() + 1);
}

// What `...` leaves out, and what is kept for others.
bool is_left_out(std::string_view folder) {
  return std::ranges::any_of(split(folder, '/'), [](std::string_view part) {
    return part == "vendor" || part == "testdata" || part.starts_with('_') || part.starts_with('.');
  });
}

bool may_be_standard(std::string_view package) {
  return package.substr(0, package.find('/')).find('.') == std::string_view::npos;
}

}  // namespace

OwnPackages own_packages(const TreePackages& tree,
                         const std::set<std::string, std::less<>>& modules) {
  OwnPackages own;
  for (const auto& [folder, package] : tree) {
    std::string_view above = folder;
    while (!modules.contains(above) && !above.empty()) {
      const auto slash = above.rfind('/');
      above = slash == std::string_view::npos ? "" : above.substr(0, slash);
    }
    if (modules.contains(above) && !is_left_out(below(folder, above).value_or("")))
      own[std::string(above)].push_back(&package);
  }
  return own;
}

ImportGraph::ImportGraph(const GoModuleView& module, const Sources& sources)
    : module_(module), sources_(sources) {
  for (const auto& built : module.list->modules) modules_.emplace(built.required.path, &built);
  for (const bool tests : {false, true}) {
    meet_own(tests);
    follow(tests);
  }
}

void ImportGraph::meet_own(bool tests) {
  const auto own = sources_.own.find(module_.folder);
  if (own == sources_.own.end()) return;
  for (const auto* package : own->second)
    for (const auto& file : *package)
      if (file.test == tests) meet(file, "", true, tests);
}

void ImportGraph::meet(const GoPackageFile& file, const std::string& importer, bool in_tree,
                       bool tests) {
  const auto place = [&](std::uint32_t line) {
    return in_tree ? GoPlace{file.path, line} : GoPlace{};
  };
  for (const auto& import : file.facts.imports)
    reach(import.path, importer, place(import.line), tests);
  for (const auto& mention : file.facts.mentions) {
    auto& package = reached_[mention.path];
    if (tests && !package.tests_only) continue;
    auto& known = package.mentioned[mention.symbol];
    if (!known.known()) known = place(mention.line);
  }
}

void ImportGraph::reach(const std::string& package, const std::string& importer, GoPlace place,
                        bool tests) {
  if (package == "unsafe" || reached_.size() > kMostPackages) return;
  const auto [node, fresh] = reached_.try_emplace(package);
  if (!fresh) return;
  node->second = {.importer = importer, .place = std::move(place), .tests_only = tests};
  open_.push_back(package);
}

void ImportGraph::follow(bool tests) {
  while (!open_.empty()) {
    const auto package = std::move(open_.front());
    open_.pop_front();
    const auto located = locate(package);
    reached_[package].module = located.module;
    for (const auto import : located.standard) reach(std::string(import), package, {}, tests);
    if (located.package == nullptr) continue;
    for (const auto& file : *located.package)
      if (!file.test) meet(file, package, located.kept == nullptr, tests);
  }
}

ImportGraph::Located ImportGraph::in_module(const BuiltModule& module,
                                            std::string_view package) const {
  const auto rest = below(package, module.required.path).value_or("");
  Located located{.module = &module};
  const auto from_tree = [&](const std::string& folder) {
    const auto found = sources_.tree.find(folder);
    if (found != sources_.tree.end()) located.package = &found->second;
    return found != sources_.tree.end();
  };
  const auto from_disk = [&](const std::filesystem::path& folder, bool lasting) {
    located.kept = sources_.folders.read(folder, lasting);
    located.package = located.kept.get();
  };
  if (!module.folder.empty()) {
    const auto folder = (std::filesystem::path(module_.folder) / module.folder).lexically_normal();
    auto text = folder.generic_string();
    while (text.ends_with('/')) text.pop_back();
    if (text == ".") text.clear();
    if (!from_tree(joined(text, rest)) && (folder.is_absolute() || text.starts_with("..")))
      from_disk(std::filesystem::path(sources_.root) / folder / rest, false);
    return located;
  }
  if (from_tree(joined(module_.folder, joined("vendor", package)))) return located;
  const auto folder = sources_.cache.folder_of(module.used);
  if (!folder.empty()) from_disk(rest.empty() ? folder : folder / rest, true);
  return located;
}

// As the go command: of the modules whose path a package begins with, the longest that has it.
ImportGraph::Located ImportGraph::locate(std::string_view package) {
  bool unread = false;
  for (auto path = package;;) {
    if (path == module_.path) {
      const auto rest = below(package, path).value_or("");
      if (sources_.tree.contains(joined(module_.folder, rest))) return {.done = true};
    }
    if (const auto found = modules_.find(path); found != modules_.end()) {
      auto located = in_module(*found->second, package);
      if (located.package != nullptr) return located;
      std::error_code ignored;
      const auto& module = *found->second;
      if (module.folder.empty() &&
          !std::filesystem::exists(sources_.cache.folder_of(module.used), ignored)) {
        unread = true;
        unread_.insert(&module);
      }
    }
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) break;
    path = path.substr(0, slash);
  }
  if (may_be_standard(package))
    if (auto imports = standard_imports(package)) return {.standard = std::move(*imports)};
  if (!unread) unknown_.emplace(package);
  return {};
}

const ReachedPackage* ImportGraph::find(std::string_view package) const {
  const auto found = reached_.find(package);
  return found == reached_.end() ? nullptr : &found->second;
}

const std::string* ImportGraph::any_package_of(const BuiltModule& module) const {
  for (auto package = reached_.lower_bound(module.required.path); package != reached_.end();
       ++package) {
    if (!package->first.starts_with(module.required.path)) break;
    if (below(package->first, module.required.path) && !package->second.tests_only &&
        (package->second.module == &module || package->second.module == nullptr))
      return &package->first;
  }
  return nullptr;
}

std::vector<std::string> ImportGraph::way_to(std::string_view package) const {
  std::vector<std::string> way;
  for (std::string at(package); !at.empty() && way.size() < reached_.size();) {
    way.push_back(at);
    const auto* reached = find(at);
    at = reached == nullptr ? "" : reached->importer;
  }
  std::ranges::reverse(way);
  return way;
}

std::string ImportGraph::doubt_about(std::string_view module) const {
  for (const auto* unread : unread_) {
    // Its go.mod may be here without its sources: what that does not name it cannot import.
    const auto mod = module == "stdlib" ? nullptr : sources_.cache.mod_of(unread->used);
    const bool cannot =
        mod != nullptr && mod->language.is_pruned() &&
        std::ranges::none_of(mod->requirements, [&](const GoRequirement& requirement) {
          return requirement.module.path == module;
        });
    if (cannot && unread->required.path != module) continue;
    return fmt::format("the sources of {}@{} are not in the module cache", unread->used.path,
                       unread->used.version);
  }
  if (!unknown_.empty())
    return fmt::format("no requirement provides the imported package {}", *unknown_.begin());
  return "";
}

}  // namespace crema::scan
