// What Go packages import: those of the repository from what was noted of its files, those of other
// modules from the module cache, those of the standard library from a table.
#pragma once

#include "crema/scan/deps/go_source.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

// A file of a package with what it imports and mentions.
struct GoPackageFile {
  std::string path;  // from the root of the tree; as it lies on the disk elsewhere
  bool test = false;
  GoSourceFacts facts;
};
using GoPackage = std::vector<GoPackageFile>;  // all files of one folder

class PackageCache;

// Folders outside the tree, each read once; for several threads at once.
class GoFolders {
 public:
  // `cache` may be null.
  GoFolders(const GoTarget& target, const SymbolsByPackage& symbols, PackageCache* cache)
      : target_(target), symbols_(symbols), cache_(cache) {}

  // Without its tests, as one file: imports and mentions once each. Null where there is no such
  // folder or no Go in it. What is `lasting`, a version of a module, is taken from the cache.
  std::shared_ptr<const GoPackage> read(const std::filesystem::path& folder, bool lasting) const;

 private:
  const GoTarget& target_;
  const SymbolsByPackage& symbols_;
  PackageCache* cache_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const GoPackage>> known_;

  std::shared_ptr<const GoPackage> read_files(const std::filesystem::path& folder) const;
};

// The packages that one of the standard library imports; none where there is no such package. It is
// the library of the Go that crema was built with: between releases few of its imports change.
std::optional<std::vector<std::string_view>> standard_imports(std::string_view package);

}  // namespace crema::scan
