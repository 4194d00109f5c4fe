// The files a git repository tracks: they are part of it even where an ignore file names them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crema::scan {

// Paths from `root`, sorted; none where it is in no repository, or its index cannot be read.
std::vector<std::string> tracked_files(const std::filesystem::path& root);

}  // namespace crema::scan
