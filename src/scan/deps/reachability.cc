#include "reachability.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace crema::scan {
namespace {

using evidence::Reach;

constexpr std::size_t kShownSymbols = 3;

// A package of the advisory, under the path the project imports it by.
struct VulnerablePackage {
  std::string path;
  VulnerableImport import;
};

// A fork keeps the paths of what it replaces.
std::string as_imported(std::string_view path, const BuiltModule* module) {
  if (module == nullptr || module->used.path == module->required.path ||
      !path.starts_with(module->used.path))
    return std::string(path);
  return module->required.path + std::string(path.substr(module->used.path.size()));
}

bool is_for(const VulnerableImport& import, const GoTarget& target) {
  bool os_named = false, os_fits = false, arch_named = false, arch_fits = false;
  for (const auto platform : import.platforms) {
    // The lists of systems and of machines have no name in common.
    const bool machine = platform.starts_with("arm") || platform.starts_with("amd") ||
                         platform == "386" || platform.starts_with("ppc") ||
                         platform.starts_with("mips") || platform.starts_with("s390") ||
                         platform.starts_with("riscv") || platform == "wasm" ||
                         platform.starts_with("loong");
    (machine ? arch_named : os_named) = true;
    if (platform == target.os) os_fits = true;
    if (platform == target.arch) arch_fits = true;
  }
  return (!os_named || os_fits) && (!arch_named || arch_fits);
}

std::vector<VulnerablePackage> vulnerable_packages(const DependencyHit& hit) {
  std::vector<VulnerablePackage> all;
  for (const auto& entry : hit.entries)
    for (auto& import : entry.imports())
      all.push_back({as_imported(import.path, hit.module), std::move(import)});
  return all;
}

evidence::FindingLocation location(const GoPlace& place, std::string message) {
  return {.path = place.path, .line = place.line, .message = std::move(message)};
}

// "a", "a and b", "a, b and 3 more"
std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  const auto shown = std::min(names.size(), kShownSymbols);
  for (std::size_t i = 0; i < shown; ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string way_text(const ImportGraph& graph, std::string_view package) {
  const auto way = graph.way_to(package);
  if (way.size() < 2) return "";
  const std::vector<std::string> between(way.begin(), way.end() - 1);
  return fmt::format(" through {}",
                     between.size() > 2
                         ? between.front() + " and " + std::to_string(between.size() - 1) + " more"
                         : join(between, " and "));
}

// The place in the own code that leads to a package.
GoPlace origin_of(const ImportGraph& graph, std::string_view package) {
  const auto way = graph.way_to(package);
  const auto* first = way.empty() ? nullptr : graph.find(way.front());
  return first == nullptr ? GoPlace{} : first->place;
}

ReachAnswer mentioned(const ImportGraph& graph, const VulnerablePackage& package,
                      const std::vector<std::string>& symbols, const GoPlace& place) {
  ReachAnswer answer{.reach = Reach::mentioned};
  const auto names = package.path.substr(package.path.rfind('/') + 1) + "." + some_of(symbols);
  const auto* verb = symbols.size() == 1 ? "is" : "are";
  const bool vendored =
      place.path.starts_with("vendor/") || place.path.find("/vendor/") != std::string::npos;
  answer.in_own_code = place.known() && !vendored;
  if (place.known()) {
    answer.why = fmt::format("{} {} named in {}:{}", names, verb, place.path, place.line);
    answer.places.push_back(location(place, "names " + symbols.front()));
  } else {
    answer.why =
        fmt::format("{} {} named in a dependency{}", names, verb, way_text(graph, package.path));
    if (const auto origin = origin_of(graph, package.path); origin.known())
      answer.places.push_back(location(origin, "leads to " + package.path));
  }
  return answer;
}

ReachAnswer imported(const ImportGraph& graph, const VulnerablePackage& package) {
  ReachAnswer answer{.reach = Reach::imported};
  const auto origin = origin_of(graph, package.path);
  answer.why = fmt::format("{} is imported{}{}", package.path,
                           origin.known() ? fmt::format(" by {}:{}", origin.path, origin.line) : "",
                           way_text(graph, package.path));
  if (origin.known()) answer.places.push_back(location(origin, "leads to " + package.path));
  return answer;
}

ReachAnswer of_package(const ImportGraph& graph, const VulnerablePackage& package) {
  const auto* reached = graph.find(package.path);
  if (reached == nullptr) return {};
  if (reached->tests_only)
    return {.reach = Reach::not_imported, .why = fmt::format("only tests import {}", package.path)};
  // A function by its package's name says more than a method of something, and a place in the own
  // code more than one elsewhere.
  std::vector<std::tuple<bool, bool, std::string>> found;
  for (const auto& [symbol, known] : reached->mentioned)
    if (package.import.symbols.empty() ||
        std::ranges::find(package.import.symbols, symbol) != package.import.symbols.end())
      found.emplace_back(!known.known(), symbol.find('.') != std::string::npos, symbol);
  std::ranges::sort(found);
  std::vector<std::string> symbols;
  symbols.reserve(found.size());
  for (auto& one : found) symbols.push_back(std::move(std::get<2>(one)));
  const auto place = symbols.empty() ? GoPlace{} : reached->mentioned.at(symbols.front());
  if (!symbols.empty()) return mentioned(graph, package, symbols, place);
  return imported(graph, package);
}

// Without packages in the advisory, all of the module counts.
ReachAnswer of_module(const DependencyHit& hit, const ImportGraph& graph) {
  const auto* any = hit.module == nullptr ? nullptr : graph.any_package_of(*hit.module);
  if (any != nullptr)
    return {.why = fmt::format("the advisory names no packages, and {} is imported", *any)};
  if (hit.module == nullptr) return {.why = "the advisory names no packages"};
  if (auto doubt = graph.doubt_about(hit.module->required.path); !doubt.empty())
    return {.why = std::move(doubt)};
  return {.reach = Reach::not_imported, .why = "nothing imports a package of it"};
}

}  // namespace

ReachAnswer reach_of(const DependencyHit& hit, const ImportGraph& graph, const GoTarget& target) {
  const auto packages = vulnerable_packages(hit);
  if (packages.empty()) return of_module(hit, graph);
  ReachAnswer best;
  std::vector<std::string> names;
  bool elsewhere = true;
  for (const auto& package : packages) {
    if (std::ranges::find(names, package.path) == names.end()) names.push_back(package.path);
    if (!is_for(package.import, target)) continue;
    elsewhere = false;
    auto answer = of_package(graph, package);
    if (std::pair(answer.reach, answer.in_own_code) > std::pair(best.reach, best.in_own_code))
      best = std::move(answer);
  }
  if (elsewhere)
    return {.reach = Reach::not_imported,
            .why = fmt::format("it is of other platforms than {}/{}", target.os, target.arch)};
  if (best.reach > Reach::not_imported) return best;
  const auto module = hit.module == nullptr ? std::string("stdlib") : hit.module->required.path;
  if (auto doubt = graph.doubt_about(module); !doubt.empty())
    return {.why = fmt::format("nothing is seen to import {}, but {}", some_of(names), doubt)};
  if (best.reach == Reach::not_imported) return best;
  return {.reach = Reach::not_imported, .why = fmt::format("nothing imports {}", some_of(names))};
}

}  // namespace crema::scan
