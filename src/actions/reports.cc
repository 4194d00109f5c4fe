#include "reports.h"

#include "crema/run/glob_walk.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::actions {

namespace fs = std::filesystem;

Result<Report> read_report(const run::ActionContext& context, const fs::path& file) {
  const auto workspace = context.workspace();
  Report report{.path = file.lexically_relative(workspace).string()};
  if (report.path.empty() || report.path.starts_with("..")) report.path = file.string();
  const evidence::ReportRoot root{.folder = workspace.string(),
                                  .exists = [&](const std::string& path) {
                                    std::error_code error;
                                    return fs::is_regular_file(workspace / path, error);
                                  }};
  auto text = CREMA_TRY(sys::read_file(file));
  const auto source = std::make_shared<SourceFile>(file.string(), std::move(text));
  auto left = evidence::import_evidence(source, root);
  if (!left) {
    auto error = left.error();
    const auto place =
        error.span.line == 0 ? report.path : fmt::format("{}:{}", report.path, error.span.line);
    error.message = fmt::format("{}: {}", place, error.message);
    if (error.code == "evidence/unknown-format") error.message += "; " + error.hint;
    return fail(std::move(error));
  }
  report.format = evidence::find_format(source->text())->name;
  report.evidence = std::move(*left);
  return report;
}

Result<std::vector<fs::path>> find_reports(const run::ActionContext& context, const fs::path& base,
                                           const std::string& patterns, bool follow_links) {
  const auto walk = CREMA_TRY(
      run::GlobWalk::create(std::vector{patterns}, {.workspace = base, .home = context.home()},
                            {.follow_links = follow_links, .match_folders = false}));
  std::vector<fs::path> files;
  for (auto& match : CREMA_TRY(walk.find())) files.push_back(std::move(match.path));
  std::ranges::sort(files);
  const auto repeated = std::ranges::unique(files);
  files.erase(repeated.begin(), repeated.end());
  return files;
}

}  // namespace crema::actions
