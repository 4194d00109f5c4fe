#include "crema/scan/advisories/index_builder.h"

#include "index_format.h"

#include "crema/scan/advisories/version_scheme.h"

#include <zstd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace crema::scan {
namespace {

using namespace index;

// Each text once; "" is number 0.
class Texts {
 public:
  Texts() { of(""); }
  std::uint32_t of(const std::string& text) {
    const auto [place, fresh] = known_.try_emplace(text, static_cast<std::uint32_t>(known_.size()));
    if (fresh) {
      begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      bytes_ += text;
    }
    return place->second;
  }
  const std::string& bytes() const { return bytes_; }
  std::vector<std::uint32_t> begins() const {
    auto all = begins_;
    all.push_back(static_cast<std::uint32_t>(bytes_.size()));
    return all;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> known_;
  std::vector<std::uint32_t> begins_;
  std::string bytes_;
};

template <class T>
Slice appended(std::vector<T>& all, std::vector<T> more) {
  const Slice slice{static_cast<std::uint32_t>(all.size()),
                    static_cast<std::uint32_t>(more.size())};
  std::ranges::move(more, std::back_inserter(all));
  return slice;
}

struct Tables {
  Texts texts;
  std::vector<std::uint32_t> numbers;
  std::vector<AdvisoryRecord> advisories;
  std::vector<AffectedRecord> affected;
  std::vector<PackageRecord> packages;
  std::vector<Slice> ranges;
  std::vector<EventRecord> events;
  std::vector<ImportRecord> imports;
  std::vector<EcosystemRecord> ecosystems;
  std::vector<std::uint32_t> exploited;

