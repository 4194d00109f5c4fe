#include "crema/scan/advisories/advisory_index.h"

#include "index_format.h"

#include "crema/scan/advisories/version_scheme.h"
#include "crema/sys/mapped_file.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace crema::scan {

using namespace index;

// Whatever the numbers in it say, nothing beyond its sections is read.
struct AdvisoryIndex::State {
  std::optional<sys::MappedFile> file;
  std::string own;
  std::string_view bytes;
  Head head;

  Result<> check(std::string_view name);
  std::string_view section(Section which) const {
    const auto [offset, size] = head.sections[static_cast<std::size_t>(which)];
    return bytes.substr(offset, size);
  }
  template <class T>
  std::span<const T> records(Section which) const {
    const auto all = section(which);
    return {reinterpret_cast<const T*>(all.data()), all.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> records(Section which, Slice slice) const {
    const auto all = records<T>(which);
    if (slice.begin > all.size() || slice.count > all.size() - slice.begin) return {};
    return all.subspan(slice.begin, slice.count);
  }
  std::string_view text(std::uint32_t number) const {
    const auto begins = records<std::uint32_t>(Section::texts);
    const auto all = section(Section::text);
    if (number + std::size_t{1} >= begins.size()) return {};
    const auto begin = begins[number];
    const auto end = begins[number + 1];
    if (begin > end || end > all.size()) return {};
    return all.substr(begin, end - begin);
  }
  std::vector<std::string_view> list(Slice slice) const {
    std::vector<std::string_view> all;
    for (const auto number : records<std::uint32_t>(Section::numbers, slice))
      all.push_back(text(number));
    return all;
  }
  VulnerableImport import(const ImportRecord& record) const {
    return {text(record.path), list(record.symbols), list(record.platforms)};
  }
  const AdvisoryRecord* advisory(std::uint32_t number) const {
    const auto all = records<AdvisoryRecord>(Section::advisories);
    return number < all.size() ? &all[number] : nullptr;
  }
};

namespace {

constexpr std::size_t kLargest = std::size_t{1} << 30U;  // bytes, unpacked
constexpr std::array<std::size_t, kSections> kStrides = {1,
                                                         sizeof(std::uint32_t),
                                                         sizeof(std::uint32_t),
                                                         sizeof(AdvisoryRecord),
                                                         sizeof(AffectedRecord),
                                                         sizeof(PackageRecord),
                                                         sizeof(Slice),
                                                         sizeof(EventRecord),
                                                         sizeof(ImportRecord),
                                                         sizeof(EcosystemRecord),
                                                         sizeof(std::uint32_t)};

Diagnostic damaged(std::string_view name, std::string_view why) {
  auto error = make_error("advisories/damaged", fmt::format("{}: {}", name, why));
  error.hint = "build it again: crema db update, or crema db build FILE";
  error.exit_code = ExitCode::internal;
  return error;
}

bool is_compressed(std::string_view bytes) { return bytes.starts_with("\x28\xb5\x2f\xfd"); }

Result<std::string> unpacked(std::string_view bytes, std::string_view name) {
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size > kLargest) return damaged(name, "it is not as large as it says");
  std::string out(size, '\0');
  const auto got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) return damaged(name, "it cannot be unpacked");
  return out;
}

}  // namespace

Result<> AdvisoryIndex::State::check(std::string_view name) {
  if (bytes.size() < sizeof(Head)) return damaged(name, "it is no index of advisories");
  std::memcpy(&head, bytes.data(), sizeof(Head));
  if (head.magic != kMagic) return damaged(name, "it is no index of advisories");
  if (head.format != kFormat || head.byte_order != kByteOrder)
    return damaged(name, "another version of crema has written it");
  if (head.bytes != bytes.size()) return damaged(name, "it is cut short");
  if (head.checksum != checksum_of(head, bytes.substr(sizeof(Head))))
    return damaged(name, "its checksum is another than it says");
  for (std::size_t i = 0; i < kSections; ++i) {
    const auto [offset, size] = head.sections[i];
    if (offset > bytes.size() || size > bytes.size() - offset || size % kStrides[i] != 0 ||
        offset % 8 != 0)
      return damaged(name, "a part of it lies outside");
  }
  return {};
}

