#include "crema/scan/deps/build_list.h"

#include "crema/scan/advisories/version_scheme.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

// A module graph of this size is nobody's.
constexpr std::size_t kMostNodes = 200'000;

using Selected = std::map<std::string, std::string>;  // version by path

void select(Selected& selected, const GoModule& module) {
  auto& version = selected[module.path];
  if (version.empty() || compare_semver(module.version, version) > 0) version = module.version;
}

class Replacements {
 public:
  explicit Replacements(const std::vector<GoReplacement>& all) {
    for (const auto& one : all) by_module_.insert_or_assign(one.from, &one);
  }
  // The one of this very version before the one of any; null where there is none.
  const GoReplacement* of(const GoModule& module) const {
    for (const auto& key : {module, GoModule{module.path, ""}})
      if (const auto found = by_module_.find(key); found != by_module_.end()) return found->second;
    return nullptr;
  }

 private:
  std::map<GoModule, const GoReplacement*> by_module_;
};

// All that is reachable. A module of Go 1.17 or later says all it needs in its own go.mod, so that
// what is behind its requirements is not gone into. None where a go.mod is missing.
std::optional<Selected> walk_graph(const GoMod& main, const ModuleCache& cache) {
  Selected selected;
  const std::set<GoModule> excluded(main.exclusions.begin(), main.exclusions.end());
  std::set<GoModule> seen;
  std::deque<std::pair<GoModule, bool>> open;  // and whether to go on behind it
  const auto take = [&](const GoMod& mod, bool further) {
    for (const auto& requirement : mod.requirements)
      if (!excluded.contains(requirement.module) && seen.insert(requirement.module).second)
        open.emplace_back(requirement.module, further);
  };
  take(main, true);
  const Replacements replacements(main.replacements);
  while (!open.empty()) {
    const auto [module, further] = open.front();
    open.pop_front();
    select(selected, module);
    if (!further) continue;
    if (seen.size() > kMostNodes) return std::nullopt;
    const auto* replacement = replacements.of(module);
    if (replacement != nullptr && replacement->to.version.empty()) continue;
    const auto mod = cache.mod_of(replacement == nullptr ? module : replacement->to);
    if (mod == nullptr) return std::nullopt;
    take(*mod, !mod->language.is_pruned());
  }
  return selected;
}

BuiltModule built(const Replacements& replacements, const GoModule& module) {
  BuiltModule one{.required = module, .used = module};
  if (const auto* replacement = replacements.of(module)) {
    one.used = replacement->to;
    if (replacement->to.version.empty()) one.folder = replacement->to.path;
  }
  return one;
}

// An older go.mod names only a part of what a build uses.
std::pair<BuildList::Source, Selected> select_older(const GoMod& main, const BuildFacts& facts) {
  Selected selected;
  if (facts.vendored != nullptr) {
    for (const auto& vendored : *facts.vendored) select(selected, vendored.module);
    return {BuildList::Source::vendor, std::move(selected)};
  }
  if (facts.cache != nullptr)
    if (auto graph = walk_graph(main, *facts.cache))
      return {BuildList::Source::graph, std::move(*graph)};
  for (const auto& requirement : main.requirements) select(selected, requirement.module);
  if (facts.sums == nullptr) return {BuildList::Source::incomplete, std::move(selected)};
  for (const auto& [module, hash] : *facts.sums)
    if (module.path != main.path) select(selected, module);
  return {BuildList::Source::go_sum, std::move(selected)};
}

}  // namespace

BuildList build_list(const GoMod& main, const BuildFacts& facts) {
  BuildList list;
  Selected selected;
  if (main.language.is_pruned()) {
    const std::set<GoModule> excluded(main.exclusions.begin(), main.exclusions.end());
    for (const auto& requirement : main.requirements)
      if (!excluded.contains(requirement.module)) select(selected, requirement.module);
  } else {
    std::tie(list.source, selected) = select_older(main, facts);
  }
  std::map<std::string_view, const GoRequirement*> lines;
  for (const auto& requirement : main.requirements) {
    auto& line = lines[requirement.module.path];
    if (line == nullptr || requirement.module.version == selected[requirement.module.path])
      line = &requirement;
  }
  const Replacements replacements(main.replacements);
  for (const auto& [path, version] : selected) {
    if (version.empty()) continue;
    auto module = built(replacements, {path, version});
    if (const auto line = lines.find(path); line != lines.end()) {
      module.direct = !line->second->indirect;
      module.line = line->second->line;
      module.column = line->second->column;
    }
    list.modules.push_back(std::move(module));
  }
  return list;
}

void join_workspace(const GoWork& work, const std::vector<std::string>& own_paths,
                    const std::vector<BuildList*>& lists) {
  Selected selected;
  for (const auto* list : lists)
    for (const auto& module : list->modules) select(selected, module.required);
  const std::set<std::string> own(own_paths.begin(), own_paths.end());
  const Replacements replacements(work.replacements);
  for (auto* list : lists) {
    std::erase_if(list->modules,
                  [&](const BuiltModule& module) { return own.contains(module.required.path); });
    for (auto& module : list->modules) {
      const auto& version = selected[module.required.path];
      const bool raised = version != module.required.version;
      module.required.version = version;
      const auto* replacement = replacements.of(module.required);
      if (replacement != nullptr) {
        module.used = replacement->to;
        module.folder = replacement->to.version.empty() ? replacement->to.path : "";
      } else if (raised && module.used.path == module.required.path) {
        module.used = module.required;
      }
    }
  }
}

}  // namespace crema::scan
