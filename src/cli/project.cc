#include "project.h"

#include "crema/sys/files.h"

#include <algorithm>
#include <utility>

namespace crema::cli {
namespace {

namespace fs = std::filesystem;

bool is_workflow_file(const fs::path& path) {
  return path.extension() == ".yml" || path.extension() == ".yaml";
}

std::vector<fs::path> workflow_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && is_workflow_file(entry.path()))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<SourcePtr> read_source(const Project& project, const fs::path& file) {
  auto text = CREMA_TRY(sys::read_file(file));
  return std::make_shared<const SourceFile>(project.display_path(file), std::move(text));
}

workflow::WorkflowLoader make_loader(const Project& project) {
  return [project](std::string_view reference) -> Result<SourcePtr> {
    if (!reference.starts_with("./")) {
      auto error = make_error("workflow/remote-call", "not supported: calling the workflow '" +
                                                          std::string(reference) +
                                                          "' of another repository");
      error.hint = "copy it into .github/workflows and call it as ./.github/workflows/NAME.yml";
      return fail(std::move(error));
    }
    return read_source(project, project.root / reference.substr(2));
  };
}

Result<std::vector<fs::path>> resolve_argument(const Project& project, const sys::Host& host,
                                               const std::string& argument) {
  std::error_code ignored;
  const auto path = host.working_directory / argument;
  if (fs::is_directory(path, ignored)) {
    auto files = workflow_files_in(path);
    if (files.empty())
      return fail("cli/no-workflows", "there is no .yml file in '" + argument + "'");
    return files;
  }
  if (fs::exists(path, ignored)) return std::vector{path};
  for (const char* ending : {"", ".yml", ".yaml"}) {
    const auto named = project.root / ".github/workflows" / (argument + ending);
    if (fs::exists(named, ignored)) return std::vector{named};
  }
  auto error = make_error("cli/no-such-file", "there is no workflow '" + argument + "'");
  error.hint = "give a file, a folder, or the name of a file in .github/workflows";
  return fail(std::move(error));
}

}  // namespace

std::string Project::display_path(const fs::path& file) const {
  const auto absolute = fs::weakly_canonical(file);
  const auto relative = absolute.lexically_relative(root);
  if (relative.empty() || *relative.begin() == "..") return absolute.string();
  return relative.string();
}

Project find_project(const sys::Host& host) {
  std::error_code ignored;
  fs::path git_root;
  Project project;
  for (fs::path folder = host.working_directory;; folder = folder.parent_path()) {
    if (fs::is_directory(folder / ".github/workflows", ignored)) {
      project.root = folder;
      break;
    }
    if (git_root.empty() && fs::exists(folder / ".git", ignored)) git_root = folder;
    if (folder == folder.root_path()) break;
  }
  if (project.root.empty()) project.root = git_root.empty() ? host.working_directory : git_root;
  project.root = fs::canonical(project.root, ignored);
  project.store = host.variable("CREMA_HOME").value_or((project.root / ".crema").string());
  return project;
}

Result<std::vector<fs::path>> find_workflow_files(const Project& project, const sys::Host& host,
                                                  const std::vector<std::string>& arguments) {
  std::vector<fs::path> files;
  for (const auto& argument : arguments) {
    for (auto& file : CREMA_TRY(resolve_argument(project, host, argument))) {
      files.push_back(std::move(file));
    }
  }
  if (arguments.empty()) files = workflow_files_in(project.root / ".github/workflows");
  if (files.empty()) {
    auto error = make_error("cli/no-workflows", "there are no workflows in " +
                                                    (project.root / ".github/workflows").string());
    error.hint = "run crema inside a repository with workflows, or give a file";
    return fail(std::move(error));
  }
  return files;
}

Result<LoadedWorkflow> load_workflow(const Project& project, const fs::path& file,
                                     workflow::Mode mode) {
  const auto source = CREMA_TRY(read_source(project, file));
  workflow::ParseOptions options;
  options.mode = mode;
  options.load = make_loader(project);
  return LoadedWorkflow{file, workflow::parse_workflow(source, options)};
}

}  // namespace crema::cli
