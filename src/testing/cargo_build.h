// Test executables of a Cargo workspace: built once, known by their targets, with what could not be
// built.
#pragma once

#include "framework.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

// A library's unit tests, a file of `tests/`, a crate's documentation.
struct CargoTarget {
  std::string package, name, kind;  // kind: "lib", "bin", "test", "example", "bench", "doc"
  std::string source;               // relative to the repository where it is in it
  std::string suite() const;        // "shop/src/lib.rs", "doc-tests shop"
  std::vector<std::string> arguments() const;  // that choose it: "-p shop --lib"
};

struct CargoBuild {
  std::map<std::string, CargoTarget, std::less<>> executables;  // by the file's name
  std::vector<CargoTarget> documented;                          // libraries with doc-tests
  std::vector<evidence::TestSuite> broken;                      // targets that could not be built
};

// Reads what `cargo test --no-run --message-format=json` printed. What is no JSON is passed over.
CargoBuild read_cargo_build(std::string_view output, const std::filesystem::path& root);

// The targets of a workspace that can have tests, by what `cargo metadata --no-deps` printed.
std::vector<CargoTarget> read_cargo_metadata(std::string_view output,
                                             const std::filesystem::path& root);

}  // namespace crema::testing
