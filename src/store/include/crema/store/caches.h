// Caches shared by the runs of a repository, with the meaning of actions/cache: exact key first,
// then restore keys as prefixes, newest first; an entry never changes once saved.
#pragma once

#include "crema/base/result.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crema::store {

struct CacheHit {
  std::string key;     // the key of the entry found
  bool exact = false;  // it is the primary key
};

// Safe to use from several threads and processes.
class Caches {
 public:
  virtual ~Caches() = default;
  // `version` tells apart entries whose paths differ (a hash of the path list).
  virtual Result<std::optional<CacheHit>> find(const std::string& key,
                                               std::span<const std::string> restore_keys,
                                               const std::string& version) = 0;
  // Puts the files of an entry back at their absolute paths.
  virtual Result<> restore(const CacheHit& hit, const std::string& version) = 0;
  // Saves files and folders under a key; false when the entry exists already.
  virtual Result<bool> save(const std::string& key, const std::string& version,
                            std::span<const std::filesystem::path> paths) = 0;
};

}  // namespace crema::store
