#include "package_cache.h"

#include "crema/base/hash.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kDigest = 64;
// Of what is kept: more than any one machine builds, less than would hurt to read.
constexpr std::size_t kLargest = std::size_t{64} << 20U;
constexpr char kEndOfFolder = '\x1e';
constexpr char kEndOfFacts = '\x1d';

}  // namespace

PackageCache::PackageCache(std::filesystem::path path, std::string_view version)
    : path_(std::move(path)), head_(fmt::format("crema go packages 1 {}\n", version)) {
  if (path_.empty()) return;
  const auto text = sys::read_file(path_);
  if (!text || !text->starts_with(head_) || text->size() < head_.size() + kDigest) return;
  auto body = std::string_view(*text).substr(head_.size());
  const auto digest = body.substr(0, kDigest);
  body.remove_prefix(kDigest);
  if (sha256_hex(body) != digest) return;
  while (!body.empty()) {
    const auto folder = body.find(kEndOfFolder);
    const auto facts = body.find(kEndOfFacts);
    if (folder == std::string_view::npos || facts == std::string_view::npos || facts < folder)
      return;
    packages_.emplace_hint(packages_.end(), body.substr(0, folder),
                           body.substr(folder + 1, facts - folder - 1));
    body.remove_prefix(facts + 1);
  }
}

std::optional<GoSourceFacts> PackageCache::find(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  const auto known = packages_.find(folder);
  if (known == packages_.end()) return std::nullopt;
  return decode_go_source(known->second);
}

void PackageCache::add(const std::string& folder, const GoSourceFacts& facts) {
  auto text = encode(facts);
  const std::lock_guard lock(mutex_);
  packages_.insert_or_assign(folder, std::move(text));
  changed_ = true;
}

void PackageCache::save() {
  const std::lock_guard lock(mutex_);
  if (!changed_ || path_.empty()) return;
  std::string body;
  for (const auto& [folder, facts] : packages_) {
    if (body.size() + facts.size() > kLargest) break;
    body += folder + kEndOfFolder + facts + kEndOfFacts;
  }
  if (sys::make_directories(path_.parent_path()))
    (void)sys::write_file_atomically(path_, head_ + sha256_hex(body) + body).has_value();
}

}  // namespace crema::scan
