#include "cache_steps.h"

#include "inputs.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
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

bool is_below(std::string_view path, const std::filesystem::path& folder) {
  const auto& prefix = folder.native();
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// Whether a folder outlives the job: jobs have a home of their own unless they work in the user's.
bool stays_anyway(const run::ActionContext& context, std::string_view folder) {
  if (is_below(folder, context.workspace()) || is_below(folder, context.temp())) return false;
  const bool own_home = context.host().variable("HOME") != context.home().string();
  return !own_home || !is_below(folder, context.home());
}

// Tools whose caches jobs share with the user through a variable: what a workflow means by the
// folder in its home is where the variable points.
struct SharedCache {
  std::string_view home_path, variable;
};
constexpr std::array kSharedCaches = std::to_array<SharedCache>({
    {"go/pkg/mod", "GOMODCACHE"},
    {".cache/go-build", "GOCACHE"},
    {".npm", "npm_config_cache"},
    {".cache/yarn", "YARN_CACHE_FOLDER"},
    {".cache/pip", "PIP_CACHE_DIR"},
    {".cache/uv", "UV_CACHE_DIR"},
    {".cache/ccache", "CCACHE_DIR"},
    {".cache/ms-playwright", "PLAYWRIGHT_BROWSERS_PATH"},
    {".cargo", "CARGO_HOME"},
    {".gradle", "GRADLE_USER_HOME"},
});

// Where the user's own folder for a cache path is; nullopt when the job's home has it.
std::optional<std::filesystem::path> shared_folder(const run::ActionContext& context,
                                                   std::string_view pattern) {
  const auto path = resolve_path(context, pattern).string();
  for (const auto& [home_path, variable] : kSharedCaches) {
    const auto folder = context.variable(variable);
    if (folder.empty() || !stays_anyway(context, folder)) continue;
    // By the name a workflow knows it by, or as the tool itself names it (`go env GOCACHE`).
    if (is_below(path, context.home() / home_path) || is_below(path, folder)) return folder;
  }
  return std::nullopt;
}

bool is_warm(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error);
}

// The request without the paths that the user's machine keeps anyway.
struct OwnPaths {
  std::vector<std::string> paths;
  bool shared = false;  // some were taken out
  bool warm = true;     // and there is something in each of those
};
OwnPaths own_paths(run::ActionContext& context, const CacheRequest& request, bool say) {
  OwnPaths own;
  for (const auto& path : request.paths) {
    const auto folder = path.starts_with('!') ? std::nullopt : shared_folder(context, path);
    if (!folder) {
      own.paths.push_back(path);
      continue;
    }
    own.shared = true;
    own.warm = own.warm && is_warm(*folder);
    if (say) {
      context.log(fmt::format("{}: the job uses {} of this machine, which stays between runs", path,
                              folder->string()));
    }
  }
  return own;
}

bool only_excludes(const std::vector<std::string>& paths) {
  return std::ranges::all_of(paths, [](const auto& path) { return path.starts_with('!'); });
}

constexpr std::string_view kKeyState = "dependency-cache-key";
constexpr std::string_view kFoldersState = "dependency-cache-folders";
constexpr std::string_view kMatchedState = "dependency-cache-matched";

}  // namespace

Result<std::optional<store::CacheHit>> restore_cache(run::ActionContext& context,
                                                     const CacheRequest& request) {
  CREMA_TRY(check(request));
  const auto own = own_paths(context, request, true);
  if (own.shared && only_excludes(own.paths)) {
    if (!own.warm) return std::optional<store::CacheHit>();
    return std::optional<store::CacheHit>({.key = request.key, .exact = true});
  }
  const auto version = version_of(request);
  auto hit = CREMA_TRY(context.caches().find(request.key, request.restore_keys, version));
  if (hit && !request.lookup_only) {
    CREMA_TRY(context.caches().restore(*hit, version, roots_of(context)));
  }
  return hit;
}

Result<bool> save_cache(run::ActionContext& context, const CacheRequest& request) {
  CREMA_TRY(check(request));
  const auto own = own_paths(context, request, false);
  if (own.shared && only_excludes(own.paths)) return false;
  const auto walk = CREMA_TRY(
      run::GlobWalk::create(own.paths, glob_place(context), {.implicit_descendants = false}));
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
    const bool warm =
        std::ranges::any_of(cache.folders, [](const auto& folder) { return is_warm(folder); });
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
