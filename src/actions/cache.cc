// actions/cache, actions/cache/restore and actions/cache/save on this machine's caches. The outputs
// are those of actions/cache restoreImpl and stateProvider: cache-hit stays empty on a miss.
#include "builtins.h"
#include "cache_steps.h"
#include "inputs.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <array>

namespace crema::actions {
namespace {

constexpr std::array kCacheInputs = std::to_array<run::InputSpec>({
    {"path", "", true},
    {"key", "", true},
    {"restore-keys"},
    {"upload-chunk-size"},
    {"enableCrossOsArchive", "false"},
    {"fail-on-cache-miss", "false"},
    {"lookup-only", "false"},
    {"save-always", "false"},
});
constexpr std::array kRestoreInputs = std::to_array<run::InputSpec>({
    {"path", "", true},
    {"key", "", true},
    {"restore-keys"},
    {"enableCrossOsArchive", "false"},
    {"fail-on-cache-miss", "false"},
    {"lookup-only", "false"},
});
constexpr std::array kSaveInputs = std::to_array<run::InputSpec>({
    {"path", "", true},
    {"key", "", true},
    {"upload-chunk-size"},
    {"enableCrossOsArchive", "false"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"upload-chunk-size", "nothing is uploaded"},
    {"enableCrossOsArchive", "the caches belong to this machine"},
});

constexpr std::string_view kPrimaryKey = "CACHE_KEY";
constexpr std::string_view kMatchedKey = "CACHE_RESULT";

// One pattern a line; "! x" means "!x", as the real action reads it.
std::vector<std::string> paths_of(const run::ActionContext& context) {
  auto lines = context.input_lines("path");
  for (auto& line : lines) {
    if (line.starts_with('!')) line = "!" + std::string(trim(std::string_view(line).substr(1)));
  }
  return lines;
}

CacheRequest request_of(const run::ActionContext& context) {
  return {.paths = paths_of(context),
          .key = context.input("key"),
          .restore_keys = context.input_lines("restore-keys"),
          .lookup_only = context.input_flag("lookup-only")};
}

Result<std::optional<store::CacheHit>> restore(run::ActionContext& context,
                                               std::span<const run::InputSpec> inputs) {
  CREMA_TRY(check_required(context, inputs));
  say_without_effect(context, inputs, kWithoutEffect);
  const auto request = request_of(context);
  auto hit = CREMA_TRY(restore_cache(context, request));
  if (!hit) {
    if (context.input_flag("fail-on-cache-miss")) {
      return fail(
          "actions/cache-miss",
          fmt::format("Failed to restore cache entry. Exiting as fail-on-cache-miss is set. "
                      "Input key: {}",
                      request.key));
    }
    auto keys = request.restore_keys;
    keys.insert(keys.begin(), request.key);
    context.log(fmt::format("Cache not found for input keys: {}", join(keys, ", ")));
    return hit;
  }
  context.set_output("cache-hit", hit->exact ? "true" : "false");
  context.log(request.lookup_only
                  ? fmt::format("Cache found and can be restored from key: {}", hit->key)
                  : fmt::format("Cache restored from key: {}", hit->key));
  return hit;
}

Result<> cache_main(run::ActionContext& context) {
  context.save_state(kPrimaryKey, context.input("key"));
  const auto hit = CREMA_TRY(restore(context, kCacheInputs));
  if (hit) context.save_state(kMatchedKey, hit->key);
  return {};
}

// A cache that cannot be saved is a warning, never a failure.
Result<> cache_post(run::ActionContext& context) {
  if (!context.job_succeeded_so_far() && !context.input_flag("save-always")) return {};
  auto request = request_of(context);
  if (auto key = context.state(kPrimaryKey); !key.empty()) request.key = std::move(key);
  if (equals_ignore_case(request.key, context.state(kMatchedKey))) {
    context.log(
        fmt::format("Cache hit occurred on the primary key {}, not saving cache.", request.key));
    return {};
  }
  if (auto saved = save_cache(context, request); !saved) {
    context.annotate(evidence::AnnotationLevel::warning, saved.error().message);
  }
  return {};
}

Result<> restore_main(run::ActionContext& context) {
  context.set_output("cache-primary-key", context.input("key"));
  const auto hit = CREMA_TRY(restore(context, kRestoreInputs));
  if (hit) context.set_output("cache-matched-key", hit->key);
  return {};
}

Result<> save_main(run::ActionContext& context) {
  CREMA_TRY(check_required(context, kSaveInputs));
  say_without_effect(context, kSaveInputs, kWithoutEffect);
  const CacheRequest request{.paths = paths_of(context), .key = context.input("key")};
  if (auto saved = save_cache(context, request); !saved) {
    context.annotate(evidence::AnnotationLevel::warning, saved.error().message);
  }
  return {};
}

}  // namespace

const run::BuiltinAction kCache{
    .name = "actions/cache",
    .versions = "v1-v5",
    .inputs = kCacheInputs,
    .main = cache_main,
    .post = cache_post,
    .post_condition = "success()",
};

const run::BuiltinAction kCacheRestore{
    .name = "actions/cache/restore",
    .versions = "v3-v5",
    .inputs = kRestoreInputs,
    .main = restore_main,
};

const run::BuiltinAction kCacheSave{
    .name = "actions/cache/save",
    .versions = "v3-v5",
    .inputs = kSaveInputs,
    .main = save_main,
};

}  // namespace crema::actions