Result<AdvisoryIndex> AdvisoryIndex::open(const std::filesystem::path& path) {
  auto file = sys::MappedFile::open(path);
  if (!file) return fail("advisories/unreadable", file.error().message);
  if (is_compressed(file->bytes())) {
    auto bytes = CREMA_TRY(unpacked(file->bytes(), path.string()));
    return from_bytes(std::move(bytes), path.string());
  }
  auto state = std::make_unique<State>();
  state->bytes = file->bytes();
  state->file = std::move(*file);
  CREMA_TRY(state->check(path.string()));
  return AdvisoryIndex(std::move(state));
}

Result<AdvisoryIndex> AdvisoryIndex::from_bytes(std::string bytes, std::string_view name) {
  auto state = std::make_unique<State>();
  state->own = is_compressed(bytes) ? CREMA_TRY(unpacked(bytes, name)) : std::move(bytes);
  state->bytes = state->own;
  CREMA_TRY(state->check(name));
  return AdvisoryIndex(std::move(state));
}

AdvisoryIndex::AdvisoryIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
AdvisoryIndex::AdvisoryIndex(AdvisoryIndex&&) noexcept = default;
AdvisoryIndex& AdvisoryIndex::operator=(AdvisoryIndex&&) noexcept = default;
AdvisoryIndex::~AdvisoryIndex() = default;

std::vector<EcosystemFacts> AdvisoryIndex::ecosystems() const {
  std::vector<EcosystemFacts> all;
  for (const auto& record : state_->records<EcosystemRecord>(Section::ecosystems))
    all.push_back({.name = state_->text(record.name),
                   .source = state_->text(record.source),
                   .newest = state_->text(record.newest),
                   .advisories = record.advisories});
  return all;
}

std::size_t AdvisoryIndex::size() const {
  return state_->records<AdvisoryRecord>(Section::advisories).size();
}

std::vector<AffectedPackage> AdvisoryIndex::of_package(std::string_view ecosystem,
                                                       std::string_view package) const {
  const auto packages = state_->records<PackageRecord>(Section::packages);
  const auto key = [&](const PackageRecord& record) {
    return std::pair(state_->text(record.ecosystem), state_->text(record.name));
  };
  const auto found = std::ranges::lower_bound(packages, std::pair(ecosystem, package), {}, key);
  std::vector<AffectedPackage> all;
  if (found == packages.end() || key(*found) != std::pair(ecosystem, package)) return all;
  const auto affected = state_->records<AffectedRecord>(Section::affected, found->affected);
  for (std::uint32_t i = 0; i < affected.size(); ++i) {
    const auto* advisory = state_->advisory(affected[i].advisory);
    if (advisory != nullptr && (advisory->flags & kWithdrawn) == 0)
      all.push_back({*this, found->affected.begin + i, state_->text(found->ecosystem)});
  }
  return all;
}

void AdvisoryIndex::each_import(std::string_view ecosystem,
                                const std::function<void(const VulnerableImport&)>& take) const {
  for (const auto& package : state_->records<PackageRecord>(Section::packages)) {
    if (state_->text(package.ecosystem) != ecosystem) continue;
    for (const auto& affected :
         state_->records<AffectedRecord>(Section::affected, package.affected))
      for (const auto& import : state_->records<ImportRecord>(Section::imports, affected.imports))
        take(state_->import(import));
  }
}

bool AdvisoryIndex::is_exploited(std::string_view cve) const {
  return std::ranges::binary_search(state_->records<std::uint32_t>(Section::exploited), cve, {},
                                    [&](std::uint32_t number) { return state_->text(number); });
}

std::string_view AdvisoryIndex::exploited_day() const {
  return state_->text(state_->head.exploited_day);
}

std::size_t AdvisoryIndex::exploited_count() const {
  return state_->records<std::uint32_t>(Section::exploited).size();
}

