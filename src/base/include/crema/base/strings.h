// Text operations that every room needs: ASCII case, trimming, splitting, replacing.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace crema {

bool equals_ignore_case(std::string_view a, std::string_view b);  // ASCII only
std::string to_lower(std::string_view text);                      // ASCII only
std::string to_upper(std::string_view text);                      // ASCII only
std::string_view trim(std::string_view text);                     // blanks, tabs, line breaks
// The parts are views of `text`, which must outlive them; so must it those of split_lines.
std::vector<std::string_view> split(std::string_view text, char separator);
// Lines without their "\n" or "\r\n"; a final line break does not start another line.
std::vector<std::string_view> split_lines(std::string_view text);
// A temporary string would be gone before its parts are looked at.
template <typename Text>
concept TemporaryString = std::same_as<std::remove_cv_t<Text>, std::string>;
template <TemporaryString Text>
std::vector<std::string_view> split(Text&& text, char separator) = delete;
template <TemporaryString Text>
std::vector<std::string_view> split_lines(Text&& text) = delete;
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// Orders and compares text ignoring ASCII case: for maps keyed by names GitHub treats so.
struct IgnoreCaseLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

}  // namespace crema
