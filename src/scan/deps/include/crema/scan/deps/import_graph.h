// Which packages a module's own code comes to by imports, and by which way.
#pragma once

#include "crema/scan/deps/build_list.h"
#include "crema/scan/deps/go_packages.h"
#include "crema/scan/deps/module_cache.h"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// Where a name or an import stands.
struct GoPlace {
  std::string path;  // a file of the tree; "" elsewhere
  std::uint32_t line = 0;

  bool known() const { return !path.empty(); }
};

struct ReachedPackage {
  std::string importer;  // the package that led here first; "" for the module's own code
  GoPlace place;         // the import in the module's own code, where it is
  bool tests_only = false;
  const BuiltModule* module = nullptr;  // null for the standard library and the repository
  // Vulnerable symbols of it that its importers mention, with a place in the own code where one is.
  std::map<std::string, GoPlace, std::less<>> mentioned;
};

// Packages of the tree by folder ("services/a"; "" is the root's).
using TreePackages = std::map<std::string, GoPackage, std::less<>>;

// The packages of each module by the folder of its go.mod: a folder belongs to the nearest go.mod
// above it. Those that `./...` leaves out (vendor, testdata, _x, .x) are nobody's.
using OwnPackages = std::map<std::string, std::vector<const GoPackage*>, std::less<>>;
OwnPackages own_packages(const TreePackages& tree,
                         const std::set<std::string, std::less<>>& modules);

struct GoModuleView {
  std::string folder;  // of its go.mod, from the root
  std::string path;    // of the module
  const BuildList* list = nullptr;
};

class ImportGraph {
 public:
  struct Sources {
    const TreePackages& tree;
    const OwnPackages& own;
    const GoFolders& folders;
    const ModuleCache& cache;
    std::string root;  // of the tree, where local replacements outside of modules are read
  };
  // All that is reached from any package of the module, tests apart.
  ImportGraph(const GoModuleView& module, const Sources& sources);

  // Null where nothing leads to the package.
  const ReachedPackage* find(std::string_view package) const;
  // A package of a module that is reached, tests apart; null where none is.
  const std::string* any_package_of(const BuiltModule& module) const;
  // The packages from the own code to this one, it included.
  std::vector<std::string> way_to(std::string_view package) const;
  // Why a package of this module may be imported by something that could not be read; "" where it
  // cannot. "stdlib" is the standard library.
  std::string doubt_about(std::string_view module) const;

 private:
  struct Located {
    const GoPackage* package = nullptr;
    std::shared_ptr<const GoPackage> kept;  // where it is of the disk
    const BuiltModule* module = nullptr;
    std::vector<std::string_view> standard;
    bool done = false;  // nothing to go on to
  };
  const GoModuleView& module_;
  const Sources& sources_;
  std::map<std::string_view, const BuiltModule*> modules_;  // by their required paths
  std::map<std::string, ReachedPackage, std::less<>> reached_;
  std::deque<std::string> open_;         // first come, first gone to: ways are the shortest
  std::set<const BuiltModule*> unread_;  // their sources are not here
  std::set<std::string> unknown_;        // packages that no requirement provides

  void meet_own(bool tests);
  void meet(const GoPackageFile& file, const std::string& importer, bool in_tree, bool tests);
  void reach(const std::string& package, const std::string& importer, GoPlace place, bool tests);
  void follow(bool tests);
  Located locate(std::string_view package);
  Located in_module(const BuiltModule& module, std::string_view package) const;
};

}  // namespace crema::scan
