// github/codeql-action: upload-sarif shows the findings of SARIF files in this run; the parts that
// need CodeQL itself say so.
#include "builtins.h"
#include "inputs.h"
#include "reports.h"

#include "crema/actions/table.h"
#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/store/artifacts.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace crema::actions {
namespace {

namespace fs = std::filesystem;
using evidence::Finding;
using evidence::FindingSeverity;

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
  auto files = CREMA_TRY(find_reports(context, path, "**/*.sarif", false));
  if (files.empty()) {
    return fail("actions/no-such-file",
                fmt::format("No SARIF files found to upload in \"{}\".", input));
  }
  return files;
}

// What has been shown so far of all files.
struct Findings {
  std::map<std::string, std::map<FindingSeverity, std::size_t>> by_tool;
  std::map<std::pair<std::string, std::string>, std::pair<FindingSeverity, std::size_t>> by_rule;
  std::size_t annotated = 0, left_out = 0, suppressed = 0;
};

evidence::AnnotationLevel level_of(FindingSeverity severity) {
  if (severity >= FindingSeverity::high) return evidence::AnnotationLevel::error;
  return severity == FindingSeverity::medium ? evidence::AnnotationLevel::warning
                                             : evidence::AnnotationLevel::notice;
}

void annotate(run::ActionContext& context, const Finding& finding, Findings& findings) {
  if (findings.annotated >= kMostAnnotations) {
    ++findings.left_out;
    return;
  }
  ++findings.annotated;
  const auto place =
      finding.locations.empty() ? evidence::FindingLocation{} : finding.locations.front();
  context.annotate_at({.level = level_of(finding.severity),
                       .message = finding.message,
                       .title = finding.rule.empty()
                                    ? finding.scanner
                                    : fmt::format("{}: {}", finding.scanner, finding.rule),
                       .file = place.path,
                       .line = place.line,
                       .end_line = place.end_line,
                       .column = place.column,
                       .end_column = place.end_column});
}

void add(run::ActionContext& context, const evidence::Scan& scan, Findings& findings) {
  auto& severities = findings.by_tool[scan.scanner];
  if (!scan.complete) {
    context.annotate(evidence::AnnotationLevel::warning,
                     fmt::format("{} did not look at all: {}", scan.scanner, scan.message));
  }
  for (const auto& finding : scan.findings) {
    if (finding.state == evidence::FindingState::suppressed) {
      ++findings.suppressed;
      continue;
    }
    ++severities[finding.severity];
    auto& rule = findings.by_rule[{scan.scanner, finding.rule}];
    rule.first = std::max(rule.first, finding.severity);
    ++rule.second;
    annotate(context, finding, findings);
  }
}

// Checks what GitHub would refuse: a file that is no SARIF.
Result<std::vector<evidence::Scan>> scans_of(const run::ActionContext& context,
                                             const fs::path& file) {
  auto report = CREMA_TRY(read_report(context, file));
  std::vector<evidence::Scan> scans;
  for (auto& one : report.evidence) {
    if (auto* scan = std::get_if<evidence::Scan>(&one)) scans.push_back(std::move(*scan));
  }
  if (scans.empty() && report.format != "SARIF")
    return fail("actions/bad-sarif",
                fmt::format("{} is {}, not SARIF", report.path, report.format));
  return scans;
}

void summarise(run::ActionContext& context, const Findings& findings) {
  std::string table = "### Findings\n\n| tool | rule | severity | findings |\n|---|---|---|---:|\n";
  for (const auto& [key, value] : findings.by_rule) {
    table += fmt::format("| {} | {} | {} | {} |\n", key.first, key.second, to_text(value.first),
                         value.second);
  }
  for (const auto& [tool, levels] : findings.by_tool) {
    std::vector<std::string> parts;
    std::size_t sum = 0;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      parts.push_back(fmt::format("{} {}", level->second, to_text(level->first)));
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
    hash.update(CREMA_TRY(sys::read_file(file)));
    for (auto& scan : CREMA_TRY(scans_of(context, file))) {
      add(context, scan, findings);
      CREMA_TRY(context.add_evidence(std::move(scan)));
    }
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
