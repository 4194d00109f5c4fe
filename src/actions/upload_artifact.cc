// actions/upload-artifact into the run's own artifacts. Which files, and below which folder,
// follows actions/upload-artifact search.ts; v3 adds to an artifact of the same name, v4 refuses.
#include "builtins.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"
#include "crema/store/artifacts.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"name", "artifact"},
    {"path", "", true},
    {"if-no-files-found", "warn"},
    {"retention-days"},
    {"compression-level", "6"},
    {"overwrite", "false"},
    {"include-hidden-files", "false"},
    {"archive", "true"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"retention-days", "artifacts stay as long as their run"},
    {"compression-level", "files are kept as they are, equal ones once"},
});

// actions/toolkit packages/artifact path-and-artifact-name-validation.
Result<> check_name(std::string_view name) {
  if (name.empty()) return fail("actions/bad-artifact-name", "the artifact's name is empty");
  if (const auto bad = name.find_first_of("\":<>|*?\r\n\\/"); bad != std::string_view::npos) {
    return fail(
        "actions/bad-artifact-name",
        fmt::format("The artifact name is not valid: {}. Contains the character '{}'; \" : < > "
                    "| * ? \\ / and line breaks are not allowed",
                    name, name[bad]));
  }
  return {};
}

struct Found {
  std::vector<fs::path> files;
  fs::path root;  // paths inside the artifact are relative to it
};

fs::path least_common_ancestor(const std::vector<fs::path>& paths) {
  fs::path common = paths.front();
  for (const auto& path : paths) {
    const auto [ours, theirs] = std::ranges::mismatch(common, path);
    fs::path shared;
    for (auto part = common.begin(); part != ours; ++part) shared /= *part;
    common = shared;
  }
  return common;
}

Result<Found> find_files(run::ActionContext& context) {
  const std::array patterns{context.input("path")};
  const bool hidden = CREMA_TRY(strict_flag(context, "include-hidden-files"));
  const auto walk = CREMA_TRY(run::GlobWalk::create(
      patterns, glob_place(context), {.match_folders = false, .exclude_hidden = !hidden}));
  Found found;
  for (auto& match : CREMA_TRY(walk.find())) found.files.push_back(std::move(match.path));
  const auto starts = walk.search_paths();
  if (starts.size() > 1) {
    found.root = least_common_ancestor(starts);
    context.log(
        fmt::format("The least common ancestor is {}. This will be the root directory of the "
                    "artifact",
                    found.root.string()));
  } else if (!starts.empty()) {
    const bool one_file = found.files.size() == 1 && found.files.front() == starts.front();
    found.root = one_file ? starts.front().parent_path() : starts.front();
  }
  return found;
}

Result<> nothing_found(run::ActionContext& context) {
  const auto message =
      fmt::format("No files were found with the provided path: {}. No artifacts will be uploaded.",
                  context.input("path"));
  const auto behaviour = context.input("if-no-files-found");
  if (behaviour == "error") return fail("actions/no-files-found", message);
  if (behaviour == "warn") {
    context.annotate(evidence::AnnotationLevel::warning, message);
  } else {
    context.log(message);
  }
  return {};
}

Result<> check_inputs(run::ActionContext& context) {
  CREMA_TRY(check_required(context, kInputs));
  const auto behaviour = context.input("if-no-files-found");
  constexpr std::array kBehaviours{"warn", "error", "ignore"};
  if (std::ranges::find(kBehaviours, behaviour) == kBehaviours.end()) {
    return fail("actions/bad-input",
                fmt::format("Unrecognized if-no-files-found input. Provided: {}. "
                            "Available options: warn,error,ignore",
                            behaviour));
  }
  say_without_effect(context, kInputs, kWithoutEffect);
  return {};
}

// v3: what is there under the name already stays, files of the same path are replaced.
Result<store::ArtifactInfo> add_to_artifact(run::ActionContext& context, const std::string& name,
                                            std::vector<store::ArtifactFile> files) {
  const auto listed = CREMA_TRY(context.artifacts().list());
  if (std::ranges::find(listed, name, &store::ArtifactInfo::name) == listed.end()) {
    return context.artifacts().save(name, files, false);
  }
  const auto before = CREMA_TRY(sys::TemporaryDirectory::create(context.temp(), "artifact-"));
  CREMA_TRY(context.artifacts().extract(name, before.path()));
  for (const auto& entry : fs::recursive_directory_iterator(before.path())) {
    if (!entry.is_regular_file()) continue;
    auto path = entry.path().lexically_relative(before.path()).generic_string();
    if (std::ranges::find(files, path, &store::ArtifactFile::path) == files.end()) {
      files.push_back({entry.path(), std::move(path)});
    }
  }
  return context.artifacts().save(name, files, true);
}

Result<store::ArtifactInfo> save(run::ActionContext& context, const std::string& name,
                                 std::vector<store::ArtifactFile> files) {
  if (requested_major(context).value_or(4) < 4)
    return add_to_artifact(context, name, std::move(files));
  const bool overwrite = CREMA_TRY(strict_flag(context, "overwrite"));
  auto saved = context.artifacts().save(name, files, overwrite);
  if (!saved && saved.error().code == "store/artifact-exists") {
    return fail(
        "actions/artifact-exists",
        fmt::format("an artifact with the name {} already exists in this run: set overwrite to "
                    "true, or give each job's artifact a name of its own",
                    name));
  }
  return saved;
}

Result<> upload(run::ActionContext& context) {
  CREMA_TRY(check_inputs(context));
  const bool archive = CREMA_TRY(strict_flag(context, "archive"));
  auto found = CREMA_TRY(find_files(context));
  if (found.files.empty()) return nothing_found(context);
  if (!archive && found.files.size() > 1) {
    return fail("actions/bad-input",
                fmt::format("When 'archive' is set to false, only a single file can "
                            "be uploaded. Found {} files to upload.",
                            found.files.size()));
  }
  const auto name = archive ? context.input("name") : found.files.front().filename().string();
  CREMA_TRY(check_name(name));
  context.log(fmt::format("With the provided path, there will be {} file{} uploaded",
                          found.files.size(), found.files.size() == 1 ? "" : "s"));
  std::vector<store::ArtifactFile> files;
  files.reserve(found.files.size());
  for (auto& file : found.files) {
    auto inside = file.lexically_relative(found.root).generic_string();
    files.push_back({std::move(file), std::move(inside)});
  }
  const auto info = CREMA_TRY(save(context, name, std::move(files)));
  const auto url =
      fmt::format("crema:artifact/{}/{}", github_text(context, "run_number"), info.name);
  context.set_output("artifact-id", std::to_string(info.id));
  context.set_output("artifact-digest", info.digest);
  context.set_output("artifact-url", url);
  context.log(fmt::format("Artifact {} has been saved: {} file{}, {} bytes, ID {}", info.name,
                          info.files, info.files == 1 ? "" : "s", info.bytes, info.id));
  return {};
}

}  // namespace

const run::BuiltinAction kUploadArtifact{
    .name = "actions/upload-artifact",
    .versions = "v1-v7",
    .inputs = kInputs,
    .main = upload,
};

}  // namespace crema::actions
