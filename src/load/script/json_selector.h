// The evaluation of one gjson path: its steps, and what they have made so far.
#pragma once

#include "json_scan.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

class JsonSelector {
 public:
  using View = std::string_view;
  // The text of a value: a part of the document, or one that `keep` holds.
  using Found = std::optional<View>;

  // `budget` counts bytes looked at and made; get() finds nothing when it is used up.
  explicit JsonSelector(std::size_t budget) : budget_(budget) {}

  Found get(View json, View path);
  // Holds a text that a step has made.
  View keep(std::string text);
  // False when there is no budget left for so many bytes more.
  bool spend(std::size_t bytes);
  bool exhausted() const { return exhausted_; }

 private:
  Found evaluate(View json, View path);
  Found in_object(View json, View path);
  Found in_array(View json, View path);
  Found in_value(View json, View path);
  Found follow(Found value, View rest);
  std::optional<Found> modified(View json, View path);
  std::optional<Found> composed(View json, View path);
  std::optional<Found> literal(View path);

  std::size_t budget_;
  int depth_ = 0;
  bool exhausted_ = false;
  std::deque<std::string> kept_;
};

// A condition of `#(...)`: path, comparison, value.
struct JsonQuery {
  std::string_view path;
  std::string_view comparison;  // "" asks only whether the path is there
  std::string value;
  std::size_t length = 0;  // of "#(...)"
};
// `text` begins with "#(" or "#[". None where the bracket is never closed.
std::optional<JsonQuery> parse_json_query(std::string_view text);
bool query_matches(const JsonQuery& query, JsonSelector::Found value);

// Whether the text matches a pattern of *, ? and characters; a backslash takes the next as it is.
bool matches_pattern(std::string_view text, std::string_view pattern);

// The end of the string or bracket with which `path` begins.
std::size_t end_of_group(std::string_view path);
// Splits at the first '|' outside strings and brackets.
std::optional<std::pair<std::string_view, std::string_view>> split_pipe(std::string_view path);

// A modifier makes one text of another; "" selects nothing.
using JsonModifier = std::string (*)(JsonSelector& selector, std::string_view json,
                                     std::string_view argument);
// Null where there is none of that name ("reverse").
JsonModifier json_modifier(std::string_view name);

}  // namespace crema::load
