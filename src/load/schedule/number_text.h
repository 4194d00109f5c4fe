// Numbers that are the whole of a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace crema::load {

// "12", "-3"; nothing for what is no whole number or needs more than 64 bits.
std::optional<std::int64_t> whole_number(std::string_view text);

// "12", "1.5", "-3e2"; infinite where it is too large, nothing where it is no number.
std::optional<double> real_number(std::string_view text);

}  // namespace crema::load
