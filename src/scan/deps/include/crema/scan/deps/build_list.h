// The build list of Go modules: which version of each module a build uses
// (https://go.dev/ref/mod#minimal-version-selection).
#pragma once

#include "crema/scan/deps/go_mod.h"
#include "crema/scan/deps/go_sum.h"
#include "crema/scan/deps/module_cache.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace crema::scan {

struct BuiltModule {
  GoModule required;   // as go.mod files name it: what its packages' paths begin with
  GoModule used;       // after `replace`; what is looked up in advisories
  std::string folder;  // of a local replacement, as it is written; then `used` has no version
  bool direct = false;
  std::uint32_t line = 0;  // in the main go.mod; 0 where it does not name the module
  std::uint32_t column = 0;
};

struct BuildList {
  // How much of it is known.
  enum class Source : std::uint8_t {
    go_mod,     // go.mod of Go 1.17 or later lists all that gives packages
    graph,      // all requirements, from the go.mod files in the module cache
    vendor,     // vendor/modules.txt
    go_sum,     // what go.sum has contents of: at least what is used, perhaps more
    incomplete  // go.mod of an older Go alone: what it requires itself
  };
  Source source = Source::go_mod;
  std::vector<BuiltModule> modules;  // by path
};

// What is known beside go.mod itself; null where it is not there.
struct BuildFacts {
  const std::map<GoModule, std::string>* sums = nullptr;
  const std::vector<VendoredModule>* vendored = nullptr;
  const ModuleCache* cache = nullptr;
};

// Versions that are excluded are passed over for the next higher one that is required, as Go 1.16
// and later do.
BuildList build_list(const GoMod& main, const BuildFacts& facts);

// Of a workspace: the highest version any of its modules' lists has of each module, with the
// replacements of go.work before theirs. Modules that are in the workspace are left out.
void join_workspace(const GoWork& work, const std::vector<std::string>& own_paths,
                    const std::vector<BuildList*>& lists);

}  // namespace crema::scan
