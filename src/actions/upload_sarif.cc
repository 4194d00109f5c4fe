// github/codeql-action: upload-sarif shows the findings of SARIF files in this run; the parts that
// need CodeQL itself say so.
#include "builtins.h"
#include "inputs.h"
#include "sarif_report.h"

#include "crema/actions/table.h"
#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/run/glob_walk.h"
#include "crema/store/artifacts.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;

constexpr std::array kUploadInputs = std::to_array<run::InputSpec>({
    {"sarif_file", "../results"},
    {"checkout_path"},
    {"ref"},
    {"sha"},
    {"token"},
    {"matrix"},
    {"category"},
    {"wait-for-processing", "true"},
});
constexpr std::array kInitInputs = std::to_array<run::InputSpec>({
    {"tools"},
    {"languages"},
    {"build-mode"},
    {"analysis-kinds", "code-scanning"},
    {"token"},
    {"registries"},
    {"matrix"},
    {"config-file"},
    {"db-location"},
    {"config"},
    {"queries"},
    {"quality-queries"},
    {"packs"},
    {"external-repository-token"},
    {"source-root"},
    {"setup-python-dependencies"},
    {"ram"},
    {"threads"},
    {"debug", "false"},
    {"debug-artifact-name"},
    {"trap-caching"},
    {"debug-database-name"},
    {"check-run-id"},
    {"dependency-caching"},
});
constexpr std::array kAnalyzeInputs = std::to_array<run::InputSpec>({
    {"check_name"},
    {"output", "../results"},
    {"upload", "always"},
    {"cleanup-level"},
    {"ram"},
    {"add-snippets"},
    {"skip-queries", "false"},
    {"threads"},
    {"checkout_path"},
    {"ref"},
    {"sha"},
    {"category"},
    {"upload-database", "true"},
    {"post-processed-sarif-path"},
    {"wait-for-processing", "true"},
    {"token"},
    {"matrix"},
    {"expect-error", "false"},
    {"languages"},
});
constexpr std::array kAutobuildInputs = std::to_array<run::InputSpec>({
    {"token"},
    {"matrix"},
    {"working-directory"},
});

constexpr std::string_view kNoUpload = "nothing is uploaded";
constexpr std::array kWithoutEffect = std::to_array<WithoutEffect>({
    {"ref", kNoUpload},
    {"sha", kNoUpload},
    {"token", kNoUpload},
    {"wait-for-processing", kNoUpload},
    {"matrix", kNoUpload},
    {"checkout_path", "paths are shown as the file has them"},
});

// GitHub shows ten of each level a step; the rest is in the artifact.
constexpr std::size_t kMostAnnotations = 50;

Result<std::vector<fs::path>> sarif_files(run::ActionContext& context) {
  const auto input = context.input("sarif_file");
  const auto path = resolve_path(context, input);
  if (!fs::exists(path))
    return fail("actions/no-such-file", fmt::format("Path does not exist: {}", input));
  if (!fs::is_directory(path)) return std::vector{path};
  const auto walk = CREMA_TRY(run::GlobWalk::create(
      std::vector<std::string>{"**/*.sarif"}, {.workspace = path, .home = context.home()},
      {.follow_links = false, .match_folders = false}));
  std::vector<fs::path> files;
  for (auto& match : CREMA_TRY(walk.find())) files.push_back(std::move(match.path));
  if (files.empty()) {
    return fail("actions/no-such-file",
                fmt::format("No SARIF files found to upload in \"{}\".", input));
  }
  return files;
}

std::string_view name_of(SarifLevel level) {
  switch (level) {
    case SarifLevel::none:
      return "none";
    case SarifLevel::note:
      return "note";
    case SarifLevel::warning:
      return "warning";
    case SarifLevel::error:
      return "error";
  }
  return "";
}

// What has been shown so far of all files.
struct Findings {
  std::map<std::string, std::map<SarifLevel, std::size_t>> by_tool;
  std::map<std::pair<std::string, std::string>, std::pair<SarifLevel, std::size_t>> by_rule;
  std::size_t annotated = 0, left_out = 0, suppressed = 0;
};

void annotate(run::ActionContext& context, const SarifRun& run, const SarifResult& result,
              Findings& findings) {
  if (result.level == SarifLevel::none) return;
  if (findings.annotated >= kMostAnnotations) {
    ++findings.left_out;
    return;
  }
  ++findings.annotated;
  const auto level = result.level == SarifLevel::error     ? evidence::AnnotationLevel::error
                     : result.level == SarifLevel::warning ? evidence::AnnotationLevel::warning
                                                           : evidence::AnnotationLevel::notice;
  context.annotate_at(
      {.level = level,
       .message = result.message,
       .title = result.rule.empty() ? run.tool : fmt::format("{}: {}", run.tool, result.rule),
       .file = result.file,
       .line = result.line,
       .end_line = result.end_line,
       .column = result.column,
       .end_column = result.end_column});
}

