// actions/download-artifact from the run's own artifacts. Which folder each lands in differs
// between majors: v3 and v4 always make one per artifact unless a name is given, v5 and later not
// for a single artifact (actions/download-artifact download-artifact.ts).
#include "builtins.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"
#include "crema/store/artifacts.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kInputs = std::to_array<run::InputSpec>({
    {"name"},
    {"artifact-ids"},
    {"path"},
    {"pattern"},
    {"merge-multiple", "false"},
    {"github-token"},
    {"repository"},
    {"run-id"},
    {"skip-decompress", "false"},
    {"digest-mismatch", "error"},
});

constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"skip-decompress", "artifacts are kept as files, not as archives"},
    {"digest-mismatch", "files are found by their content's hash"},
    {"github-token", "artifacts come from this run on this machine"},
});

using Infos = std::vector<store::ArtifactInfo>;

std::string names_of(const Infos& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) names.push_back(info.name);
  return names.empty() ? "none" : join(names, ", ");
}

// {a,b} of minimatch, unrolled; nothing else needs more than one segment.
std::vector<std::string> braces_unrolled(const std::string& pattern) {
  const auto open = pattern.find('{');
  const auto close = pattern.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {pattern};
  const auto inner = std::string_view(pattern).substr(open + 1, close - open - 1);
  if (inner.find(',') == std::string_view::npos) return {pattern};
  std::vector<std::string> result;
  for (const auto choice : split(inner, ',')) {
    auto rest =
        braces_unrolled(pattern.substr(0, open) + std::string(choice) + pattern.substr(close + 1));
    result.insert(result.end(), rest.begin(), rest.end());
  }
  return result;
}

bool name_matches(const std::string& pattern, std::string_view name) {
  const bool negated = pattern.starts_with('!');
  const auto choices = braces_unrolled(negated ? pattern.substr(1) : pattern);
  return negated != std::ranges::any_of(choices, [&](const std::string& choice) {
           return run::matches_segment(choice, name) &&
                  (!name.starts_with('.') || choice.starts_with('.'));
         });
}

Result<Infos> select_by_ids(run::ActionContext& context, const Infos& all) {
  Infos chosen;
  std::vector<std::string> missing;
  const auto ids = context.input("artifact-ids");
  for (const auto part : split(ids, ',')) {
    const auto text = trim(part);
    if (text.empty()) continue;
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size()) {
      return fail("actions/bad-input",
                  fmt::format("Invalid artifact ID: '{}'. Must be a number.", text));
    }
    const auto found = std::ranges::find(all, id, &store::ArtifactInfo::id);
    if (found == all.end()) {
      missing.emplace_back(text);
    } else {
      chosen.push_back(*found);
    }
  }
  if (chosen.empty()) {
    return fail("actions/no-such-artifact", "None of the provided artifact IDs were found");
  }
  if (!missing.empty()) {
    context.annotate(evidence::AnnotationLevel::warning,
                     "Could not find the following artifact IDs: " + join(missing, ", "));
  }
  return chosen;
}

Result<Infos> select(run::ActionContext& context, const Infos& all) {
  const auto name = context.input("name");
  if (!name.empty()) {
    const auto found = std::ranges::find(all, name, &store::ArtifactInfo::name);
    if (found != all.end()) return Infos{*found};
    return fail(
        "actions/no-such-artifact",
        fmt::format("Artifact '{}' not found; artifacts of this run: {}", name, names_of(all)));
  }
  if (!context.input("artifact-ids").empty()) return select_by_ids(context, all);
  const auto pattern = context.input("pattern");
  if (pattern.empty()) {
    context.log(
        "No input name, artifact-ids or pattern filtered specified, downloading all artifacts");
    return all;
  }
  context.log(fmt::format("Filtering artifacts by pattern '{}'", pattern));
  Infos chosen;
  std::ranges::copy_if(all, std::back_inserter(chosen),
                       [&](const auto& info) { return name_matches(pattern, info.name); });
  return chosen;
}

// Another run's artifacts need github.com or that run's number here; neither is guessed.
Result<> check_inputs(run::ActionContext& context) {
  if (!context.input("name").empty() && !context.input("artifact-ids").empty()) {
    return fail(
        "actions/bad-input",
        "Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one.");
  }
  const auto repository = context.input("repository");
  if (!repository.empty() && !equals_ignore_case(repository, github_text(context, "repository"))) {
    return fail(
        "actions/not-supported",
        fmt::format("not supported: download-artifact from another repository, {}", repository));
  }
  const auto run = context.input("run-id");
  if (!run.empty() && run != github_text(context, "run_id")) {
    return fail("actions/not-supported",
                fmt::format("not supported: download-artifact from another run, {}", run));
  }
  say_without_effect(context, kInputs, kWithoutEffect);
  return {};
}

bool straight_into_path(const run::ActionContext& context, std::size_t count, bool merge) {
  if (!context.input("name").empty() || merge) return true;
  return count == 1 && requested_major(context).value_or(5) >= 5;
}

Result<> download(run::ActionContext& context) {
  CREMA_TRY(check_inputs(context));
  const bool merge = CREMA_TRY(strict_flag(context, "merge-multiple"));
  const auto target = resolve_path(context, context.input("path"));
  const auto all = CREMA_TRY(context.artifacts().list());
  const auto chosen = CREMA_TRY(select(context, all));
  const bool straight = straight_into_path(context, chosen.size(), merge);
  for (const auto& info : chosen) {
    const auto folder = straight ? target : target / info.name;
    CREMA_TRY(sys::make_directories(folder));
    CREMA_TRY(context.artifacts().extract(info.name, folder));
    context.log(fmt::format("- {} (ID: {}, {} file{}, {} bytes) into {}", info.name, info.id,
                            info.files, info.files == 1 ? "" : "s", info.bytes, folder.string()));
  }
  context.log(fmt::format("Total of {} artifact(s) downloaded", chosen.size()));
  context.set_output("download-path", target.string());
  return {};
}

}  // namespace

const run::BuiltinAction kDownloadArtifact{
    .name = "actions/download-artifact",
    .versions = "v1-v8",
    .inputs = kInputs,
    .main = download,
};

}  // namespace crema::actions
