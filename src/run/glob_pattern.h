// One pattern of a GlobWalk, cut into segments. Imitates @actions/glob internal-pattern and the
// part of minimatch it uses (dot, no braces, no extended globs, no comments).
#pragma once

#include "crema/base/result.h"
#include "crema/run/glob_walk.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

class GlobPattern {
 public:
  static Result<GlobPattern> parse(std::string_view text, const GlobPlace& place);

  bool negate() const { return negate_; }
  bool folders_only() const { return folders_only_; }
  bool ends_in_globstar() const { return segments_.back().kind == Kind::globstar; }
  // The literal part before the first wildcard.
  const std::filesystem::path& search_path() const { return search_path_; }
  // This pattern and everything below what it matches.
  GlobPattern descendants() const;

  // `path` are the names below the root folder: {"home", "me"} for /home/me.
  bool matches(std::span<const std::string_view> path) const;
  bool may_match_below(std::span<const std::string_view> path) const;

 private:
  enum class Kind : std::uint8_t { literal, wildcard, globstar };
  struct Segment {
    Kind kind = Kind::literal;
    std::string text;
  };
  static Segment segment_of(std::string_view text);
  static bool match(std::span<const Segment> pattern, std::span<const std::string_view> path,
                    bool partial);

  std::vector<Segment> segments_;
  std::filesystem::path search_path_;
  bool negate_ = false;
  bool folders_only_ = false;
  bool implicit_ = false;
};

}  // namespace crema::run
