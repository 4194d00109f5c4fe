// Coverage as a team looks at it: in all, by service, package, file and function, and of what is
// new.
#pragma once

#include "crema/evidence/coverage.h"
#include "crema/testing/exclusions.h"
#include "crema/testing/new_lines.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace crema::testing {

struct FileReport {
  std::string path, package, service;  // package: its folder
  evidence::FileCoverage coverage;     // with functions
  evidence::CoverageTotal total;
  evidence::CoverageTotal fresh;  // lines that are new and have code
  std::vector<evidence::LineState> lines;
  std::vector<std::uint32_t> fresh_lines;      // their numbers
  std::vector<std::uint32_t> fresh_uncovered;  // of them, what did not run
};

struct CoverageGroup {
  std::string name;
  evidence::CoverageTotal total, fresh;
};

struct LeftOutFile {
  std::string path, why;  // "generated", or who excludes it
};

struct CoverageReport {
  evidence::CoverageTotal total, fresh;
  bool fresh_known = false;
  std::vector<CoverageGroup> services, packages;  // by name
  std::vector<FileReport> files;                  // by path
  std::vector<LeftOutFile> left_out;
};

struct CoverageRequest {
  std::filesystem::path root;
  const Exclusions& exclusions;
  const NewLines* fresh = nullptr;   // null: not asked
  std::vector<std::string> modules;  // folders of Go modules, "" for the root
};

// Reads the sources below `root`; a file that is not there is measured without functions.
CoverageReport report_coverage(const evidence::Coverage& coverage, const CoverageRequest& request);

// "services/user-gateway" of "services/user-gateway/menu/menu.go"; a folder below services/ or
// cmd/, else the module it belongs to, else ".".
std::string service_of(std::string_view path, const std::vector<std::string>& modules);

}  // namespace crema::testing
