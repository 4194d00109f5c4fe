// How the scripts of a package start Node.js's own test runner, and which files they mean by that.
#pragma once

#include "node_project.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::testing {

struct NodeTestCall {
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> options;  // of node, without those that are crema's to say
  // Files, folders and patterns, relative to the package; none: where Node.js looks by itself.
  std::vector<std::string> files;
};

// Of one plain command: `NODE_ENV=test node --import tsx --test "src/**/*.test.ts"`. None for what
// needs a shell, or calls something else.
std::optional<NodeTestCall> node_test_call(std::string_view script);
// Of the scripts of a package: the first one's, with the files of all.
std::optional<NodeTestCall> node_test_call_of(std::span<const std::string> scripts);

// The files of a call that are there, relative to the repository and sorted. Without files, those
// are called `a.test.js`, `a-test.mjs`, `test_a`'s like (see Node.js's documentation, "Running
// tests from the command line"), or are in a folder called test; TypeScript's if `typescript`.
std::vector<std::string> node_test_files(const std::filesystem::path& root,
                                         const std::string& folder, const NodeTestCall& call,
                                         bool typescript);

}  // namespace crema::testing
