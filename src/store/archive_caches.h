// Caches as zstd-compressed tar archives beside a table of their keys.
#pragma once

#include "crema/store/caches.h"
#include "crema/sys/host.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace crema::store {

// Entries that were used longest ago go when all together are larger than this.
inline constexpr std::uint64_t kCacheBytes = 10ULL << 30;

std::unique_ptr<Caches> make_archive_caches(const std::filesystem::path& folder,
                                            const sys::Clock& clock,
                                            std::uint64_t limit = kCacheBytes);

}  // namespace crema::store
