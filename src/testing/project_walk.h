// One look through a repository's folders for projects, the same for every framework: in the order
// of names, bounded, past what is no source of the repository's own.
#pragma once

#include "crema/testing/test_run.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

struct ProjectFolder {
  std::string path;                // relative to the root; "" is the root
  std::vector<std::string> files;  // names, sorted
  bool has(std::string_view file) const;
};

// Calls `visit` with `from` and the folders below it, each before those in it; where it says false,
// nothing in it is looked at. Passed over are hidden folders, node_modules, vendor, testdata,
// links, and what tools made: folders with CACHEDIR.TAG, CMakeCache.txt or pyvenv.cfg, and dist. At
// most 100,000 folders, 32 levels deep.
void walk_folders(const std::filesystem::path& root, const std::string& from,
                  const std::function<bool(const ProjectFolder&)>& visit);

// "integration" or "e2e" for folders that are called so, else "".
std::string_view part_of_folder(std::string_view name);
// The part of a file by the folders it is in, relative to the repository; the innermost decides.
std::string_view part_of_file(std::string_view path);

// Whether a change (`request.changed`; without one, yes) can affect a project: its own files, and
// files of no other project. A project that names folders above itself is affected by all.
bool can_be_affected(const TestRequest& request, const std::string& folder);

}  // namespace crema::testing
