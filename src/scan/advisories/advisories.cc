#include "crema/scan/advisories/advisories.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <utility>

namespace crema::scan {
namespace {

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = -1;
    std::from_chars(text.data() + at, text.data() + at + count, value);
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

// A file, or those of a folder by name.
std::vector<std::filesystem::path> index_files(const std::filesystem::path& place) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(place, ignored)) return {place};
  for (const auto& entry : std::filesystem::directory_iterator(place, ignored))
    if (entry.path().extension() == kIndexEnding) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<Advisories> Advisories::load(const std::filesystem::path& place) {
  Advisories all;
  for (const auto& path : index_files(place))
    all.indexes_.push_back(CREMA_TRY(AdvisoryIndex::open(path)));
  all.indexes_.push_back(CREMA_TRY(
      AdvisoryIndex::from_bytes(std::string(snapshot_bytes()), "the snapshot in the program")));
  return all;
}

Advisories::Advisories(AdvisoryIndex only) { indexes_.push_back(std::move(only)); }

const AdvisoryIndex* Advisories::index_of(std::string_view ecosystem) const {
  const AdvisoryIndex* best = nullptr;
  std::string_view newest;
  for (const auto& index : indexes_)
    for (const auto& facts : index.ecosystems())
      if (facts.name == ecosystem && (best == nullptr || facts.newest > newest)) {
        best = &index;
        newest = facts.newest;
      }
  return best;
}

std::vector<EcosystemFacts> Advisories::ecosystems() const {
  std::map<std::string_view, EcosystemFacts> newest;
  for (const auto& index : indexes_)
    for (const auto& facts : index.ecosystems()) {
      const auto [place, fresh] = newest.try_emplace(facts.name, facts);
      if (!fresh && facts.newest > place->second.newest) place->second = facts;
    }
  std::vector<EcosystemFacts> all;
  all.reserve(newest.size());
  for (const auto& [name, facts] : newest) all.push_back(facts);
  return all;
}

bool Advisories::knows(std::string_view ecosystem) const { return index_of(ecosystem) != nullptr; }

std::vector<AffectedPackage> Advisories::of_package(std::string_view ecosystem,
                                                    std::string_view package) const {
  const auto* index = index_of(ecosystem);
  return index == nullptr ? std::vector<AffectedPackage>() : index->of_package(ecosystem, package);
}

void Advisories::each_import(std::string_view ecosystem,
                             const std::function<void(const VulnerableImport&)>& take) const {
  if (const auto* index = index_of(ecosystem)) index->each_import(ecosystem, take);
}

bool Advisories::is_exploited(std::string_view cve) const {
  return std::ranges::any_of(indexes_,
                             [&](const AdvisoryIndex& index) { return index.is_exploited(cve); });
}

std::string_view Advisories::exploited_day() const {
  std::string_view newest;
  for (const auto& index : indexes_) newest = std::max(newest, index.exploited_day());
  return newest;
}

std::size_t Advisories::exploited_count() const {
  std::size_t most = 0;
  for (const auto& index : indexes_) most = std::max(most, index.exploited_count());
  return most;
}

std::string Advisories::version() const {
  std::string all;
  for (const auto& index : indexes_) all += index.version() + ";";
  return all;
}

std::filesystem::path advisories_path(const sys::Host& host) {
  if (const auto own = host.variable("CREMA_ADVISORIES"); own && !own->empty()) return *own;
  if (const auto data = host.variable("XDG_DATA_HOME"); data && !data->empty())
    return std::filesystem::path(*data) / "crema/advisories";
  return std::filesystem::path(host.variable("HOME").value_or("/")) /
         ".local/share/crema/advisories";
}

std::optional<int> days_between(std::string_view from, std::string_view to) {
  const auto first = day_of(from);
  const auto second = day_of(to);
  if (!first || !second) return std::nullopt;
  return static_cast<int>((*second - *first).count());
}

}  // namespace crema::scan