  Slice list(const std::vector<std::string>& all) {
    std::vector<std::uint32_t> own;
    own.reserve(all.size());
    for (const auto& text : all) own.push_back(texts.of(text));
    return appended(numbers, std::move(own));
  }
  void add(const OsvAdvisory& advisory, bool summaries);
  AffectedRecord record_of(const OsvAffected& affected, std::uint32_t advisory);
};

void Tables::add(const OsvAdvisory& advisory, bool summaries) {
  using Review = OsvAdvisory::Review;
  std::uint32_t flags = 0;
  if (advisory.withdrawn) flags |= kWithdrawn;
  if (advisory.review == Review::reviewed) flags |= kReviewed;
  if (advisory.review == Review::unreviewed) flags |= kUnreviewed;
  advisories.push_back(
      {.id = texts.of(advisory.id),
       .summary = summaries ? texts.of(advisory.summary) : 0,
       .modified = texts.of(advisory.modified),
       .published = texts.of(advisory.published),
       .aliases = list(advisory.aliases),
       .flags = flags,
       .severity = advisory.severity ? static_cast<std::uint32_t>(*advisory.severity) + 1 : 0,
       .score =
           advisory.score ? static_cast<std::uint32_t>(std::lround(*advisory.score * 10)) + 1 : 0});
}

// By their versions; those of one version stay as they are, and "0" is before everything.
std::vector<const OsvEvent*> in_order(const std::vector<OsvEvent>& range, VersionScheme scheme) {
  std::vector<const OsvEvent*> events;
  events.reserve(range.size());
  for (const auto& event : range) events.push_back(&event);
  std::ranges::sort(events, [&](const OsvEvent* a, const OsvEvent* b) {
    const bool a_first = a->version == "0";
    const bool b_first = b->version == "0";
    if (a_first != b_first) return a_first;
    const auto compared =
        a_first ? std::weak_ordering::equivalent : compare_versions(scheme, a->version, b->version);
    return compared != 0 ? compared < 0 : a < b;  // they lie in their order
  });
  return events;
}

AffectedRecord Tables::record_of(const OsvAffected& affected, std::uint32_t advisory) {
  const auto scheme = scheme_of(affected.ecosystem);
  std::vector<Slice> own_ranges;
  for (const auto& range : affected.ranges) {
    std::vector<EventRecord> own;
    own.reserve(range.size());
    for (const auto* event : in_order(range, scheme))
      own.push_back({static_cast<std::uint32_t>(event->kind), texts.of(event->version)});
    own_ranges.push_back(appended(events, std::move(own)));
  }
  std::vector<ImportRecord> own_imports;
  own_imports.reserve(affected.imports.size());
  for (const auto& [path, symbols, platforms] : affected.imports)
    own_imports.push_back(
        {.path = texts.of(path), .symbols = list(symbols), .platforms = list(platforms)});
  return {.advisory = advisory,
          .ranges = appended(ranges, std::move(own_ranges)),
          .versions = list(affected.versions),
          .imports = appended(imports, std::move(own_imports))};
}

struct Ecosystem {
  std::uint32_t advisories = 0;
  std::string newest;
};

void append(std::string& file, Head& head, Section section, std::string_view bytes) {
  file.resize((file.size() + 7) / 8 * 8, '\0');
  head.sections[static_cast<std::size_t>(section)] = {file.size(), bytes.size()};
  file += bytes;
}

template <class T>
void append(std::string& file, Head& head, Section section, const std::vector<T>& records) {
  append(
      file, head, section,
      std::string_view(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(T)));
}

std::string file_of(const Tables& tables, std::uint32_t exploited_day) {
  Head head{.exploited_day = exploited_day};
  std::string file(sizeof(Head), '\0');
  append(file, head, Section::text, std::string_view(tables.texts.bytes()));
  append(file, head, Section::texts, tables.texts.begins());
  append(file, head, Section::numbers, tables.numbers);
  append(file, head, Section::advisories, tables.advisories);
  append(file, head, Section::affected, tables.affected);
  append(file, head, Section::packages, tables.packages);
  append(file, head, Section::ranges, tables.ranges);
  append(file, head, Section::events, tables.events);
  append(file, head, Section::imports, tables.imports);
  append(file, head, Section::ecosystems, tables.ecosystems);
  append(file, head, Section::exploited, tables.exploited);
  head.bytes = file.size();
  head.checksum = checksum_of(head, std::string_view(file).substr(sizeof(Head)));
  std::memcpy(file.data(), &head, sizeof(Head));
  return file;
}

}  // namespace

void IndexBuilder::add(OsvAdvisory advisory) {
  for (auto& affected : advisory.affected)
    if (scheme_of(affected.ecosystem) == VersionScheme::none) affected.ranges.clear();
  std::erase_if(advisory.affected, [](const OsvAffected& affected) {
    return affected.ranges.empty() && affected.versions.empty();
  });
  auto id = advisory.id;
  advisories_.insert_or_assign(std::move(id), std::move(advisory));
}

void IndexBuilder::set_exploited(std::set<std::string> cves, std::string day) {
  exploited_ = std::move(cves);
  exploited_day_ = std::move(day);
}

std::string IndexBuilder::build() const {
  Tables tables;
  using Key = std::pair<std::string, std::string>;
  std::map<Key, std::vector<AffectedRecord>> packages;
  std::map<std::string, Ecosystem> ecosystems;
  for (const auto& [id, advisory] : advisories_) {
    const auto number = static_cast<std::uint32_t>(tables.advisories.size());
    tables.add(advisory, options_.summaries);
    std::set<std::string> counted;
    for (const auto& affected : advisory.affected) {
      packages[{affected.ecosystem, affected.package}].push_back(
          tables.record_of(affected, number));
      auto& ecosystem = ecosystems[affected.ecosystem];
      ecosystem.newest = std::max({ecosystem.newest, advisory.modified, advisory.published});
      if (counted.insert(affected.ecosystem).second) ++ecosystem.advisories;
    }
  }
  for (auto& [key, affected] : packages)
    tables.packages.push_back({.ecosystem = tables.texts.of(key.first),
                               .name = tables.texts.of(key.second),
                               .affected = appended(tables.affected, std::move(affected))});
  for (const auto& [name, ecosystem] : ecosystems)
    tables.ecosystems.push_back(
        {.name = tables.texts.of(name),
         .newest = tables.texts.of(options_.day.empty() ? ecosystem.newest : options_.day),
         .source = tables.texts.of(options_.source),
         .advisories = ecosystem.advisories});
  for (const auto& cve : exploited_) tables.exploited.push_back(tables.texts.of(cve));
  const auto day = tables.texts.of(exploited_day_);
  return file_of(tables, day);
}

std::string packed_index(std::string_view index) {
  std::string out(ZSTD_compressBound(index.size()), '\0');
  // The bound is enough for any input: there is nothing else that can fail.
  out.resize(ZSTD_compress(out.data(), out.size(), index.data(), index.size(), ZSTD_maxCLevel()));
  return out;
}

}  // namespace crema::scan
