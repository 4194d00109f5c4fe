// Finds files as GitHub's actions do: the patterns of `path:` inputs and of hashFiles(). Imitates
// @actions/glob (actions/toolkit packages/glob): patterns in order, `!` excludes what earlier ones
// found, `~` is the home folder, a folder stands for all that is in it, results in the order of a
// walk that takes each folder's names by their bytes.
#pragma once

#include "crema/base/result.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace crema::run {

// Where relative patterns and `~` start.
struct GlobPlace {
  std::filesystem::path workspace;
  std::filesystem::path home;
};

struct GlobOptions {
  bool follow_links = true;          // a link that leads nowhere is left out
  bool implicit_descendants = true;  // a folder that matches brings everything in it
  bool match_folders = true;         // folders are results themselves
  bool exclude_hidden = false;       // names that start with a full stop, and what is below them
};

struct GlobMatch {
  std::filesystem::path path;
  bool folder = false;
};

class GlobPattern;

class GlobWalk {
 public:
  // Each of `patterns` may hold several lines; empty ones and those that start with # are ignored.
  // Fails with "run/bad-glob" on `.` or `..` inside a pattern.
  static Result<GlobWalk> create(std::span<const std::string> patterns, const GlobPlace& place,
                                 GlobOptions options = {});
  GlobWalk(GlobWalk&&) noexcept;
  GlobWalk& operator=(GlobWalk&&) noexcept;
  ~GlobWalk();

  // The folders (or single files) a walk starts from: the part of each pattern before its first
  // wildcard, without those below another.
  std::vector<std::filesystem::path> search_paths() const;
  Result<std::vector<GlobMatch>> find() const;

 private:
  GlobWalk();
  std::vector<GlobPattern> patterns_;
  GlobOptions options_;
};

// hashFiles(): the SHA-256 of the SHA-256s of the files found below the workspace, in hex; "" when
// there are none.
Result<std::string> hash_files(std::span<const std::string> patterns, const GlobPlace& place,
                               bool follow_links = false);

// One path segment against one pattern segment: * ? [a-z] [!a-z] and \ escapes.
bool matches_segment(std::string_view pattern, std::string_view text);

}  // namespace crema::run
