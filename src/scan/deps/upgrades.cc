// The lowest version of a package that is without what was found in it.
#include "crema/scan/advisories/version_scheme.h"
#include "crema/scan/deps/dependency_hit.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace crema::scan {
namespace {

// From this version up to one that no advisory with a fix affects; "" where that is this one.
std::string lowest_without(std::string_view ecosystem, std::string_view package,
                           const std::string& version, const Advisories& advisories) {
  const auto all = advisories.of_package(ecosystem, package);
  const auto scheme = scheme_of(ecosystem);
  std::string at = version;
  // Each turn is a step up, to the fix of one advisory or more.
  for (std::size_t turn = 0; turn <= all.size() * 4; ++turn) {
    std::string next;
    for (const auto& one : all) {
      if (!one.affects(at)) continue;
      const auto fix = one.fix_of(at);
      if (fix && (next.empty() || compare_versions(scheme, *fix, next) > 0)) next = *fix;
    }
    if (next.empty()) break;
    at = next;
  }
  return at == version ? "" : at;
}

// As go.mod writes it.
std::string written(const DependencyHit& hit, std::string version) {
  if (hit.ecosystem != "Go" || hit.package == "stdlib" || version.empty()) return version;
  if (!version.starts_with('v')) version.insert(0, 1, 'v');
  if (hit.version.ends_with("+incompatible") && !version.ends_with("+incompatible"))
    version += "+incompatible";
  return version;
}

}  // namespace

std::vector<Upgrade> plan_upgrades(std::span<const DependencyHit> hits,
                                   const Advisories& advisories) {
  struct Draft {
    Upgrade upgrade;
    std::set<std::string> fixed, unfixed, places;
  };
  std::map<std::pair<std::string, std::string>, Draft> drafts;
  for (const auto& hit : hits) {
    auto& draft = drafts[{hit.ecosystem, hit.package}];
    auto& upgrade = draft.upgrade;
    upgrade.ecosystem = hit.ecosystem;
    upgrade.package = hit.package;
    const bool fixable = std::ranges::any_of(hit.entries, [&](const AffectedPackage& entry) {
      return entry.fix_of(hit.version).has_value();
    });
    (fixable ? draft.fixed : draft.unfixed).insert(canonical_id(hit));
    const auto key = hit.manifest + '\n' + std::to_string(hit.line) + '\n' + hit.version;
    if (!fixable || !draft.places.insert(key).second) continue;
    upgrade.places.push_back({.manifest = hit.manifest,
                              .line = hit.line,
                              .required = hit.module ? hit.module->required.path : hit.package,
                              .version = hit.version,
                              .go = hit.go});
    const auto version =
        written(hit, lowest_without(hit.ecosystem, hit.package, hit.version, advisories));
    if (!version.empty() &&
        (upgrade.version.empty() ||
         compare_versions(scheme_of(hit.ecosystem), version, upgrade.version) > 0))
      upgrade.version = version;
  }
  std::vector<Upgrade> all;
  for (auto& [key, draft] : drafts) {
    draft.upgrade.fixed.assign(draft.fixed.begin(), draft.fixed.end());
    draft.upgrade.unfixed.assign(draft.unfixed.begin(), draft.unfixed.end());
    all.push_back(std::move(draft.upgrade));
  }
  return all;
}

}  // namespace crema::scan
