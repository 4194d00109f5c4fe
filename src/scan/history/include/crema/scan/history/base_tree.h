// The tree where a branch began: what is there too is not what the branch brought in.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/files.h"

#include <filesystem>
#include <string>

namespace crema::scan {

// The commit where the history of the repository around `root` and that of `revision` meet; of
// HEAD itself where that is an ancestor. An error is "scan/base": no repository, no such revision,
// no common history (a shallow clone).
Result<std::string> merge_base(const std::filesystem::path& root, const std::string& revision);

struct BaseTree {
  sys::TemporaryDirectory folder;
  std::filesystem::path root;  // what `root` is in it
};
// The files of a commit, written to a folder that goes with it.
Result<BaseTree> export_commit(const std::filesystem::path& root, const std::string& commit);

}  // namespace crema::scan
