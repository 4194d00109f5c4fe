// Every version of every file of a history, each once: the trees of all commits, oldest first, each
// tree entered once whichever commits have it.
#pragma once

#include "git.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::scan {

struct FileVersion {
  ObjectId blob;
  std::uint32_t path = 0;    // in paths
  std::uint32_t commit = 0;  // the first that has it, in commits
};

struct ObjectWalk {
  std::vector<FileVersion> versions;  // by path, then by commit
  std::vector<std::string> paths;
  std::vector<ObjectId> commits;  // parents before children
  std::vector<std::string> unreadable;
};

// Of all references and HEAD. An error is "git/unreadable".
Result<ObjectWalk> walk_objects(git_repository* repository, const std::stop_token& stop);

}  // namespace crema::scan