std::string AdvisoryIndex::version() const {
  return fmt::format("{:08x}{:x}", state_->head.checksum, state_->head.bytes);
}

AdvisoryFacts AffectedPackage::advisory() const {
  const auto& state = *index_->state_;
  const auto& affected = state.records<AffectedRecord>(Section::affected)[record_];
  const auto* record = state.advisory(affected.advisory);
  if (record == nullptr) return {};
  using Review = OsvAdvisory::Review;
  AdvisoryFacts facts{.id = state.text(record->id),
                      .aliases = state.list(record->aliases),
                      .summary = state.text(record->summary),
                      .published = state.text(record->published),
                      .withdrawn = (record->flags & kWithdrawn) != 0};
  if ((record->flags & kReviewed) != 0) facts.review = Review::reviewed;
  if ((record->flags & kUnreviewed) != 0) facts.review = Review::unreviewed;
  if (record->severity > 0 && record->severity <= 5)
    facts.severity = static_cast<evidence::FindingSeverity>(record->severity - 1);
  if (record->score > 0) facts.score = (record->score - 1) / 10.0;
  return facts;
}

namespace {

using Kind = OsvEvent::Kind;

// OSV's evaluation (https://ossf.github.io/osv-schema/#evaluation): the events are in the order of
// their versions, and the last one that the version has reached decides.
bool in_range(VersionScheme scheme, std::string_view version, std::span<const EventRecord> events,
              const auto& text) {
  bool vulnerable = false;
  for (const auto& [kind, number] : events) {
    const auto place = text(number);
    const bool from_start = place == "0";
    const auto compared =
        from_start ? std::weak_ordering::greater : compare_versions(scheme, version, place);
    switch (static_cast<Kind>(kind)) {
      case Kind::introduced:
        if (compared >= 0) vulnerable = true;
        break;
      case Kind::last_affected:
        if (compared > 0) vulnerable = false;
        break;
      case Kind::fixed:
      case Kind::limit:
        if (compared >= 0) vulnerable = false;
        break;
    }
  }
  return vulnerable;
}

}  // namespace

bool AffectedPackage::affects(std::string_view version) const {
  const auto& state = *index_->state_;
  const auto& affected = state.records<AffectedRecord>(Section::affected)[record_];
  const auto scheme = scheme_of(ecosystem_);
  const auto text = [&](std::uint32_t number) { return state.text(number); };
  if (scheme != VersionScheme::none)
    for (const auto& range : state.records<Slice>(Section::ranges, affected.ranges))
      if (in_range(scheme, version, state.records<EventRecord>(Section::events, range), text))
        return true;
  return std::ranges::any_of(state.records<std::uint32_t>(Section::numbers, affected.versions),
                             [&](std::uint32_t number) { return state.text(number) == version; });
}

std::optional<std::string_view> AffectedPackage::fix_of(std::string_view version) const {
  const auto& state = *index_->state_;
  const auto& affected = state.records<AffectedRecord>(Section::affected)[record_];
  const auto scheme = scheme_of(ecosystem_);
  std::optional<std::string_view> lowest;
  if (scheme == VersionScheme::none) return lowest;
  for (const auto& range : state.records<Slice>(Section::ranges, affected.ranges))
    for (const auto& [kind, number] : state.records<EventRecord>(Section::events, range)) {
      const auto place = state.text(number);
      if (static_cast<Kind>(kind) != Kind::fixed || compare_versions(scheme, place, version) <= 0)
        continue;
      if (!lowest || compare_versions(scheme, place, *lowest) < 0) lowest = place;
    }
  return lowest;
}

std::vector<VulnerableImport> AffectedPackage::imports() const {
  const auto& state = *index_->state_;
  const auto& affected = state.records<AffectedRecord>(Section::affected)[record_];
  std::vector<VulnerableImport> all;
  for (const auto& record : state.records<ImportRecord>(Section::imports, affected.imports))
    all.push_back(state.import(record));
  return all;
}

}  // namespace crema::scan
