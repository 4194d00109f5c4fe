// The coverage that a framework left as an LCOV file.
#pragma once

#include "framework.h"

#include <filesystem>
#include <string>

namespace crema::testing {

// Reads it into the report: files of the repository, without those that hold tests. Paths in it are
// relative to the project's folder or absolute. A file that is missing or wrong is a remark.
void take_lcov(ProjectReport& report, const std::filesystem::path& file,
               const std::filesystem::path& root, const std::string& folder);

}  // namespace crema::testing
