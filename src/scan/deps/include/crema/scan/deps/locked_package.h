// The packages that a lock file of npm or pnpm settles, with where it does.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crema::scan {

struct LockedPackage {
  std::string name;                // the real one, where it is installed under another
  std::string version;             // "" where it is of no release: a commit, a file
  std::string from;                // what is written in place of a version: "git+ssh://...#1f2e"
  std::string place;               // its key in the lock file, each once
  std::string integrity;           // "sha512-..."
  std::vector<std::string> needs;  // places of what it depends on
  bool development = false;
  bool direct = false;
  std::uint32_t line = 0;
};

struct LockFile {
  std::string name;  // of the project; "" where it says none
  std::string version;
  std::vector<LockedPackage> packages;  // in the order of the file
};

// package-lock.json and npm-shrinkwrap.json, versions 1 to 3. Packages of the repository itself
// (links, workspaces) are left out. Errors are "json/..." and "deps/package-lock" with a place.
Result<LockFile> parse_package_lock(const SourcePtr& file);
// pnpm-lock.yaml, versions 5 to 9, so. Errors are "yaml/..." and "deps/pnpm-lock".
Result<LockFile> parse_pnpm_lock(const SourcePtr& file);

}  // namespace crema::scan
