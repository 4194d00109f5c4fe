// The files of a tree that a scan looks at, found by one walk that all scanners share; and what was
// not looked at, with the reason.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct TreeFile {
  std::string path;  // from the root, with slashes
  std::uint64_t size = 0;
  // Of the file as it was met: the same in a later scan means the same bytes.
  std::int64_t changed_ns = 0;  // since 1970, of its contents or its state, whichever is later
  std::uint64_t inode = 0;

  friend bool operator==(const TreeFile&, const TreeFile&) = default;
};

// "0 findings" is only said of what was looked at.
struct NotScanned {
  std::string path;
  std::string code;     // stable: "scan/unreadable", "scan/too-large"
  std::string reason;   // for people
  std::string scanner;  // who could not look at it; "" where nobody could

  friend auto operator<=>(const NotScanned&, const NotScanned&) = default;
};

struct WalkOptions {
  std::uint64_t largest_file = std::uint64_t{64} << 20U;
  std::size_t most_files = 2'000'000;
  std::size_t deepest = 512;  // folders within folders
  bool use_ignore_files = true;
  // Only these files and folders of the tree, with slashes, without one at either end; empty: all.
  // The ignore files above them count all the same.
  std::vector<std::string> below;
};

struct SourceTree {
  std::vector<TreeFile> files;          // by path
  std::vector<NotScanned> not_scanned;  // by path
  std::uint64_t ignored = 0;            // paths left out by ignore files, folders counted once
};

// "a/b" of "a/b/c"; "" of what lies in the root.
std::string folder_of(std::string_view path);

// Whether a path is one of these, or in one of them.
bool is_below(std::string_view path, std::span<const std::string> folders);

// Walks a folder, or takes a single file. What git tracks is there even where an ignore file names
// it. Symbolic links are not followed: what they lead to inside the tree is met there. `.git` and
// `.crema` are left out, as are devices, sockets and pipes. An error is "scan/no-such-path".
Result<SourceTree> walk_tree(const std::filesystem::path& root, const WalkOptions& options = {});

// The bytes of a file of the tree. An error is "scan/unreadable", "scan/too-large" where it has
// grown meanwhile beyond `largest` bytes.
Result<std::string> read_source(const std::filesystem::path& root, const TreeFile& file,
                                std::uint64_t largest = WalkOptions{}.largest_file);

}  // namespace crema::scan
