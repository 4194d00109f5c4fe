// One of GitHub's filter patterns, and a list of them with its order.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace crema::workflow {

// Whether one pattern, without a leading `!`, matches the whole text.
bool matches_pattern(std::string_view pattern, std::string_view text);

// The verdict of a list, where later patterns override earlier ones, and the pattern it rests on.
struct FilterVerdict {
  bool matches = false;
  std::optional<std::size_t> decided_by;  // index; nothing when no pattern matched
};
FilterVerdict apply_filter(std::span<const std::string> patterns, std::string_view text);

}  // namespace crema::workflow
