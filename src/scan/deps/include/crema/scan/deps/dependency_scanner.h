// The scanner of dependencies: what a tree depends on, held against advisories, with how near its
// code comes to what is vulnerable.
#pragma once

#include "crema/scan/advisories/advisories.h"
#include "crema/scan/core/scanner.h"
#include "crema/scan/deps/go_source.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace crema::scan {

struct DependencySettings {
  std::shared_ptr<const Advisories> advisories;
  std::filesystem::path root;          // of the tree
  std::filesystem::path module_cache;  // of the go command; "" for none
  // A file for what is read of the module cache, so that it is read once; "" for none.
  std::filesystem::path package_cache;
  GoTarget target;
  bool standard_library = true;
  std::string today;    // "2026-11-25": how old the data is; "" leaves that out
  int oldest_data = 0;  // days; older data counts as not scanned; 0 for no limit
};

// With the advisories and the module cache of this machine. Errors are those of Advisories::load.
Result<DependencySettings> dependency_settings(const sys::Host& host,
                                               const std::filesystem::path& root);

class DependencyScanner : public Scanner {
 public:
  explicit DependencyScanner(DependencySettings settings);
  ~DependencyScanner() override;

  std::string_view name() const override { return "dependencies"; }
  std::string version() const override;
  std::span<const Rule> rules() const override { return {}; }
  std::string data() const override;
  bool takes(const TreeFile& file) const override;
  FileAnswer look_at(const FileView& view) const override;
  TreeAnswer conclude(std::span<const FileNotes> notes) const override;

 private:
  DependencySettings settings_;
  SymbolsByPackage symbols_;
};

Result<std::unique_ptr<Scanner>> make_dependency_scanner(DependencySettings settings);

}  // namespace crema::scan
