// Artifacts as rows that point to blobs: files named by the hash of what is in them.
#pragma once

#include "crema/store/store.h"

#include <filesystem>
#include <memory>

namespace crema::store {

std::unique_ptr<Artifacts> make_file_artifacts(const std::filesystem::path& folder, RunNumber run);

// Removes blobs that no artifact has any more, and what killed writers left; nothing while somebody
// is saving an artifact.
Result<> remove_unused_blobs(const std::filesystem::path& folder);

}  // namespace crema::store
