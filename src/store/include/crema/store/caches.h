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

// A folder that is somewhere else in every run, like the workspace: the paths below it are kept
// relative to its name, so that an entry saved in one run is restored into another.
struct CacheRoot {
  std::string name;  // "workspace", "home"
  std::filesystem::path folder;
};

// Safe to use from several threads and processes.
class Caches {
 public:
  virtual ~Caches() = default;
  // `version` tells apart entries whose paths differ (a hash of the path list).
  virtual Result<std::optional<CacheHit>> find(const std::string& key,
                                               std::span<const std::string> restore_keys,
                                               const std::string& version) = 0;
  // Puts the files of an entry back: below today's folder of the root they were saved under, else
  // at their absolute paths. Fails when an entry needs a root that is not given.
  virtual Result<> restore(const CacheHit& hit, const std::string& version,
                           std::span<const CacheRoot> roots) = 0;
  // Saves files and folders (absolute paths) under a key; false when the entry exists already. A
  // path below several roots belongs to the deepest of them.
  virtual Result<bool> save(const std::string& key, const std::string& version,
                            std::span<const std::filesystem::path> paths,
                            std::span<const CacheRoot> roots) = 0;
};

}  // namespace crema::store
