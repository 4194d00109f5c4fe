// Text operations that every room needs: ASCII case, trimming, splitting, replacing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema {

bool equals_ignore_case(std::string_view a, std::string_view b);  // ASCII only
std::string to_lower(std::string_view text);                      // ASCII only
std::string to_upper(std::string_view text);                      // ASCII only
std::string_view trim(std::string_view text);                     // blanks, tabs, line breaks
std::vector<std::string_view> split(std::string_view text, char separator);
// Lines without their "\n" or "\r\n"; a final line break does not start another line.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// Orders and compares text ignoring ASCII case: for maps keyed by names GitHub treats so.
struct IgnoreCaseLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

}  // namespace crema
