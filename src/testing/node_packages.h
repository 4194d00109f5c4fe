// The packages that a Node.js project's tests need.
#pragma once

#include "framework.h"

#include <filesystem>

namespace crema::testing {

// Installs what the lock file pins (npm, pnpm or yarn), unless it is there. The folder
// `node_modules` that has the packages. Fails with "testing/packages" and what the tool said.
Result<std::filesystem::path> install_node_packages(const std::filesystem::path& folder,
                                                    const std::filesystem::path& root,
                                                    const sys::Environment& environment,
                                                    const TaskServices& services);

}  // namespace crema::testing
