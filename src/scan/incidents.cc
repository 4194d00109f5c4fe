#include "crema/scan/incidents.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::scan {
namespace {

constexpr std::array<std::string_view, 7> kAdvisories = {"CVE-",   "GHSA-", "GO-",     "OSV-",
                                                         "PYSEC-", "MAL-",  "RUSTSEC-"};

bool is_advisory(std::string_view name) {
  return std::ranges::any_of(kAdvisories, [&](auto start) { return name.starts_with(start); });
}

bool is_about_credentials(const evidence::Finding& finding) {
  return std::ranges::any_of(finding.aliases, [](const auto& alias) {
    return alias == "CWE-798" || alias == "CWE-312" || alias == "CWE-321";
  });
}

// Groups that grow together where two of their members share a name.
class Groups {
 public:
  explicit Groups(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t of(std::size_t one) {
    while (parent_[one] != one) one = parent_[one] = parent_[parent_[one]];
    return one;
  }
  void join(std::size_t one, std::size_t other) { parent_[of(one)] = of(other); }
  void join_by(std::string name, std::size_t one) {
    const auto [first, is_new] = named_.try_emplace(std::move(name), one);
    if (!is_new) join(one, first->second);
  }

 private:
  std::vector<std::size_t> parent_;
  std::map<std::string, std::size_t, std::less<>> named_;
};

std::string place_of(const evidence::Finding& finding) {
  if (finding.locations.empty()) return "";
  const auto& place = finding.locations.front();
  return place.path + ":" + std::to_string(place.line);
}

void join_by_names(std::span<const Found> all, Groups& groups) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& finding = all[i].finding;
    if (!finding.incident.empty()) groups.join_by(finding.incident, i);
    const auto place = place_of(finding);
    const auto take = [&](const std::string& name) {
      if (is_advisory(name))
        groups.join_by("advisory/" + name, i);
      else if (!name.starts_with("CWE-") && !place.empty() && !finding.subject.empty())
        groups.join_by(join(std::vector{place, finding.subject, name}, "/"), i);
    };
    if (!finding.rule.empty()) take(finding.rule);
    for (const auto& alias : finding.aliases) take(alias);
  }
}

// A secret in a manifest is what the rule against secrets in manifests has found there too.
void join_secrets(std::span<const Found> all, Groups& groups) {
  std::map<std::string_view, std::vector<std::size_t>> secrets;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].finding.family == "secrets" && !all[i].finding.locations.empty())
      secrets[all[i].finding.locations.front().path].push_back(i);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& finding = all[i].finding;
    if (finding.family == "secrets" || finding.locations.empty() || !is_about_credentials(finding))
      continue;
    const auto& place = finding.locations.front();
    const auto found = secrets.find(place.path);
    if (found == secrets.end() || place.line == 0) continue;
    const auto last = std::max(place.line, place.end_line);
    for (const auto secret : found->second) {
      const auto line = all[secret].finding.locations.front().line;
      if (line >= place.line && line <= last) groups.join(i, secret);
    }
  }
}

// What a group is called tomorrow too: by its advisory, by its secret, else by its first print.
std::string name_of(std::span<const Found> all, const std::vector<std::size_t>& members) {
  std::set<std::string> names;
  for (const auto member : members) {
    const auto& finding = all[member].finding;
    if (!finding.incident.empty()) names.insert(finding.incident);
    if (is_advisory(finding.rule)) names.insert("advisory/" + finding.rule);
    for (const auto& alias : finding.aliases)
      if (is_advisory(alias)) names.insert("advisory/" + alias);
  }
  if (!names.empty()) return *names.begin();
  std::string first;
  for (const auto member : members) {
    const auto& print = all[member].finding.fingerprint;
    if (first.empty() || (!print.empty() && print < first)) first = print;
  }
  return "finding/" + first;
}

}  // namespace

void set_incidents(std::span<Found> all) {
  Groups groups(all.size());
  join_by_names(all, groups);
  join_secrets(all, groups);
  std::map<std::size_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < all.size(); ++i) members[groups.of(i)].push_back(i);
  for (const auto& [group, of_group] : members) {
    const auto name = of_group.size() == 1 ? std::string() : name_of(all, of_group);
    for (const auto member : of_group) all[member].finding.incident = name;
  }
}

std::size_t count_incidents(std::span<const Found> all) {
  std::set<std::string_view> incidents;
  std::size_t alone = 0;
  for (const auto& one : all) {
    if (one.finding.state == evidence::FindingState::suppressed) continue;
    if (one.finding.incident.empty())
      ++alone;
    else
      incidents.insert(one.finding.incident);
  }
  return incidents.size() + alone;
}

}  // namespace crema::scan
