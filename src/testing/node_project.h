// Packages whose tests a JavaScript framework runs, by what package.json and configuration files
// say.
#pragma once

#include "project_walk.h"

#include "crema/sys/host.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::testing {

// How the package's own script starts the framework: "NODE_OPTIONS=--x jest --config a.js".
struct ScriptCall {
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> arguments;
};
// The call of `program` in a script, where the script is one plain command; `node FLAGS
// .../bin/jest.js` gives NODE_OPTIONS=FLAGS.
std::optional<ScriptCall> script_call(std::string_view script, std::string_view program);

struct NodePackage {
  std::string folder;  // relative to the repository

  ScriptCall call;  // of the framework asked for
};

// Packages to run `framework` in: the outermost that has its configuration, or a script that starts
// it, or (none below it doing so) the dependency. `configs` are beginnings of file names:
// "jest.config.".
std::vector<NodePackage> find_node_packages(const TestRequest& request, std::string_view framework,
                                            std::span<const std::string_view> configs);

// Whether a package has tests of a part: a file like a.test.ts or spec/a.js in a folder of it.
bool has_tests_of_part(const std::filesystem::path& root, const std::string& folder,
                       std::string_view part);

// The scripts of a package that are called test, or test:unit and the like; "test" first.
std::vector<std::string> node_test_scripts(const std::filesystem::path& folder);
// Whether a package needs others.
bool has_node_dependencies(const std::filesystem::path& folder);

// Frameworks that scripts named "test" start and crema does not know: "mocha in web".
std::vector<std::string> unsupported_node_tests(const std::filesystem::path& root);

// node_modules/.bin/NAME of the folder or the nearest above it, as far as the repository.
std::optional<std::filesystem::path> node_program(const std::filesystem::path& folder,
                                                  const std::filesystem::path& root,
                                                  std::string_view name);
// The version of an installed package; "" where it is not.
std::string node_package_version(const std::filesystem::path& folder,
                                 const std::filesystem::path& root, std::string_view name);

// Whether a change names only sources that exist: what a framework can find related tests of.
bool is_source_change(const std::filesystem::path& root, const std::string& folder,
                      std::span<const std::string> changed);

}  // namespace crema::testing
