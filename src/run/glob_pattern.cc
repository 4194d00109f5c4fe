#include "glob_pattern.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <optional>

namespace crema::run {
namespace {

struct CharacterClass {
  std::string_view body;  // between the brackets, without the leading ! or ^
  bool inverted = false;
  std::size_t size = 0;  // with brackets
};

// The class `text` starts with; nullopt when its bracket is never closed, which makes it a letter.
std::optional<CharacterClass> class_at(std::string_view text) {
  std::size_t at = 1;
  CharacterClass found;
  if (at < text.size() && (text[at] == '!' || text[at] == '^')) {
    found.inverted = true;
    ++at;
  }
  const std::size_t start = at;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      ++at;
    } else if (text[at] == ']' && at > start) {
      found.body = text.substr(start, at - start);
      found.size = at + 1;
      return found;
    }
  }
  return std::nullopt;
}

bool class_has(const CharacterClass& set, char c) {
  const auto& body = set.body;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\\' && i + 1 < body.size()) ++i;
    const char low = body[i];
    if (i + 2 < body.size() && body[i + 1] == '-') {
      if (low <= c && c <= body[i + 2]) return true;
      i += 2;
    } else if (low == c) {
      return true;
    }
  }
  return false;
}

// The text a pattern segment stands for when it has no wildcard. A class of one letter is that
// letter, as in @actions/glob Pattern.getLiteral.
std::optional<std::string> literal_of(std::string_view segment) {
  std::string literal;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const char c = segment[i];
    if (c == '\\' && i + 1 < segment.size()) {
      literal += segment[++i];
    } else if (c == '*' || c == '?') {
      return std::nullopt;
    } else if (c == '[') {
      const auto set = class_at(segment.substr(i));
      if (!set) {
        literal += c;
        continue;
      }
      if (set->inverted || set->body.size() != 1) return std::nullopt;
      literal += set->body;
      i += set->size - 1;
    } else {
      literal += c;
    }
  }
  return literal;
}

std::vector<std::string_view> names_of(std::string_view path) {
  auto names = split(path, '/');
  std::erase(names, std::string_view());
  return names;
}

}  // namespace

bool matches_segment(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::optional<std::size_t> star;  // where the last * was, and how far it has eaten
  std::size_t eaten = 0;
  while (t < text.size()) {
    std::size_t step = 0;
    if (p < pattern.size()) {
      const char c = pattern[p];
      if (c == '*') {
        star = p++;
        eaten = t;
        continue;
      }
      if (c == '?') {
        step = 1;
      } else if (const auto set = c == '[' ? class_at(pattern.substr(p)) : std::nullopt) {
        if (class_has(*set, text[t]) != set->inverted) step = set->size;
      } else if (c == '\\' && p + 1 < pattern.size()) {
        if (pattern[p + 1] == text[t]) step = 2;
      } else if (c == text[t]) {
        step = 1;
      }
    }
    if (step != 0) {
      p += step;
      ++t;
    } else if (star) {
      p = *star + 1;
      t = ++eaten;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

GlobPattern::Segment GlobPattern::segment_of(std::string_view text) {
  if (text == "**") return {Kind::globstar, "**"};
  if (auto literal = literal_of(text)) return {Kind::literal, std::move(*literal)};
  return {Kind::wildcard, std::string(text)};
}

Result<GlobPattern> GlobPattern::parse(std::string_view text, const GlobPlace& place) {
  GlobPattern pattern;
  const std::string_view given = text;
  text = trim(text);
  while (text.starts_with('!')) {
    pattern.negate_ = !pattern.negate_;
    text = trim(text.substr(1));
  }
  if (text.empty())
    return fail("run/bad-glob", "the pattern '" + std::string(given) + "' is empty");

  std::filesystem::path base = place.workspace;
  std::string_view rest = text;
  if (text.starts_with('/')) {
    base = "/";
  } else if (text == "~" || text.starts_with("~/")) {
    base = place.home;
    rest.remove_prefix(1);
  } else if (text == "." || text.starts_with("./")) {
    rest.remove_prefix(1);
  }
  const std::string base_text = base.string();
  for (const auto name : names_of(base_text)) {
    pattern.segments_.push_back({Kind::literal, std::string(name)});
  }
  for (const auto name : names_of(rest)) {
    if (name == "." || name == "..") {
      return fail("run/bad-glob", "the pattern '" + std::string(given) + "' must not contain '" +
                                      std::string(name) + "' after its start");
    }
    pattern.segments_.push_back(segment_of(name));
  }
  if (pattern.segments_.empty()) pattern.segments_.push_back({Kind::literal, ""});
  pattern.folders_only_ = text.ends_with('/');
  pattern.search_path_ = "/";
  for (const auto& segment : pattern.segments_) {
    if (segment.kind != Kind::literal) break;
    pattern.search_path_ /= segment.text;
  }
  return pattern;
}

GlobPattern GlobPattern::descendants() const {
  GlobPattern below = *this;
  below.segments_.push_back({Kind::globstar, "**"});
  below.folders_only_ = false;
  below.implicit_ = true;
  return below;
}

// minimatch's matchOne: `**` takes any number of names, also none; with `partial`, a path that ends
// before the pattern does is a match. A final "" in `path` stands for a trailing slash.
bool GlobPattern::match(std::span<const Segment> pattern, std::span<const std::string_view> path,
                        bool partial) {
  while (!pattern.empty() && !path.empty()) {
    const auto& segment = pattern.front();
    if (segment.kind == Kind::globstar) {
      const auto rest = pattern.subspan(1);
      if (rest.empty()) return true;
      for (std::size_t skip = 0; skip < path.size(); ++skip) {
        if (match(rest, path.subspan(skip), partial)) return true;
      }
      return partial;
    }
    const bool same = segment.kind == Kind::literal
                          ? segment.text == path.front()
                          : !path.front().empty() && matches_segment(segment.text, path.front());
    if (!same) return false;
    pattern = pattern.subspan(1);
    path = path.subspan(1);
  }
  if (path.empty()) return pattern.empty() || partial;
  return path.size() == 1 && path.front().empty();
}

bool GlobPattern::matches(std::span<const std::string_view> path) const {
  if (!ends_in_globstar() || implicit_) return match(segments_, path, false);
  std::vector<std::string_view> with_slash(path.begin(), path.end());
  with_slash.emplace_back();
  return match(segments_, with_slash, false);
}

bool GlobPattern::may_match_below(std::span<const std::string_view> path) const {
  return path.empty() || match(segments_, path, true);
}

}  // namespace crema::run
