// `crema import`: what other tools wrote becomes evidence.
#include "crema/evidence/import.h"

#include "arguments.h"
#include "evidence_run.h"
#include "import_text.h"
#include "left_evidence.h"
#include "output.h"
#include "test_text.h"

#include "crema/run/glob_walk.h"
#include "crema/sys/files.h"
#include "crema/testing/go_module.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  std::vector<std::string> files;
  std::string part;
  std::string format = "text";
};

void declare(CLI::App& app, ImportOptions& options) {
  app.add_option("files", options.files, "files, or patterns for them")->required();
  app.add_option("--part", options.part, "what the tests are")
      ->check(CLI::IsMember({"unit", "integration", "e2e"}));
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

// The files a word stands for, in the order of a walk.
Result<std::vector<fs::path>> files_of(const sys::Host& host, const std::string& word) {
  const auto plain = host.working_directory / word;
  std::error_code error;
  if (fs::is_regular_file(plain, error)) return std::vector{plain.lexically_normal()};
  std::vector<fs::path> files;
  const bool pattern = word.find_first_of("*?[") != std::string::npos;
  if (pattern) {
    const auto walk = CREMA_TRY(run::GlobWalk::create(
        std::vector{word},
        {.workspace = host.working_directory, .home = host.variable("HOME").value_or("/")},
        {.implicit_descendants = false, .match_folders = false}));
    for (auto& match : CREMA_TRY(walk.find())) files.push_back(std::move(match.path));
  }
  if (!files.empty()) return files;
  const bool folder = fs::is_directory(plain, error);
  auto problem = make_error("import/no-such-file", folder    ? word + " is a folder"
                                                   : pattern ? "no file matches " + word
                                                             : "there is no file " + word);
  problem.hint = folder ? "name its files, or write '" + word + "/**/*.xml'"
                        : "paths start at " + host.working_directory.string();
  return fail(std::move(problem));
}

evidence::ReportRoot root_of(const Project& project) {
  evidence::ReportRoot root{.folder = project.root.string()};
  root.exists = [&project](const std::string& path) {
    std::error_code error;
    return fs::is_regular_file(project.root / path, error);
  };
  for (const auto& module : testing::find_go_modules(project.root))
    root.go_modules.emplace_back(module.path, module.folder);
  return root;
}

// Attachments that are no longer there are left out: a report outlives what it names.
void drop_lost(evidence::TestSuite& suite) {
  for (auto& test : suite.cases) {
    std::erase_if(test.attachments, [](const auto& attachment) {
      std::error_code error;
      return !fs::is_regular_file(attachment.path, error);
    });
  }
}

Result<ImportedFile> import_file(const sys::Host& host, const fs::path& path,
                                 const evidence::ReportRoot& root, const std::string& part) {
  ImportedFile file{.path = path.lexically_relative(host.working_directory).string()};
  if (file.path.starts_with("..")) file.path = path.string();
  const auto source = std::make_shared<SourceFile>(path.string(), CREMA_TRY(sys::read_file(path)));
  const auto shown = std::make_shared<SourceFile>(file.path, std::string(source->text()));
  auto left = evidence::import_evidence(source, root);
  if (!left) {
    auto error = left.error();
    error.span.source = shown;
    return fail(std::move(error));
  }
  file.format = evidence::find_format(source->text())->name;
  for (auto& one : *left) {
    if (auto* coverage = std::get_if<evidence::Coverage>(&one)) {
      if (!part.empty()) coverage->part = part;
    } else if (auto* suite = std::get_if<evidence::TestSuite>(&one)) {
      if (!part.empty()) suite->part = part;
      drop_lost(*suite);
      file.suites.push_back(std::move(*suite));
      continue;
    }
    file.others.push_back(std::move(one));
  }
  return file;
}

std::vector<evidence::Evidence> evidence_of(const ImportedFile& file) {
  std::vector<evidence::Evidence> left(file.suites.begin(), file.suites.end());
  left.insert(left.end(), file.others.begin(), file.others.end());
  return left;
}

// In a step, to its run; elsewhere as a run of its own, whose number is given.
Result<store::RunNumber> keep(const sys::Host& host, const Project& project,
                              std::vector<ImportedFile>& files, const std::string& log) {
  std::vector<evidence::Evidence> left;
  std::optional<EvidenceRun> run;
  const auto step = host.variable("CREMA_EVIDENCE");
  if (!step) run.emplace(CREMA_TRY(EvidenceRun::begin(host, project, "crema import")));
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto& suites = files[i].suites;
    if (step) {
      CREMA_TRY(leave_attachments(*step, host, suites));
    } else {
      const auto artifact = fmt::format("attachments of import {}", i + 1);
      const auto attached = place_attachments(suites, artifact);
      if (!attached.empty()) CREMA_TRY(run->add_artifact(artifact, attached));
    }
    for (auto& one : evidence_of(files[i])) left.push_back(std::move(one));
  }
  if (step) {
    CREMA_TRY(leave_records(*step, host, std::move(left)));
    return store::RunNumber{};
  }
  const bool passed = std::ranges::none_of(files, &ImportedFile::failed);
  CREMA_TRY(run->add_job({.name = "import", .step = "Import"}, host.clock->wall(), passed, log,
                         std::move(left)));
  CREMA_TRY(run->finish(passed));
  return run->number();
}

struct Read {
  std::vector<ImportedFile> files;
  std::vector<Diagnostic> problems;
};

Read read_all(const sys::Host& host, const Project& project, const ImportOptions& options) {
  Read read;
  const auto root = root_of(project);
  std::vector<fs::path> seen;
  for (const auto& word : options.files) {
    const auto paths = files_of(host, word);
    if (!paths) read.problems.push_back(paths.error());
    if (!paths) continue;
    for (const auto& path : *paths) {
      if (std::ranges::find(seen, path) != seen.end()) continue;
      seen.push_back(path);
      auto file = import_file(host, path, root, options.part);
      if (file)
        read.files.push_back(std::move(*file));
      else
        read.problems.push_back(file.error());
    }
  }
  return read;
}

}  // namespace

int run_import(CommandContext& context) {
  ImportOptions options;
  if (const auto ended =
          parse_arguments(context, "import", [&](CLI::App& app) { declare(app, options); }))
    return *ended;
  const auto& host = context.host;
  const auto project = find_project(host);
  auto read = read_all(host, project, options);
  const bool text = options.format == "text";
  store::RunNumber number{};
  if (!read.files.empty()) {
    const auto kept = keep(host, project, read.files, import_text(read.files, {}));
    if (!kept) return report(kept.error(), host);
    number = *kept;
  }
  if (text) {
    print(import_text(read.files, output_style(host)));
    if (host.variable("GITHUB_ACTIONS").value_or("") == "true")
      print(annotations_text(reports_of(read.files)));
    if (number != store::RunNumber{}) {
      print(output_style(host).paint(evidence::Tone::dim,
                                     fmt::format("  kept as run {0}: crema show {0}\n", number)));
    }
  } else {
    print(import_json(read.files, number));
  }
  if (!read.problems.empty()) return report(read.problems, host);
  return std::ranges::any_of(read.files, &ImportedFile::failed) ? static_cast<int>(ExitCode::failed)
                                                                : 0;
}

}  // namespace crema::cli
