#include "crema/scan/deps/dependency_scanner.h"

#include "package_cache.h"
#include "reachability.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/evidence/timestamp.h"
#include "crema/scan/deps/dependency_hit.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <utility>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using evidence::Reach;

// Changed with what look_at answers for the same file.
constexpr std::string_view kMethod = "2";
// Beyond, more threads wait for the disk only.
constexpr std::size_t kMostThreads = 8;

std::string shown(const DependencyHit& hit) {
  return hit.package == "stdlib" ? fmt::format("Go {}, the least that go.mod allows,", hit.version)
                                 : fmt::format("{} {}", hit.package, hit.version);
}

// What the databases say; else by what is known here. docs/dependencies.md has the table.
FindingSeverity severity_of(const DependencyHit& hit, bool exploited) {
  if (exploited) return FindingSeverity::critical;
  std::optional<FindingSeverity> told;
  bool reviewed = false;
  for (const auto& entry : hit.entries) {
    const auto facts = entry.advisory();
    if (facts.severity && (!told || *facts.severity > *told)) told = facts.severity;
    reviewed = reviewed || facts.review == OsvAdvisory::Review::reviewed;
  }
  if (told) return *told;
  if (hit.reach.reach == Reach::not_imported) return FindingSeverity::low;
  if (hit.reach.in_own_code && reviewed) return FindingSeverity::high;
  return FindingSeverity::medium;
}

Confidence confidence_of(const DependencyHit& hit) {
  if (hit.go == nullptr) return Confidence::high;
  // The version is the least that may be used, or one that perhaps is not.
  if (hit.package == "stdlib" || hit.go->list.source == BuildList::Source::go_sum)
    return Confidence::medium;
  return Confidence::high;
}

std::string address_of(std::string_view id) {
  if (id.starts_with("GO-")) return fmt::format("https://pkg.go.dev/vuln/{}", id);
  if (id.starts_with("GHSA-")) return fmt::format("https://github.com/advisories/{}", id);
  return fmt::format("https://osv.dev/vulnerability/{}", id);
}

evidence::FindingFix fix_of(const DependencyHit& hit, const Upgrade& upgrade) {
  const auto name = canonical_id(hit);
  if (std::ranges::find(upgrade.fixed, name) == upgrade.fixed.end() || upgrade.version.empty())
    return {.text = "no version without it is known", .package = hit.package};
  const auto what = hit.package == "stdlib"
                        ? fmt::format("build with Go {}", upgrade.version)
                        : fmt::format("raise {} to {}", hit.package, upgrade.version);
  return {.text = upgrade.places.size() < 2
                      ? what
                      : fmt::format("{} in {} files", what, upgrade.places.size()),
          .package = hit.package,
          .version = upgrade.version};
}

std::string message_of(const DependencyHit& hit, bool exploited) {
  const auto facts = hit.entries.front().advisory();
  const auto name = canonical_id(hit);
  auto text = fmt::format("{} has {}{}", shown(hit), facts.id,
                          name == facts.id ? "" : fmt::format(" ({})", name));
  if (exploited) text += ", which attackers are known to use";
  if (hit.go != nullptr && hit.go->list.source == BuildList::Source::go_sum)
    text += " (go.sum has it; a build may use another version)";
  if (!hit.reach.why.empty())
    text += (hit.reach.reach == Reach::unknown ? "; whether it is reached is not known: " : ": ") +
            hit.reach.why;
  return text;
}

Found found_of(const DependencyHit& hit, const Upgrade& upgrade, const Advisories& advisories) {
  const auto facts = hit.entries.front().advisory();
  const auto aliases = aliases_of(hit);
  const auto name = canonical_id(hit);
  const bool exploited =
      advisories.is_exploited(facts.id) ||
      std::ranges::any_of(aliases, [&](const auto& one) { return advisories.is_exploited(one); });
  evidence::Finding finding{
      .rule = std::string(facts.id),
      .rule_name = facts.summary.empty() ? fmt::format("A known vulnerability of {}", hit.package)
                                         : std::string(facts.summary),
      .aliases = aliases,
      .family = "dependencies",
      .severity = severity_of(hit, exploited),
      .confidence = confidence_of(hit),
      .reach = hit.reach.reach,
      .exploited = exploited,
      .published = std::string(facts.published),
      .scanner = "crema",
      .message = message_of(hit, exploited),
      .subject = fmt::format("{}@{}", hit.package, hit.version),
      .fix = fix_of(hit, upgrade),
      .help_uri = address_of(facts.id),
      .locations = {{.path = hit.manifest, .line = hit.line, .column = hit.column}},
      .incident = "advisory:" + name};
  std::ranges::copy(hit.reach.places, std::back_inserter(finding.locations));
  return {
      .finding = std::move(finding), .subject = hit.project + " > " + hit.package, .content = name};
}

