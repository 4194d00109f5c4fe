// GitHub's conversions between numbers and text (actions/runner ExpressionUtility.ParseNumber and
// .NET's "G15"), independent of the locale.
#include "case_fold.h"

#include "crema/base/strings.h"
#include "crema/expr/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace crema::expr {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// digits [. digits] [e [sign] digits], with a digit on at least one side of the point.
bool is_decimal(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - start;
  };
  std::size_t mantissa = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    mantissa += digits();
  }
  if (mantissa == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// What a decimal no double can hold becomes: 0 where it is too small, Infinity where too great.
double out_of_range(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const bool tiny = e != std::string_view::npos ? text.substr(e + 1).starts_with('-')
                                                : text.starts_with('0') || text.starts_with('.');
  return tiny ? 0.0 : kInfinity;
}

double decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return out_of_range(text);
  return value;
}

// The digits of a 32-bit integer in two's complement: 0xffffffff is -1, as for GitHub.
double integer(std::string_view digits, int base) {
  std::uint32_t value = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, value, base);
  if (error != std::errc() || end != last) return kNaN;
  return static_cast<std::int32_t>(value);
}

}  // namespace

double text_to_number(std::string_view text) {
  text = trim_blanks(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text.starts_with("0x")) return integer(text.substr(2), 16);
  if (text.size() > 2 && text.starts_with("0o")) return integer(text.substr(2), 8);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  double value = kNaN;
  if (is_decimal(text))
    value = decimal(text);
  else if (equals_ignore_case(text, "Infinity"))
    value = kInfinity;
  return negative ? -value : value;
}

std::string number_to_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (number == 0) return "0";
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                          std::chars_format::general, 15);
  std::replace(buffer.data(), end, 'e', 'E');
  return {buffer.data(), end};
}

}  // namespace crema::expr
