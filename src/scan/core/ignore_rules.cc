#include "crema/scan/core/ignore_rules.h"

#include "crema/base/strings.h"

#include <optional>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::string_view kAnyFolders = "**";

bool is_literal(std::string_view text) {
  return text.find_first_of("*?[\\") == std::string_view::npos;
}

struct ClassMatch {
  bool inside = false;
  std::size_t end = 0;  // behind the ]
};

// The class that starts at `[`; none where no ] closes it, and the [ is an ordinary character.
std::optional<ClassMatch> match_class(std::string_view pattern, std::size_t at, char c) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool inside = false;
  for (const auto first = i; i < pattern.size(); ++i) {
    if (pattern[i] == ']' && i > first) return ClassMatch{inside != negated, i + 1};
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const char low = pattern[i];
    char high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      i += 2;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      high = pattern[i];
    }
    inside = inside || (low <= c && c <= high);
  }
  return std::nullopt;
}

// How far one character of a name takes the pattern; none where they differ.
std::optional<std::size_t> match_one(std::string_view pattern, std::size_t at, char c) {
  if (at >= pattern.size()) return std::nullopt;
  if (pattern[at] == '?') return at + 1;
  if (pattern[at] == '[') {
    if (const auto found = match_class(pattern, at, c))
      return found->inside ? std::optional(found->end) : std::nullopt;
  }
  if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
  return pattern[at] == c ? std::optional(at + 1) : std::nullopt;
}

// Wildcards of one name. Only the last star is ever tried again: what the ones before it took can
// stay as it is.
bool matches_name(std::string_view pattern, std::string_view name) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t at = 0;
  std::size_t star = kNone;
  std::size_t retry = 0;
  for (std::size_t i = 0; i < name.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      retry = i;
      continue;
    }
    if (const auto next = match_one(pattern, at, name[i])) {
      at = *next;
      ++i;
      continue;
    }
    if (star == kNone) return false;
    at = star;
    i = ++retry;
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

// The same for folders and **.
bool matches_path(const std::vector<std::string>& pattern,
                  const std::vector<std::string_view>& path) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t at = 0;
  std::size_t star = kNone;
  std::size_t retry = 0;
  for (std::size_t i = 0; i < path.size();) {
    if (at < pattern.size() && pattern[at] == kAnyFolders) {
      // `a/**` is all that is in a, and not a itself: something must be left for it.
      star = ++at;
      retry = i;
      continue;
    }
    if (at < pattern.size() && matches_name(pattern[at], path[i])) {
      ++at;
      ++i;
      continue;
    }
    if (star == kNone) return false;
    at = star;
    i = ++retry;
  }
  return at == pattern.size();
}

std::vector<std::string_view> names_of(std::string_view path) { return split(path, '/'); }

// A line without its end: spaces there do not count, but those behind a backslash.
std::string_view without_trailing_spaces(std::string_view line) {
  while (!line.empty() && line.back() == ' ' && !(line.size() > 1 && line[line.size() - 2] == '\\'))
    line.remove_suffix(1);
  return line;
}

}  // namespace

PathPattern::PathPattern(std::string_view text) {
  anchored_ = text.find('/') != std::string_view::npos;
  if (text.starts_with('/')) text.remove_prefix(1);
  text_ = text;
  if (!anchored_) {
    if (is_literal(text))
      kind_ = Kind::name;
    else if (text.starts_with("*.") && is_literal(text.substr(1)))
      kind_ = Kind::extension;
    return;
  }
  if (is_literal(text)) {
    kind_ = Kind::whole;
    return;
  }
  for (const auto segment : split(text, '/')) {
    const bool again = segment == kAnyFolders && !segments_.empty() && segments_.back() == segment;
    if (!again) segments_.emplace_back(segment);
  }
}

bool PathPattern::matches(std::string_view path) const {
  if (kind_ == Kind::whole) return path == text_;
  if (anchored_) return matches_path(segments_, names_of(path));
  const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  switch (kind_) {
    case Kind::name:
      return name == text_;
    case Kind::extension:
      return name.ends_with(std::string_view(text_).substr(1));
    default:
      return matches_name(text_, name);
  }
}

IgnoreRules::IgnoreRules(std::string folder, std::string_view text) : folder_(std::move(folder)) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (auto line : split_lines(text)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = without_trailing_spaces(line);
    if (line.empty() || line.front() == '#') continue;
    const bool keeps = line.front() == '!';
    if (keeps) line.remove_prefix(1);
    const bool folders_only = line.ends_with('/');
    if (folders_only) line.remove_suffix(1);
    if (line.empty()) continue;
    rules_.push_back({.pattern = PathPattern(line), .keeps = keeps, .folders_only = folders_only});
  }
}

IgnoreRules::Answer IgnoreRules::of(std::string_view path, bool is_folder) const {
  if (!folder_.empty()) path.remove_prefix(folder_.size() + 1);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->folders_only && !is_folder) continue;
    if (rule->pattern.matches(path)) return rule->keeps ? Answer::kept : Answer::ignored;
  }
  return Answer::none;
}

}  // namespace crema::scan
