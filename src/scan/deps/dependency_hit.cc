#include "crema/scan/deps/dependency_hit.h"

#include "crema/scan/advisories/version_scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::string_view kGo = "Go";
constexpr std::string_view kNpm = "npm";

bool share_a_name(const std::set<std::string_view>& names, const AdvisoryFacts& facts) {
  return names.contains(facts.id) || std::ranges::any_of(facts.aliases, [&](std::string_view one) {
           return names.contains(one);
         });
}

// One hit for each vulnerability, whichever databases know it; Go's own speaks first.
std::vector<DependencyHit> hits_of(const DependencyHit& common,
                                   std::vector<AffectedPackage> affected) {
  std::ranges::sort(affected, {}, [](const AffectedPackage& one) {
    const auto id = one.advisory().id;
    return std::pair(!id.starts_with("GO-"), id);
  });
  std::vector<DependencyHit> hits;
  std::vector<std::set<std::string_view>> names;
  for (const auto& one : affected) {
    if (!one.affects(common.version)) continue;
    const auto facts = one.advisory();
    std::size_t at = 0;
    while (at < hits.size() && !share_a_name(names[at], facts)) ++at;
    if (at == hits.size()) {
      hits.push_back(common);
      names.emplace_back();
    }
    hits[at].entries.push_back(one);
    names[at].insert(facts.id);
    names[at].insert(facts.aliases.begin(), facts.aliases.end());
  }
  return hits;
}

class Matching {
 public:
  Matching(const Advisories& advisories, std::vector<NotScanned>& not_scanned)
      : advisories_(advisories), not_scanned_(not_scanned) {}

  void add(const GoProject& project, bool standard_library) {
    if (!known(kGo, project.path)) return;
    DependencyHit common{.ecosystem = std::string(kGo),
                         .manifest = project.path,
                         .project = project.mod.path,
                         .go = &project};
    for (const auto& module : project.list.modules) {
      if (!module.folder.empty()) continue;
      common.package = module.used.path;
      common.version = module.used.version;
      common.line = module.line;
      common.column = module.column;
      common.direct = module.direct;
      common.module = &module;
      match(common);
    }
    if (!standard_library) return;
    const auto& language = project.mod.language;
    common.package = "stdlib";
    common.version = language.minimum();
    common.line = language.toolchain.starts_with("go") ? language.toolchain_line : language.go_line;
    common.column = 1;
    common.direct = true;
    common.module = nullptr;
    if (!common.version.empty()) match(common);
  }

  void add(const LockProject& project) {
    if (!known(kNpm, project.path)) return;
    for (const auto& package : project.lock.packages) {
      if (package.version.empty()) {
        not_scanned_.push_back(
            {project.path, "deps/no-version",
             fmt::format("line {}: {} is of no release ({}): no advisory can be held against it",
                         package.line, package.name, package.from)});
        continue;
      }
      match({.ecosystem = std::string(kNpm),
             .package = package.name,
             .version = package.version,
             .manifest = project.path,
             .project = project.lock.name,
             .line = package.line,
             .column = 1,
             .direct = package.direct,
             .development = package.development});
    }
  }

  std::vector<DependencyHit> take() { return std::move(hits_); }

 private:
  const Advisories& advisories_;
  std::vector<NotScanned>& not_scanned_;
  std::vector<DependencyHit> hits_;

  void match(const DependencyHit& common) {
    auto affected = advisories_.of_package(common.ecosystem, common.package);
    if (affected.empty()) return;
    std::ranges::move(hits_of(common, std::move(affected)), std::back_inserter(hits_));
  }

  bool known(std::string_view ecosystem, const std::string& path) {
    if (advisories_.knows(ecosystem)) return true;
    not_scanned_.push_back(
        {path, "deps/no-advisories",
         fmt::format("no advisories for {} are loaded: crema db update fetches them", ecosystem)});
    return false;
  }
};

}  // namespace

std::vector<DependencyHit> find_hits(const Inventory& inventory, const Advisories& advisories,
                                     bool standard_library, std::vector<NotScanned>& not_scanned) {
  Matching matching(advisories, not_scanned);
  for (const auto& project : inventory.go) matching.add(project, standard_library);
  for (const auto& project : inventory.locks) matching.add(project);
  return matching.take();
}

std::vector<std::string> aliases_of(const DependencyHit& hit) {
  std::set<std::string> names;
  for (const auto& entry : hit.entries) {
    const auto facts = entry.advisory();
    names.emplace(facts.id);
    for (const auto alias : facts.aliases) names.emplace(alias);
  }
  names.erase(std::string(hit.entries.front().advisory().id));
  return {names.begin(), names.end()};
}

std::string canonical_id(const DependencyHit& hit) {
  const auto names = aliases_of(hit);
  std::string own(hit.entries.front().advisory().id);
  for (const std::string_view kind : {"CVE-", "GHSA-"}) {
    if (own.starts_with(kind)) return own;
    for (const auto& name : names)
      if (name.starts_with(kind)) return name;
  }
  return own;
}

}  // namespace crema::scan
