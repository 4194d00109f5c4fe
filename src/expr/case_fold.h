// Compares and searches text the way GitHub does ("ordinal, ignoring case"): by the simple
// upper-case form of each Unicode character, independent of any locale. Text is UTF-8; bytes that
// are not UTF-8 compare as themselves.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace crema::expr {

std::string fold_case(std::string_view text);
bool equals_folded(std::string_view a, std::string_view b);
std::strong_ordering compare_folded(std::string_view a, std::string_view b);
bool contains_folded(std::string_view text, std::string_view part);
bool starts_with_folded(std::string_view text, std::string_view part);
bool ends_with_folded(std::string_view text, std::string_view part);

// How many UTF-16 units the text takes: what GitHub's limits count.
std::size_t utf16_length(std::string_view text);
// How many characters (code points) the text has: what columns count.
std::size_t code_point_count(std::string_view text);
// The number of bytes of the blank character (Unicode's White_Space) `text` starts with, or 0.
std::size_t leading_blank(std::string_view text);
std::string_view trim_blanks(std::string_view text);

}  // namespace crema::expr
