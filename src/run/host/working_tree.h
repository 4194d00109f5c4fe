// Copies of the user's working tree, which jobs work in. What a git working tree contains is what a
// checkout plus local edits would be: tracked files, untracked ones that are not ignored, and a
// repository of its own; outside git it is everything.
#pragma once

#include "crema/base/result.h"
#include "crema/run/repository.h"
#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <unordered_set>

namespace crema::run {

// Asks git once for a whole run what belongs to the tree. Safe to use from several threads.
class WorkingTree {
 public:
  explicit WorkingTree(const sys::Host& host) : host_(host) {}

  // Where the project stands below the top of its repository: "" for the whole of it.
  static std::filesystem::path place_of(const Repository& repository);
  // Begins to list the files, beside what the caller does until it copies them.
  void look_ahead(const Repository& repository);
  // Copies the tree into `target`, which must be empty: the project at its place below it, the
  // repository at its top.
  Result<sys::CopyCount> copy(const Repository& repository, const std::filesystem::path& target);

 private:
  struct Listing {
    std::unordered_set<std::string> paths;  // files, and every folder above one
    std::unordered_set<std::string> whole;  // folders that come with all that is in them
  };
  Result<Listing> read_listing(const std::filesystem::path& root) const;
  Result<> copy_git_folder(const Repository& repository, const std::filesystem::path& target,
                           sys::CopyCount& count);

  Result<> leave_out_the_rest(const std::filesystem::path& top, const std::filesystem::path& place);

  const sys::Host& host_;
  std::mutex mutex_;
  std::shared_future<Result<Listing>> listing_;  // read once, for all jobs
};

}  // namespace crema::run
