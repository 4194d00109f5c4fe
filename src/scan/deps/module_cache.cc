#include "crema/scan/deps/module_cache.h"

#include "crema/sys/files.h"

#include <utility>

namespace crema::scan {

std::filesystem::path module_cache_path(const sys::Host& host) {
  if (const auto own = host.variable("GOMODCACHE"); own && !own->empty()) return *own;
  if (const auto paths = host.variable("GOPATH"); paths && !paths->empty())
    return std::filesystem::path(paths->substr(0, paths->find(':'))) / "pkg/mod";
  const auto home = host.variable("HOME");
  return home ? std::filesystem::path(*home) / "go/pkg/mod" : std::filesystem::path();
}

std::string escaped_module_path(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (c >= 'A' && c <= 'Z') escaped += '!';
    escaped += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return escaped;
}

std::filesystem::path ModuleCache::folder_of(const GoModule& module) const {
  // Names come from files of the repository: none leads out of the cache.
  if (root_.empty() || module.path.starts_with('/') ||
      module.path.find("..") != std::string::npos || module.version.find('/') != std::string::npos)
    return {};
  return root_ / (escaped_module_path(module.path) + "@" + escaped_module_path(module.version));
}

std::shared_ptr<const GoMod> ModuleCache::mod_of(const GoModule& module) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = mods_.find(module); known != mods_.end()) return known->second;
  }
  std::shared_ptr<const GoMod> mod;
  if (!folder_of(module).empty()) {
    const auto path = root_ / "cache/download" / escaped_module_path(module.path) / "@v" /
                      (escaped_module_path(module.version) + ".mod");
    if (auto text = sys::read_file(path))
      if (auto parsed = parse_go_mod(std::make_shared<SourceFile>(path.string(), std::move(*text))))
        mod = std::make_shared<const GoMod>(std::move(*parsed));
  }
  const std::lock_guard lock(mutex_);
  return mods_.try_emplace(module, std::move(mod)).first->second;
}

}  // namespace crema::scan
