// The facts of the user's repository that a run is about, read with the git program: where its root
// is, what is checked out, where it comes from, what changed. Works outside git too, with less.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

struct Repository {
  std::filesystem::path root;  // the working tree; the folder asked about outside git
  std::filesystem::path top;   // git's top folder: `root`, or above it for a part of a repository
  bool git = false;
  // Where git keeps what belongs to it: of this working tree, of all linked ones, and the objects.
  std::filesystem::path git_folder, common_git_folder, objects;
  bool dirty = false;          // tracked files differ from HEAD, or untracked ones are there
  bool untracked = false;      // files that are neither tracked nor ignored
  std::string sha;             // of HEAD; forty zeros where there is no commit
  std::string ref;             // "refs/heads/main"; a tag's ref when HEAD is detached at one
  std::string default_branch;  // of the remote, else "main", "master", else the current branch
  std::string owner = "local";
  std::string name;  // the remote's, else the folder's
  std::string server_url = "https://github.com";
  std::string remote_url;  // of "origin", else of the first remote; "" without one; no password
  std::string author_name, author_email;  // of HEAD
  std::string message;                    // HEAD's, whole
  std::string user_name, user_email;      // git's configuration; may be ""

  std::string full_name() const { return owner + "/" + name; }
  std::string ref_name() const;  // "main", "v1.2", "7/merge"
  std::string ref_type() const;  // "branch" or "tag"
};

// The facts of the repository `folder` lies in. Outside git: root is `folder`, the sha forty zeros,
// the ref "refs/heads/main".
Result<Repository> read_repository(const std::filesystem::path& folder, const sys::Host& host);

// Files that differ between the merge base with `base` (a branch, tag or commit) and the working
// tree, relative to the root; nullopt where git cannot tell (no such commit, no git). An empty
// `base` compares with the commit before HEAD, or with HEAD when the tree is dirty.
std::optional<std::vector<std::string>> changed_paths(const Repository& repository,
                                                      std::string_view base, const sys::Host& host);

// "owner" and "name" out of a remote's URL, in any of git's spellings; nullopt when it has no such
// parts ("/srv/x.git").
std::optional<std::pair<std::string, std::string>> owner_and_name(std::string_view remote_url);

}  // namespace crema::run
