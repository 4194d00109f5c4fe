// The build tree of a CMake project that its tests run in: the one that is there, else one of
// crema's own.
#pragma once

#include "framework.h"

#include <filesystem>
#include <optional>
#include <string>

namespace crema::testing {

struct CmakeTree {
  std::filesystem::path folder;
  std::string generator;    // "Ninja"
  bool configured = false;  // by somebody else, earlier
};

// The tree of `source` that was configured last: in build*, out* and cmake-build-* below it and one
// level deeper, and where a `binaryDir` of CMakePresets.json says.
std::optional<CmakeTree> find_cmake_tree(const std::filesystem::path& source);

// Whether a CMakeLists.txt turns tests on: enable_testing() or include(CTest).
bool enables_testing(std::string_view cmake_lists);

}  // namespace crema::testing
