#include "cache_steps.h"

#include "inputs.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace crema::actions {
namespace {

// GitHub's limits: actions/toolkit packages/cache checkKey and checkPaths.
constexpr std::size_t kLongestKey = 512;
constexpr std::size_t kMostKeys = 10;

Result<> check(const CacheRequest& request) {
  if (request.paths.empty()) {
    return fail("actions/input-required",
                "Path Validation Error: At least one directory or file "
                "path is required");
  }
  std::vector<std::string> keys{request.key};
  keys.insert(keys.end(), request.restore_keys.begin(), request.restore_keys.end());
  if (keys.size() > kMostKeys) {
    return fail(
        "actions/bad-cache-key",
        fmt::format("Key Validation Error: Keys are limited to a maximum of {}", kMostKeys));
  }
  for (const auto& key : keys) {
    if (key.size() > kLongestKey) {
      return fail("actions/bad-cache-key",
                  fmt::format("Key Validation Error: {} cannot be larger than {} characters", key,
                              kLongestKey));
    }
    if (key.find(',') != std::string::npos) {
      return fail("actions/bad-cache-key",
                  fmt::format("Key Validation Error: {} cannot contain commas", key));
    }
  }
  return {};
}

// Entries whose paths differ do not see each other: actions/toolkit getCacheVersion.
std::string version_of(const CacheRequest& request) {
  return sha256_hex(join(request.paths, "|") + "|1.0");
}

std::array<store::CacheRoot, 3> roots_of(const run::ActionContext& context) {
  return {store::CacheRoot{"workspace", context.workspace()},
          store::CacheRoot{"temp", context.temp()}, store::CacheRoot{"home", context.home()}};
}

// A job that works with the user's own home finds there what earlier runs left.
bool stays_anyway(const run::ActionContext& context, std::string_view folder) {
  if (context.host().variable("HOME") != context.home().string()) return false;
  for (const auto& passing : {context.workspace(), context.temp()}) {
    if (folder.starts_with(passing.native())) return false;
  }
  return true;
}

constexpr std::string_view kKeyState = "dependency-cache-key";
constexpr std::string_view kFoldersState = "dependency-cache-folders";
constexpr std::string_view kMatchedState = "dependency-cache-matched";

}  // namespace

Result<std::optional<store::CacheHit>> restore_cache(run::ActionContext& context,
                                                     const CacheRequest& request) {
  CREMA_TRY(check(request));
  const auto version = version_of(request);
  auto hit = CREMA_TRY(context.caches().find(request.key, request.restore_keys, version));
  if (hit && !request.lookup_only) {
    CREMA_TRY(context.caches().restore(*hit, version, roots_of(context)));
  }
  return hit;
}

Result<bool> save_cache(run::ActionContext& context, const CacheRequest& request) {
  CREMA_TRY(check(request));
  const auto walk = CREMA_TRY(
      run::GlobWalk::create(request.paths, glob_place(context), {.implicit_descendants = false}));
  std::vector<std::filesystem::path> paths;
  for (auto& match : CREMA_TRY(walk.find())) paths.push_back(std::move(match.path));
  if (paths.empty()) {
    context.annotate(
        evidence::AnnotationLevel::warning,
        "Path Validation Error: Path(s) specified in the action for caching do(es) not "
        "exist, hence no cache is being saved.");
    return false;
  }
  const bool saved =
      CREMA_TRY(context.caches().save(request.key, version_of(request), paths, roots_of(context)));
  context.log(
      saved ? fmt::format("Cache saved with key: {}", request.key)
            : fmt::format("Cache not saved: an entry with key {} exists already", request.key));
  return saved;
}

void restore_dependencies(run::ActionContext& context, const DependencyCache& cache) {
  if (std::ranges::all_of(cache.folders,
                          [&](const auto& folder) { return stays_anyway(context, folder); })) {
    const bool warm = std::ranges::any_of(cache.folders, [](const auto& folder) {
      std::error_code error;
      return std::filesystem::exists(folder) && !std::filesystem::is_empty(folder, error);
    });
    context.set_output("cache-hit", warm ? "true" : "false");
    context.log(fmt::format(
        "cache: {} belong{} to this machine and stay{} between runs, nothing to restore",
        join(cache.folders, ", "), cache.folders.size() == 1 ? "s" : "",
        cache.folders.size() == 1 ? "s" : ""));
    return;
  }
  context.save_state(kKeyState, cache.key);
  context.save_state(kFoldersState, join(cache.folders, "\n"));
  const auto hit = restore_cache(
      context, {.paths = cache.folders, .key = cache.key, .restore_keys = cache.restore_keys});
  if (!hit) {
    context.set_output("cache-hit", "false");
    context.annotate(evidence::AnnotationLevel::warning,
                     "Restore cache failed: " + hit.error().message);
    return;
  }
  context.set_output("cache-hit", *hit && (*hit)->exact ? "true" : "false");
  if (!*hit) {
    context.log("Cache is not found for the key " + cache.key);
    return;
  }
  context.save_state(kMatchedState, (*hit)->key);
  context.log("Cache restored from key: " + (*hit)->key);
}

void save_dependencies(run::ActionContext& context) {
  const auto key = context.state(kKeyState);
  if (key.empty() || !context.job_succeeded_so_far()) return;
  if (key == context.state(kMatchedState)) {
    context.log(fmt::format("Cache hit occurred on the primary key {}, not saving cache.", key));
    return;
  }
  CacheRequest request{.key = key};
  const auto folders = context.state(kFoldersState);
  for (const auto folder : split_lines(folders)) request.paths.emplace_back(folder);
  if (const auto saved = save_cache(context, request); !saved) {
    context.annotate(evidence::AnnotationLevel::warning, saved.error().message);
  }
}

}  // namespace crema::actions
