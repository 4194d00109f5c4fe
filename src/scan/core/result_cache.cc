#include "crema/scan/core/result_cache.h"

#include "crema/base/hash.h"
#include "crema/scan/core/answer_codec.h"
#include "crema/sys/files.h"

#include <utility>

namespace crema::scan {
namespace {

// Changed whenever the form of what is kept changes.
constexpr std::string_view kHead = "crema scan cache 1\n";
constexpr std::size_t kDigest = 64;  // behind the head: of all that follows

void write(ByteWriter& to, const ResultCache::Entry& entry) {
  to.text(entry.file.path);
  to.number(entry.file.size);
  to.number(static_cast<std::uint64_t>(entry.file.changed_ns));
  to.number(entry.file.inode);
  to.text(entry.hash);
  to.number(entry.answers.size());
  for (const auto& [scanner, version, bytes] : entry.answers)
    for (const auto* text : {&scanner, &version, &bytes}) to.text(*text);
}

ResultCache::Entry read(ByteReader& from) {
  ResultCache::Entry entry;
  entry.file.path = from.text();
  entry.file.size = from.number();
  entry.file.changed_ns = static_cast<std::int64_t>(from.number());
  entry.file.inode = from.number();
  entry.hash = from.text();
  entry.answers.resize(from.count());
  for (auto& [scanner, version, bytes] : entry.answers)
    for (auto* text : {&scanner, &version, &bytes}) *text = from.text();
  return entry;
}

}  // namespace

ResultCache ResultCache::load(const std::filesystem::path& path) {
  ResultCache cache;
  const auto text = sys::read_file(path);
  if (!text || !text->starts_with(kHead)) return cache;
  const auto rest = std::string_view(*text).substr(kHead.size());
  if (rest.size() < kDigest) return cache;
  const auto body = rest.substr(kDigest);
  if (sha256_hex(body) != rest.substr(0, kDigest)) return cache;
  ByteReader from(body);
  for (auto left = from.count(); left > 0 && from.well(); --left) {
    auto entry = read(from);
    auto name = entry.file.path;
    cache.entries_.insert_or_assign(std::move(name), std::move(entry));
  }
  if (!from.well() || !from.at_end()) cache.entries_.clear();
  return cache;
}

std::string_view ResultCache::hash_of(const TreeFile& file) const {
  const auto found = entries_.find(file.path);
  if (found == entries_.end() || !(found->second.file == file)) return {};
  return found->second.hash;
}

std::optional<FileAnswer> ResultCache::find(const TreeFile& file, std::string_view scanner,
                                            std::string_view version, std::string_view hash) const {
  const auto found = entries_.find(file.path);
  if (found == entries_.end()) return std::nullopt;
  const auto& entry = found->second;
  if (hash.empty() ? !(entry.file == file) : entry.hash != hash) return std::nullopt;
  for (const auto& answer : entry.answers)
    if (answer.scanner == scanner && answer.version == version) return decode_answer(answer.bytes);
  return std::nullopt;
}

ResultCache::Answer ResultCache::make_answer(std::string_view scanner, std::string_view version,
                                             const FileAnswer& answer) {
  return {.scanner = std::string(scanner),
          .version = std::string(version),
          .bytes = encode_answer(answer)};
}

Result<> ResultCache::save(const std::filesystem::path& path, const std::vector<Entry>& entries) {
  ByteWriter to;
  to.number(entries.size());
  for (const auto& entry : entries) write(to, entry);
  CREMA_TRY(sys::make_directories(path.parent_path()));
  const auto body = to.take();
  return sys::write_file_atomically(path, std::string(kHead) + sha256_hex(body) + body);
}

}  // namespace crema::scan
