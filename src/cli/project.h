// The repository a command works on: its root, its workflow files, and the parsed workflows.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"
#include "crema/workflow/parse.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace crema::cli {

struct Project {
  std::filesystem::path root;   // absolute
  std::filesystem::path store;  // `.crema` of the root, or $CREMA_HOME

  // The path as shown and recorded: relative to the root where it is below it.
  std::string display_path(const std::filesystem::path& file) const;
};

// The nearest folder at or above the working directory that has `.github/workflows`; else the root
// of the git work tree; else the working directory.
Project find_project(const sys::Host& host);

// The files a command was asked for: each argument is a file, a folder (its *.yml and *.yaml), or
// the name of a file in .github/workflows without its ending. No argument: all of
// .github/workflows, sorted by name. Fails with "cli/no-workflows" and what to do about it.
Result<std::vector<std::filesystem::path>> find_workflow_files(
    const Project& project, const sys::Host& host, const std::vector<std::string>& arguments);

struct LoadedWorkflow {
  std::filesystem::path file;
  workflow::ParseResult parsed;
};

// Reads and parses one file; called workflows (`./...`) come from the project's root.
Result<LoadedWorkflow> load_workflow(const Project& project, const std::filesystem::path& file,
                                     workflow::Mode mode);

}  // namespace crema::cli
