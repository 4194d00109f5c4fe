// go.mod and go.work (https://go.dev/ref/mod#go-mod-file): what a module requires, and where it
// says so.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct GoModule {
  std::string path;
  std::string version;  // "v1.2.3"; "" where there is none

  friend auto operator<=>(const GoModule&, const GoModule&) = default;
};

struct GoRequirement {
  GoModule module;
  bool indirect = false;  // `// indirect`
  std::uint32_t line = 0;
  std::uint32_t column = 0;          // of the path
  std::uint32_t version_column = 0;  // bytes, from 1: where an upgrade is written
};

struct GoReplacement {
  GoModule from;  // without a version: any
  GoModule to;    // without a version: its path is a folder
  std::uint32_t line = 0;
};

struct GoLanguage {
  std::string go;         // "1.23.0"; "" where there is no such line
  std::string toolchain;  // "go1.24.4", "default"; ""
  std::uint32_t go_line = 0;
  std::uint32_t toolchain_line = 0;

  // At least 1.17, since which a go.mod lists every module that gives packages.
  bool is_pruned() const;
  // The version of the standard library that is used at the least: "1.24.4", "1.23.0"; "" where no
  // line says one.
  std::string minimum() const;
};

struct GoMod {
  std::string path;  // of the module
  std::uint32_t module_line = 0;
  GoLanguage language;
  std::vector<GoRequirement> requirements;
  std::vector<GoReplacement> replacements;
  std::vector<GoModule> exclusions;
};

struct GoWork {
  GoLanguage language;
  std::vector<std::string> uses;  // folders, relative to the file's
  std::vector<GoReplacement> replacements;
};

// Directives nobody knows are passed over: Go adds some now and then. Errors are "deps/go.mod" with
// a place: a block without an end, a requirement without a version, a file without a module.
Result<GoMod> parse_go_mod(const SourcePtr& file);
Result<GoWork> parse_go_work(const SourcePtr& file);

// "1.21rc2", "go1.20" and "1.22.3" as Semantic Versioning has them: "1.21.0-rc.2", "1.20.0".
std::string semver_of_go(std::string_view version);

}  // namespace crema::scan
