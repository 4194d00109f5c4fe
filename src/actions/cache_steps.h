// Restoring and saving one cache entry, with the messages of the real thing: shared by
// actions/cache and the setup actions' `cache` inputs.
#pragma once

#include "crema/run/action.h"
#include "crema/store/caches.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crema::actions {

struct CacheRequest {
  std::vector<std::string> paths;  // patterns: globs, ~ and ! are fine
  std::string key;
  std::vector<std::string> restore_keys;
  bool lookup_only = false;
};

// The entry found and, unless only looked up, put back; nullopt on a miss. Fails with
// "actions/bad-cache-key" on keys GitHub refuses: longer than 512, with a comma, more than 10.
Result<std::optional<store::CacheHit>> restore_cache(run::ActionContext& context,
                                                     const CacheRequest& request);

// False when there was nothing to save or the entry exists already; both are said.
Result<bool> save_cache(run::ActionContext& context, const CacheRequest& request);

// What the `cache` input of a setup action does: the folders of a package manager under a key made
// of its lock files.
struct DependencyCache {
  std::vector<std::string> folders;
  std::string key;
  std::vector<std::string> restore_keys;
};
// Restores, sets the output cache-hit, and remembers the key for save_dependencies. Folders that
// belong to this machine and stay between runs anyway are left alone, which is said. Never fails:
// problems are warnings, as in the real actions.
void restore_dependencies(run::ActionContext& context, const DependencyCache& cache);
// For the post step: saves what restore_dependencies missed.
void save_dependencies(run::ActionContext& context);

}  // namespace crema::actions
