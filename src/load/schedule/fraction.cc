#include "fraction.h"

#include "number_text.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace crema::load {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 62U;

Diagnostic no_fraction(std::string_view text, std::string_view why) {
  Diagnostic problem = make_error("load/segment", fmt::format("\"{}\" {}", text, why));
  problem.hint = "write it as a fraction (1/4), a decimal (0.25) or a whole percentage (25%)";
  return problem;
}

// In lowest terms; nothing when it is too large or has no sense.
std::optional<Fraction> reduced(__int128 numerator, __int128 denominator) {
  if (denominator <= 0) return std::nullopt;
  __int128 a = numerator < 0 ? -numerator : numerator;
  __int128 b = denominator;
  while (b != 0) a = std::exchange(b, a % b);
  numerator /= a;
  denominator /= a;
  if (numerator > kLargest || numerator < -kLargest || denominator > kLargest) return std::nullopt;
  return Fraction{static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator)};
}

// Of digits that may have a sign; nothing when it needs more than 62 bits.
std::optional<std::int64_t> small_number(std::string_view text) {
  const auto number = whole_number(text);
  return number && *number <= kLargest && *number >= -kLargest ? number : std::nullopt;
}

// "12.5", ".5", "1e-2", without a sign. Nothing when it is no number or has too many digits.
std::optional<Fraction> decimal(std::string_view text) {
  const auto e = text.find_first_of("eE");
  std::int64_t power = 0;
  if (e != std::string_view::npos) {
    auto digits = text.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto number = small_number(digits);
    if (!number || *number > 18 || *number < -18) return std::nullopt;
    power = *number;
  }
  const auto mantissa = text.substr(0, e);
  const auto point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    power -= static_cast<std::int64_t>(mantissa.size() - point - 1);
  }
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  const auto number = small_number(digits);
  if (!number || power > 18 || power < -36) return std::nullopt;
  __int128 scale = 1;
  for (std::int64_t i = 0; i < (power < 0 ? -power : power); ++i) scale *= 10;
  return power < 0 ? reduced(*number, scale) : reduced(__int128{*number} * scale, 1);
}

Result<Fraction> or_too_fine(std::optional<Fraction> fraction) {
  if (!fraction) {
    return fail("load/segment", "the segments are cut too finely: their ends need over 62 bits");
  }
  return *fraction;
}

}  // namespace

bool Fraction::operator<(const Fraction& other) const {
  return __int128{numerator} * other.denominator < __int128{other.numerator} * denominator;
}

Result<Fraction> parse_fraction(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const auto digits_only = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  std::optional<Fraction> fraction;
  if (rest.ends_with('%')) {
    const auto number = rest.substr(0, rest.size() - 1);
    if (!digits_only(number)) return no_fraction(text, "is no whole percentage");
    if (const auto whole = small_number(number)) fraction = reduced(*whole, 100);
  } else if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    const auto above = rest.substr(0, slash);
    const auto below = rest.substr(slash + 1);
    if (!digits_only(above) || !digits_only(below)) return no_fraction(text, "is no fraction");
    const auto numerator = small_number(above);
    const auto denominator = small_number(below);
    if (numerator && denominator) fraction = reduced(*numerator, *denominator);
  } else {
    fraction = decimal(rest);
  }
  if (!fraction) return no_fraction(text, "is no number, or one with too many digits");
  if (negative) fraction->numerator = -fraction->numerator;
  return *fraction;
}

std::string format_fraction(const Fraction& fraction) {
  return fraction.denominator == 1 ? std::to_string(fraction.numerator)
                                   : fmt::format("{}/{}", fraction.numerator, fraction.denominator);
}

// Products of two numbers of 62 bits, and sums of two such products, fit into 127 bits.
Result<Fraction> fraction(std::int64_t numerator, std::int64_t denominator) {
  return or_too_fine(reduced(numerator, denominator));
}

Result<Fraction> add(const Fraction& a, const Fraction& b) {
  return or_too_fine(
      reduced(__int128{a.numerator} * b.denominator + __int128{b.numerator} * a.denominator,
              __int128{a.denominator} * b.denominator));
}

Result<Fraction> subtract(const Fraction& a, const Fraction& b) {
  return add(a, {-b.numerator, b.denominator});
}

Result<Fraction> multiply(const Fraction& a, const Fraction& b) {
  return or_too_fine(
      reduced(__int128{a.numerator} * b.numerator, __int128{a.denominator} * b.denominator));
}

}  // namespace crema::load
