// Which Go packages a change can affect: by the import graph of all modules of a repository,
// embedded files, data that tests read, and tests that build programs. What cannot be told counts
// as affected: a test that fails must never be left out.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"
#include "crema/testing/go_module.h"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

struct GoPackage {
  std::string path;    // import path
  std::string folder;  // relative to the repository
  std::string module;  // its module's folder
  std::vector<std::string> imports, test_imports;
  std::vector<std::string> embeds;  // relative to the repository
  bool has_tests = false;
  // What its sources say: texts are read when a change makes them worth it.
  bool tests_build_programs = false;  // `go build` or `go run` from a test
  bool tests_look_up = false;         // "..": data beside or above the package
};

// Why a package is affected: a file of its own, or a package that it imports.
struct Impact {
  std::string file;             // that changed; "" when another package is the reason
  std::string import;           // the package that is affected first; "" when `file` is the reason
  bool only_its_tests = false;  // who imports it is not affected
  std::string how;              // "its file", "go.mod of its module", "data its tests read"
};

class GoImpact {
 public:
  GoImpact(std::filesystem::path root, std::vector<GoPackage> packages);

  // Asks `go list` in each module. Fails with "testing/go-list" and what go said.
  static Result<GoImpact> read(const std::filesystem::path& root, std::span<const GoModule> modules,
                               const std::string& tags, const sys::Host& host);

  const std::vector<GoPackage>& packages() const { return packages_; }

  // By import path. `changed` are files relative to the repository, also ones that are gone.
  std::map<std::string, Impact, std::less<>> affected_by(
      std::span<const std::string> changed) const;

 private:
  std::filesystem::path root_;
  std::vector<GoPackage> packages_;  // by path
};

// The reasons one after another: "example.org/shop/api imports example.org/shop/menu, and its file
// menu/prices.go changed". Of a package that is not affected: "".
std::string explain_impact(const std::map<std::string, Impact, std::less<>>& impacts,
                           std::string_view package);

}  // namespace crema::testing
