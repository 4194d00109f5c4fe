// The conditions of gjson paths: #(last=="Murphy").
#include "json_selector.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::load {
namespace {

using View = std::string_view;

View trimmed(View text) {
  while (!text.empty() && text.front() <= ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() <= ' ') text.remove_suffix(1);
  return text;
}

// As Go's strconv.ParseBool in lower case; anything else is none.
std::optional<bool> as_truth(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (text == "1" || text == "t" || text == "true") return true;
  if (text == "0" || text == "f" || text == "false") return false;
  return std::nullopt;
}

double as_number(View text) {
  double number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// ~true, ~false, ~null, ~*: what a value amounts to.
std::optional<bool> amounts_to(View wanted, JsonSelector::Found value) {
  const JsonKind kind = value ? kind_of_json(*value) : JsonKind::none;
  const bool nothing = kind == JsonKind::none || kind == JsonKind::null;
  if (wanted == "*") return value.has_value();
  if (wanted == "null") return nothing;
  if (wanted != "true" && wanted != "false") return std::nullopt;
  std::optional<bool> truth;
  if (kind == JsonKind::yes) truth = true;
  if (kind == JsonKind::no || nothing) truth = false;
  if (kind == JsonKind::number) truth = as_number(*value) != 0;
  if (kind == JsonKind::string) truth = as_truth(unquote_json(*value));
  return truth.has_value() && *truth == (wanted == "true");
}

template <class Value>
bool compare(View comparison, const Value& left, const Value& right) {
  if (comparison == "=") return left == right;
  if (comparison == "!=") return left != right;
  if (comparison == "<") return left < right;
  if (comparison == "<=") return left <= right;
  if (comparison == ">") return left > right;
  if (comparison == ">=") return left >= right;
  return false;
}

bool truth_matches(View comparison, bool value, View wanted) {
  if (comparison == "=") return wanted == (value ? "true" : "false");
  if (comparison == "!=") return wanted != (value ? "true" : "false");
  if (value) return (comparison == ">" && wanted == "false") || comparison == ">=";
  return (comparison == "<" && wanted == "true") || comparison == "<=";
}

// The comparison with which the text begins; none where there is none.
std::optional<View> comparison_of(View text) {
  static constexpr std::array<View, 9> kComparisons{
      "!=", "!%", "<=", ">=", "==", "=", "<", ">", "%"};
  for (const View each : kComparisons)
    if (text.starts_with(each)) return each;
  return std::nullopt;
}

}  // namespace

std::size_t end_of_group(View path) {
  if (path.starts_with('"')) {
    std::size_t i = 1;
    while (i < path.size() && path[i] != '"') i += path[i] == '\\' ? 2 : 1;
    return std::min(i + 1, path.size());
  }
  std::size_t depth = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      i += end_of_group(path.substr(i)) - 1;
    } else if (c == '{' || c == '[' || c == '(') {
      ++depth;
    } else if (c == '}' || c == ']' || c == ')') {
      if (--depth == 0) return i + 1;
    }
  }
  return path.size();
}

std::optional<std::pair<View, View>> split_pipe(View path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '\\')
      ++i;
    else if (c == '(' || c == '[' || c == '{' || c == '"')
      i += end_of_group(path.substr(i)) - 1;
    else if (c == '|')
      return std::pair{path.substr(0, i), path.substr(i + 1)};
  }
  return std::nullopt;
}

std::optional<JsonQuery> parse_json_query(View text) {
  std::size_t depth = 1, i = 2, begin = 0;  // where the comparison begins
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (depth == 1 && begin == 0 && View("!=<>%").find(c) != View::npos) {
      begin = i;
    } else if (c == '\\') {
      ++i;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (c == ']' || c == ')') {
      if (--depth == 0) break;
    } else if (c == '"') {
      i += end_of_group(text.substr(i)) - 1;
    }
  }
  if (depth > 0 || i >= text.size()) return std::nullopt;
  JsonQuery query{.length = i + 1};
  if (begin == 0) {
    query.path = trimmed(text.substr(2, i - 2));
    return query;
  }
  query.path = trimmed(text.substr(2, begin - 2));
  View value = trimmed(text.substr(begin, i - begin));
  const auto comparison = comparison_of(value);
  if (!comparison) return std::nullopt;
  query.comparison = *comparison == "==" ? View("=") : *comparison;
  value = trimmed(value.substr(comparison->size()));
  query.value = value.starts_with('"') ? unquote_json(value) : std::string(value);
  return query;
}

bool query_matches(const JsonQuery& query, JsonSelector::Found value) {
  if (query.value.starts_with('~')) {
    const auto truth = amounts_to(View(query.value).substr(1), value);
    return truth.has_value() && truth_matches(query.comparison, *truth, "true");
  }
  if (!value) return false;
  if (query.comparison.empty()) return true;
  switch (kind_of_json(*value)) {
    case JsonKind::yes:
      return truth_matches(query.comparison, true, query.value);
    case JsonKind::no:
      return truth_matches(query.comparison, false, query.value);
    case JsonKind::number:
      return compare(query.comparison, as_number(*value), as_number(query.value));
    case JsonKind::string: {
      const std::string text = unquote_json(*value);
      if (query.comparison == "%") return matches_pattern(text, query.value);
      if (query.comparison == "!%") return !matches_pattern(text, query.value);
      return compare(query.comparison, text, query.value);
    }
    default:
      return false;
  }
}

bool matches_pattern(View text, View pattern) {
  // Where to go on if what follows the last star does not match.
  std::size_t star = View::npos, retry = 0, t = 0, p = 0;
  const auto length = [&](std::size_t at) {  // of the character there, in UTF-8
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xc0) == 0x80)
      ++size;
    return size;
  };
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      t += length(t);
      ++p;
    } else if (p < pattern.size() && pattern[p + (escaped ? 1 : 0)] == text[t]) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != View::npos) {
      retry += length(retry);
      t = retry;
      p = star;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace crema::load
