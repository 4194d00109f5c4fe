// Artifacts of a run: named bundles of files, kept by content hash, immutable once saved.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace crema::store {

struct ArtifactInfo {
  std::uint64_t id = 0;
  std::string name;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::string digest;  // sha256 over the files' paths and contents
};

// One file of an artifact: where it is now and its path inside the artifact ("a/b.txt").
struct ArtifactFile {
  std::filesystem::path source;
  std::string path;
};

// The artifacts of one run. Safe to use from several threads.
class Artifacts {
 public:
  virtual ~Artifacts() = default;
  // Fails with "store/artifact-exists" when the name is taken and `overwrite` is false.
  virtual Result<ArtifactInfo> save(const std::string& name, const std::vector<ArtifactFile>& files,
                                    bool overwrite) = 0;
  virtual Result<std::vector<ArtifactInfo>> list() = 0;
  // The files of an artifact, by path; their sources are the store's own, to be read only. Fails
  // with "store/no-such-artifact".
  virtual Result<std::vector<ArtifactFile>> files(const std::string& name) = 0;
  // Writes the files below `folder`. Fails with "store/no-such-artifact".
  virtual Result<> extract(const std::string& name, const std::filesystem::path& folder) = 0;
};

}  // namespace crema::store
