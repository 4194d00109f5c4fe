#include "number_text.h"

#include <charconv>
#include <limits>

namespace crema::load {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> real_number(std::string_view text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || rest != text.data() + text.size()) {
    return std::nullopt;
  }
  return error == std::errc() ? number : std::numeric_limits<double>::infinity();
}

}  // namespace crema::load
