// libgit2's objects as values that free themselves, and its errors as ours.
#pragma once

#include "crema/base/result.h"

#include <git2.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace crema::scan {

class GitLibrary {
 public:
  GitLibrary() {
    git_libgit2_init();
    // Of packs no more than this is in memory at once.
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, std::size_t{256} << 20U);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, std::size_t{16} << 20U);
  }
  ~GitLibrary() { git_libgit2_shutdown(); }
  GitLibrary(const GitLibrary&) = delete;
  GitLibrary& operator=(const GitLibrary&) = delete;
};

template <auto Free>
struct GitRelease {
  template <typename Type>
  void operator()(Type* object) const {
    Free(object);
  }
};
using GitRepository = std::unique_ptr<git_repository, GitRelease<git_repository_free>>;
using GitDatabase = std::unique_ptr<git_odb, GitRelease<git_odb_free>>;
using GitObject = std::unique_ptr<git_odb_object, GitRelease<git_odb_object_free>>;
using GitWalk = std::unique_ptr<git_revwalk, GitRelease<git_revwalk_free>>;
using GitCommit = std::unique_ptr<git_commit, GitRelease<git_commit_free>>;
using GitTree = std::unique_ptr<git_tree, GitRelease<git_tree_free>>;
using GitBlob = std::unique_ptr<git_blob, GitRelease<git_blob_free>>;
using GitDiff = std::unique_ptr<git_diff, GitRelease<git_diff_free>>;
using GitReference = std::unique_ptr<git_reference, GitRelease<git_reference_free>>;

// An object's name in binary, for tables of millions.
struct ObjectId {
  std::array<unsigned char, GIT_OID_RAWSZ> bytes{};

  static ObjectId of(const git_oid& id) {
    ObjectId own;
    std::memcpy(own.bytes.data(), id.id, own.bytes.size());
    return own;
  }
  git_oid git() const {
    git_oid id;
    git_oid_fromraw(&id, bytes.data());
    return id;
  }
  std::string hex() const;
  friend bool operator==(const ObjectId&, const ObjectId&) = default;
};

struct ObjectIdHash {
  std::size_t operator()(const ObjectId& id) const {
    std::size_t hash = 0;
    std::memcpy(&hash, id.bytes.data(), sizeof hash);  // it is a hash already
    return hash;
  }
};

// An error of the library's last call, "git/unreadable" or another code.
tl::unexpected<Diagnostic> git_error(std::string_view what, std::string code = "git/unreadable");

Result<GitRepository> open_repository(const std::filesystem::path& root, bool in_hook = false);
Result<GitWalk> new_walk(git_repository* repository);
Result<GitCommit> read_commit(git_repository* repository, const git_oid& id);

// "2026-11-25T15:04:05Z" of seconds since 1970.
std::string utc_text(std::int64_t seconds);

}  // namespace crema::scan
