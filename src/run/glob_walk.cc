#include "crema/run/glob_walk.h"

#include "glob_pattern.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <system_error>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

enum Match : unsigned { kNone = 0, kFolder = 1, kFile = 2, kAll = 3 };

unsigned match_all(std::span<const GlobPattern> patterns, std::span<const std::string_view> names) {
  unsigned result = kNone;
  for (const auto& pattern : patterns) {
    if (!pattern.matches(names)) continue;
    const unsigned kinds = pattern.folders_only() ? kFolder : kAll;
    result = pattern.negate() ? result & ~kinds : result | kinds;
  }
  return result;
}

bool may_match_below(std::span<const GlobPattern> patterns,
                     std::span<const std::string_view> names) {
  return std::ranges::any_of(patterns, [&](const GlobPattern& pattern) {
    return !pattern.negate() && pattern.may_match_below(names);
  });
}

Diagnostic cannot_read(const fs::path& path, const std::error_code& why) {
  return make_error("run/cannot-read", "cannot read " + path.string() + ": " + why.message());
}

// One walk. Recursion depth is that of the folders; the chain of real folders stops link cycles.
class Walker {
 public:
  Walker(std::span<const GlobPattern> patterns, const GlobOptions& options)
      : patterns_(patterns), options_(options) {}

  Result<> visit(const fs::path& path) {
    const std::string text = path.string();
    std::vector<std::string_view> names = split(text, '/');
    std::erase(names, std::string_view());

    const unsigned match = match_all(patterns_, names);
    if (match == kNone && !may_match_below(patterns_, names)) return {};

    std::error_code error;
    const auto status =
        options_.follow_links ? fs::status(path, error) : fs::symlink_status(path, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (error) return fail(cannot_read(path, error));
    if (options_.exclude_hidden && !names.empty() && names.back().starts_with('.')) return {};

    if (!fs::is_directory(status)) {
      if ((match & kFile) != 0) found_.push_back({path, false});
      return {};
    }
    return visit_folder(path, match);
  }

  std::vector<GlobMatch> take() { return std::move(found_); }

 private:
  Result<> visit_folder(const fs::path& path, unsigned match) {
    std::error_code error;
    if (options_.follow_links) {
      const auto real = fs::canonical(path, error);
      if (error) return fail(cannot_read(path, error));
      if (std::ranges::find(chain_, real) != chain_.end()) return {};
      chain_.push_back(real);
    }
    if ((match & kFolder) != 0 && options_.match_folders) found_.push_back({path, true});

    std::vector<fs::path> children;
    for (fs::directory_iterator entries(path, error), end; !error && entries != end;
         entries.increment(error)) {
      children.push_back(entries->path());
    }
    if (error) return fail(cannot_read(path, error));
    std::ranges::sort(children, {},
                      [](const fs::path& child) -> const std::string& { return child.native(); });
    for (const auto& child : children) CREMA_TRY(visit(child));
    if (options_.follow_links) chain_.pop_back();
    return {};
  }

  std::span<const GlobPattern> patterns_;
  const GlobOptions& options_;
  std::vector<fs::path> chain_;
  std::vector<GlobMatch> found_;
};

Result<std::array<std::uint8_t, 32>> digest_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("run/cannot-read", "cannot read " + path.string());
  Sha256 hash;
  std::array<char, 65536> buffer;
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    hash.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (file.bad()) return fail("run/cannot-read", "cannot read " + path.string());
  return hash.digest();
}

std::vector<fs::path> outermost_search_paths(std::span<const GlobPattern> patterns) {
  std::set<fs::path> candidates;
  for (const auto& pattern : patterns) {
    if (!pattern.negate()) candidates.insert(pattern.search_path());
  }
  std::vector<fs::path> result;
  std::set<fs::path> included;
  for (const auto& pattern : patterns) {
    const auto& path = pattern.search_path();
    if (pattern.negate() || included.contains(path)) continue;
    bool below_another = false;
    for (auto parent = path; parent != parent.parent_path() && !below_another;) {
      parent = parent.parent_path();
      below_another = candidates.contains(parent);
    }
    if (below_another) continue;
    included.insert(path);
    result.push_back(path);
  }
  return result;
}

}  // namespace

GlobWalk::GlobWalk() = default;
GlobWalk::GlobWalk(GlobWalk&&) noexcept = default;
GlobWalk& GlobWalk::operator=(GlobWalk&&) noexcept = default;
GlobWalk::~GlobWalk() = default;

Result<GlobWalk> GlobWalk::create(std::span<const std::string> patterns, const GlobPlace& place,
                                  GlobOptions options) {
  GlobWalk walk;
  walk.options_ = options;
  for (const auto& text : patterns) {
    for (const auto line : split_lines(text)) {
      const auto trimmed = trim(line);
      if (trimmed.empty() || trimmed.starts_with('#')) continue;
      walk.patterns_.push_back(CREMA_TRY(GlobPattern::parse(trimmed, place)));
    }
  }
  return walk;
}

std::vector<fs::path> GlobWalk::search_paths() const { return outermost_search_paths(patterns_); }

Result<std::vector<GlobMatch>> GlobWalk::find() const {
  std::vector<GlobPattern> patterns;
  for (const auto& pattern : patterns_) {
    patterns.push_back(pattern);
    if (options_.implicit_descendants && (pattern.folders_only() || !pattern.ends_in_globstar())) {
      patterns.push_back(pattern.descendants());
    }
  }
  Walker walker(patterns, options_);
  for (const auto& start : outermost_search_paths(patterns)) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(start, error))) continue;
    CREMA_TRY(walker.visit(start));
  }
  return walker.take();
}

Result<std::string> hash_files(std::span<const std::string> patterns, const GlobPlace& place,
                               bool follow_links) {
  const auto walk = CREMA_TRY(
      GlobWalk::create(patterns, place, {.follow_links = follow_links, .match_folders = false}));
  const std::string below = place.workspace.string() + "/";
  Sha256 hash;
  bool any = false;
  for (const auto& match : CREMA_TRY(walk.find())) {
    if (!match.path.native().starts_with(below) || fs::is_directory(match.path)) continue;
    const auto digest = CREMA_TRY(digest_of_file(match.path));
    hash.update({reinterpret_cast<const char*>(digest.data()), digest.size()});
    any = true;
  }
  if (!any) return std::string();
  const auto digest = hash.digest();
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace crema::run
