// What a tree depends on: its Go modules with their build lists, its lock files, and what of it
// could not be understood.
#pragma once

#include "crema/scan/core/scanner.h"
#include "crema/scan/core/source_tree.h"
#include "crema/scan/deps/build_list.h"
#include "crema/scan/deps/import_graph.h"
#include "crema/scan/deps/locked_package.h"
#include "crema/scan/deps/module_cache.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct GoProject {
  std::string path;    // of its go.mod, from the root
  std::string folder;  // "" for the root
  GoMod mod;
  BuildList list;
  std::map<GoModule, std::string> sums;  // of go.sum
};

struct LockProject {
  std::string path;
  LockFile lock;
};

struct Inventory {
  std::vector<GoProject> go;  // by path
  std::vector<LockProject> locks;
  TreePackages packages;
  std::vector<NotScanned> not_scanned;
};

// What a file is to this family of scanners.
enum class DependencyFile : std::uint8_t {
  none,
  go_mod,
  go_sum,
  go_work,
  modules_txt,
  package_lock,
  pnpm_lock,
  go_source,
  unread  // a manifest nobody here reads yet
};
DependencyFile dependency_file(std::string_view path);

// The notes of a file, for add_notes; what cannot be read is not scanned. Sources are read with the
// symbols that are looked for.
FileAnswer note_dependencies(std::string_view path, std::string_view text, const GoTarget& target,
                             const SymbolsByPackage& symbols);
// All files' notes put together; `cache` is where older modules' requirements are looked up.
Inventory make_inventory(std::span<const FileNotes> notes, const ModuleCache& cache);

// Walks a tree and reads its manifests and lock files alone. Errors are walk_tree's.
Result<Inventory> read_inventory(const std::filesystem::path& root, const ModuleCache& cache);

}  // namespace crema::scan
