// `crema lint`: every workflow of the repository, checked as GitHub's compiler does and beyond.

#include "crema/workflow/lint.h"

#include "arguments.h"
#include "output.h"
#include "project.h"
#include "run_options.h"

#include "crema/evidence/diagnostic_text.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

void print_json(const std::vector<Diagnostic>& findings) {
  print("{\"diagnostics\": [");
  for (std::size_t i = 0; i < findings.size(); ++i) {
    print(fmt::format("{}\n  {}", i == 0 ? "" : ",", evidence::diagnostic_json(findings[i])));
  }
  print("\n]}\n");
}

}  // namespace

int run_lint(CommandContext& context) {
  RunOptions options;
  const auto ended = parse_arguments(context, "lint", [&](CLI::App& app) {
    add_workflow_options(app, options);
    app.add_option("--format", options.format, "text, json or github")
        ->check(CLI::IsMember({"text", "json", "github"}));
  });
  if (ended) return *ended;
  const auto project = find_project(context.host);
  const auto files = find_workflow_files(project, context.host, options.files);
  if (!files) return report(files.error(), context.host);
  std::vector<Diagnostic> findings;
  std::size_t clean = 0;
  for (const auto& file : *files) {
    auto loaded = load_workflow(project, file, options.mode());
    if (!loaded) return report(loaded.error(), context.host);
    const auto before = findings.size();
    auto& parsed = loaded->parsed;
    findings.insert(findings.end(), parsed.errors.begin(), parsed.errors.end());
    findings.insert(findings.end(), parsed.warnings.begin(), parsed.warnings.end());
    if (parsed.ok()) {
      for (auto& finding : workflow::lint(*parsed.workflow)) findings.push_back(std::move(finding));
    }
    clean += findings.size() == before;
  }
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](const auto& d) { return d.severity == Severity::error; });
  if (options.format == "json") {
    print_json(findings);
  } else if (options.format == "github") {
    for (const auto& finding : findings) print(evidence::diagnostic_command(finding) + "\n");
  } else {
    const auto style = output_style(context.host);
    for (const auto& finding : findings) print(evidence::diagnostic_text(finding, style) + "\n");
    const auto count = evidence::diagnostic_count(findings);
    print(fmt::format("{} workflow{} checked: {}\n", files->size(), files->size() == 1 ? "" : "s",
                      count.empty() ? style.paint(evidence::Tone::green, "nothing to say")
                                    : fmt::format("{}; {} without any", count, clean)));
  }
  return failed ? static_cast<int>(ExitCode::failed) : 0;
}

}  // namespace crema::cli
