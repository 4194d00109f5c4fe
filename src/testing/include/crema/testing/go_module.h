// The Go modules of a repository, found by their go.mod files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crema::testing {

struct GoModule {
  std::string folder;  // relative to the repository; "" is its root
  std::string path;    // "example.org/app"
  // Folders below it that hold integration or end-to-end tests, relative to the module, outermost
  // ones only; "." where all of it does.
  std::vector<std::string> integration, e2e;
};

// Sorted by folder. What Go does not look into is passed over too: vendor, testdata, names that
// begin with a dot or an underscore; and node_modules.
std::vector<GoModule> find_go_modules(const std::filesystem::path& root);

// Folders that are no packages of the module they stand in.
bool is_passed_over(std::string_view name);

// The module path of a go.mod, "" where it has none.
std::string module_path_of(std::string_view go_mod);

}  // namespace crema::testing