void add(run::ActionContext& context, const std::vector<SarifRun>& runs, Findings& findings) {
  for (const auto& run : runs) {
    auto& levels = findings.by_tool[run.tool];
    for (const auto& result : run.results) {
      if (result.suppressed) {
        ++findings.suppressed;
        continue;
      }
      ++levels[result.level];
      auto& rule = findings.by_rule[{run.tool, result.rule}];
      rule.first = std::max(rule.first, result.level);
      ++rule.second;
      annotate(context, run, result, findings);
    }
  }
}

void summarise(run::ActionContext& context, const Findings& findings) {
  std::string table = "### Findings\n\n| tool | rule | level | findings |\n|---|---|---|---:|\n";
  for (const auto& [key, value] : findings.by_rule) {
    table += fmt::format("| {} | {} | {} | {} |\n", key.first, key.second, name_of(value.first),
                         value.second);
  }
  for (const auto& [tool, levels] : findings.by_tool) {
    std::vector<std::string> parts;
    std::size_t sum = 0;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      parts.push_back(fmt::format("{} {}", level->second, name_of(level->first)));
      sum += level->second;
    }
    const auto detail = parts.empty() ? "" : " (" + join(parts, ", ") + ")";
    context.log(fmt::format("{}: {} finding{}{}", tool, sum, sum == 1 ? "" : "s", detail));
    if (sum == 0) table += fmt::format("| {} | | | 0 |\n", tool);
  }
  if (findings.suppressed > 0)
    context.log(fmt::format("{} suppressed findings are not counted", findings.suppressed));
  if (findings.left_out > 0) {
    context.log(fmt::format("{} findings are annotated, {} more are in the artifact",
                            findings.annotated, findings.left_out));
  }
  context.add_summary(table);
}

// The artifact's name: the category, else the tools; numbered when another job used it.
Result<store::ArtifactInfo> keep(run::ActionContext& context, const std::vector<fs::path>& files,
                                 const Findings& findings) {
  std::string category = context.input("category");
  if (category.empty()) {
    for (const auto& [tool, levels] : findings.by_tool)
      category += (category.empty() ? "" : "-") + to_lower(tool);
  }
  std::string name = "sarif-" + category;
  std::ranges::replace_if(
      name,
      [](char c) { return std::string_view("\":<>|*?\r\n\\/ ").find(c) != std::string_view::npos; },
      '-');
  std::vector<store::ArtifactFile> entries;
  for (const auto& file : files) {
    auto inside = file.filename().string();
    const auto taken = std::ranges::count(entries, inside, &store::ArtifactFile::path);
    entries.push_back({file, taken == 0 ? inside : fmt::format("{}/{}", entries.size(), inside)});
  }
  auto saved = context.artifacts().save(name, entries, false);
  for (int number = 2; !saved && saved.error().code == "store/artifact-exists" && number < 1000;
       ++number) {
    saved = context.artifacts().save(fmt::format("{}-{}", name, number), entries, false);
  }
  return saved;
}

Result<> upload(run::ActionContext& context) {
  say_without_effect(context, kUploadInputs, kWithoutEffect);
  const auto files = CREMA_TRY(sarif_files(context));
  Findings findings;
  Sha256 hash;
  for (const auto& file : files) {
    const auto text = CREMA_TRY(sys::read_file(file));
    hash.update(text);
    add(context,
        CREMA_TRY(parse_sarif(text, file.lexically_relative(context.workspace()).string())),
        findings);
  }
  summarise(context, findings);
  const auto kept = CREMA_TRY(keep(context, files, findings));
  context.log(
      fmt::format("Kept as artifact {}; nothing is uploaded to the Security tab from this machine.",
                  kept.name));
  const auto digest = hash.digest();
  const auto id = to_hex({reinterpret_cast<const char*>(digest.data()), 16});
  context.set_output("sarif-id", id);
  return {};
}

Result<> needs_codeql(std::string_view part) {
  auto problem =
      make_error("actions/not-supported",
                 fmt::format("not supported: github/codeql-action/{}, which needs CodeQL", part));
  problem.hint = hint_for("github/codeql-action/" + std::string(part));
  return fail(std::move(problem));
}

}  // namespace

const run::BuiltinAction kUploadSarif{
    .name = "github/codeql-action/upload-sarif",
    .versions = "v1-v4",
    .inputs = kUploadInputs,
    .main = upload,
};

const run::BuiltinAction kCodeqlInit{
    .name = "github/codeql-action/init",
    .versions = "none: it needs CodeQL",
    .inputs = kInitInputs,
    .main = [](run::ActionContext&) { return needs_codeql("init"); },
};

const run::BuiltinAction kCodeqlAnalyze{
    .name = "github/codeql-action/analyze",
    .versions = "none: it needs CodeQL",
    .inputs = kAnalyzeInputs,
    .main = [](run::ActionContext&) { return needs_codeql("analyze"); },
};

const run::BuiltinAction kCodeqlAutobuild{
    .name = "github/codeql-action/autobuild",
    .versions = "none: it needs CodeQL",
    .inputs = kAutobuildInputs,
    .main = [](run::ActionContext&) { return needs_codeql("autobuild"); },
};

}  // namespace crema::actions
