// Files and folders in one archive, with the roots they are relative to.
#pragma once

#include "crema/base/result.h"
#include "crema/store/caches.h"

#include <filesystem>
#include <span>

namespace crema::store {

// Paths that do not exist are left out. Modes, times and symbolic links are kept.
Result<> write_cache_archive(const std::filesystem::path& archive,
                             std::span<const std::filesystem::path> paths,
                             std::span<const CacheRoot> roots);

Result<> read_cache_archive(const std::filesystem::path& archive, std::span<const CacheRoot> roots);

}  // namespace crema::store
