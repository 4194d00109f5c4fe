// The module cache of the go command: go.mod files and sources of modules that were fetched.
#pragma once

#include "crema/scan/deps/go_mod.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace crema::scan {

// $GOMODCACHE, else pkg/mod in the first folder of $GOPATH or in ~/go.
std::filesystem::path module_cache_path(const sys::Host& host);

// Read only; for several threads at once.
class ModuleCache {
 public:
  // An empty path is a cache without anything.
  explicit ModuleCache(std::filesystem::path root) : root_(std::move(root)) {}

  // Where the sources of a module are, whether or not they are there; "" without a cache.
  std::filesystem::path folder_of(const GoModule& module) const;
  // Its go.mod as it was fetched; null where it is not there or cannot be read.
  std::shared_ptr<const GoMod> mod_of(const GoModule& module) const;

 private:
  std::filesystem::path root_;
  mutable std::mutex mutex_;
  mutable std::map<GoModule, std::shared_ptr<const GoMod>> mods_;
};

// Capital letters as "!" and a small one, as file names in the cache have them.
std::string escaped_module_path(std::string_view path);

}  // namespace crema::scan