// The graphs of all projects with hits, several at once.
void set_reach(const Inventory& inventory, const DependencySettings& settings,
               const GoFolders& folders, const ModuleCache& cache,
               std::vector<DependencyHit>& hits) {
  std::map<const GoProject*, std::vector<DependencyHit*>> by_project;
  for (auto& hit : hits)
    if (hit.go != nullptr) by_project[hit.go].push_back(&hit);
  std::set<std::string, std::less<>> modules;
  for (const auto& project : inventory.go) modules.insert(project.folder);
  const auto own_code = own_packages(inventory.packages, modules);
  const ImportGraph::Sources sources{.tree = inventory.packages,
                                     .own = own_code,
                                     .folders = folders,
                                     .cache = cache,
                                     .root = settings.root.string()};
  std::vector<std::pair<const GoProject*, std::vector<DependencyHit*>>> work(by_project.begin(),
                                                                             by_project.end());
  // The largest first, so that none is left alone at the end.
  std::ranges::sort(work, std::ranges::greater(), [](const auto& one) {
    return std::pair(one.first->list.modules.size(), one.first->path);
  });
  std::atomic<std::size_t> next{0};
  const auto turn = [&] {
    for (auto at = next++; at < work.size(); at = next++) {
      const auto& [project, own] = work[at];
      const GoModuleView view{project->folder, project->mod.path, &project->list};
      const ImportGraph graph(view, sources);
      for (auto* hit : own) hit->reach = reach_of(*hit, graph, settings.target);
    }
  };
  std::vector<std::jthread> threads;
  const auto count = std::min<std::size_t>(
      {work.size(), kMostThreads, std::max(1U, std::thread::hardware_concurrency())});
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(turn);
}

// Data of long ago does not know what was found since.
void say_age(const Inventory& inventory, const DependencySettings& settings,
             std::vector<NotScanned>& all) {
  if (settings.oldest_data <= 0) return;
  for (const auto& facts : settings.advisories->ecosystems()) {
    const bool used = facts.name == "Go" ? !inventory.go.empty() : !inventory.locks.empty();
    const auto age = days_between(facts.newest, settings.today);
    if (!used || (facts.name != "Go" && facts.name != "npm") ||
        (age && *age <= settings.oldest_data))
      continue;
    all.push_back(
        {"", "deps/old-advisories",
         fmt::format("the advisories for {} are {} old, and {} days are allowed: crema db update",
                     facts.name, age ? std::to_string(*age) + " days" : "nobody knows how",
                     settings.oldest_data)});
  }
}

std::filesystem::path package_cache_path(const sys::Host& host) {
  if (const auto cache = host.variable("XDG_CACHE_HOME"); cache && !cache->empty())
    return std::filesystem::path(*cache) / "crema/go-packages";
  const auto home = host.variable("HOME");
  return home ? std::filesystem::path(*home) / ".cache/crema/go-packages" : std::filesystem::path();
}

}  // namespace

Result<DependencySettings> dependency_settings(const sys::Host& host,
                                               const std::filesystem::path& root) {
  auto advisories = CREMA_TRY(Advisories::load(advisories_path(host)));
  return DependencySettings{.advisories = std::make_shared<const Advisories>(std::move(advisories)),
                            .root = root,
                            .module_cache = module_cache_path(host),
                            .package_cache = package_cache_path(host),
                            .today = evidence::timestamp_text(host.clock->wall()).substr(0, 10)};
}

DependencyScanner::DependencyScanner(DependencySettings settings) : settings_(std::move(settings)) {
  settings_.advisories->each_import("Go", [&](const VulnerableImport& import) {
    auto& own = symbols_[std::string(import.path)];
    own.insert(import.symbols.begin(), import.symbols.end());
  });
}

DependencyScanner::~DependencyScanner() = default;

std::string DependencyScanner::version() const {
  std::string all(kMethod);
  all += settings_.advisories->version() + settings_.target.os + "/" + settings_.target.arch;
  for (const auto& tag : settings_.target.tags) all += "," + tag;
  return sha256_hex(all).substr(0, 16);
}

std::string DependencyScanner::data() const {
  std::vector<std::string> parts;
  for (const auto& facts : settings_.advisories->ecosystems()) {
    const auto age = days_between(facts.newest, settings_.today);
    parts.push_back(fmt::format("{} advisories for {} ({}) of {}{}", facts.advisories, facts.name,
                                facts.source.empty() ? "OSV" : facts.source,
                                facts.newest.empty() ? "an unknown day" : facts.newest,
                                age && *age > 0 ? fmt::format(", {} days old", *age) : ""));
  }
  if (const auto day = settings_.advisories->exploited_day(); !day.empty())
    parts.push_back(fmt::format("exploited ones as of {}", std::string(day.substr(0, 10))));
  return join(parts, "; ");
}

bool DependencyScanner::takes(const TreeFile& file) const {
  return dependency_file(file.path) != DependencyFile::none;
}

FileAnswer DependencyScanner::look_at(const FileView& view) const {
  return note_dependencies(view.file.path, view.text, settings_.target, symbols_);
}

TreeAnswer DependencyScanner::conclude(std::span<const FileNotes> notes) const {
  TreeAnswer answer;
  const ModuleCache cache(settings_.module_cache);
  const auto inventory = make_inventory(notes, cache);
  answer.not_scanned = inventory.not_scanned;
  auto hits =
      find_hits(inventory, *settings_.advisories, settings_.standard_library, answer.not_scanned);
  PackageCache packages(settings_.package_cache, version());
  const GoFolders folders(settings_.target, symbols_, &packages);
  set_reach(inventory, settings_, folders, cache, hits);
  packages.save();
  std::map<std::pair<std::string, std::string>, Upgrade> upgrades;
  for (auto& upgrade : plan_upgrades(hits, *settings_.advisories)) {
    auto key = std::pair(upgrade.ecosystem, upgrade.package);
    upgrades.emplace(std::move(key), std::move(upgrade));
  }
  for (const auto& hit : hits)
    answer.found.push_back(
        found_of(hit, upgrades.at({hit.ecosystem, hit.package}), *settings_.advisories));
  say_age(inventory, settings_, answer.not_scanned);
  return answer;
}

Result<std::unique_ptr<Scanner>> make_dependency_scanner(DependencySettings settings) {
  return std::make_unique<DependencyScanner>(std::move(settings));
}

}  // namespace crema::scan
