#include "crema/load/schedule/duration.h"

#include "number_text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace crema::load {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = kSecond * 24 * 3600;

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
// The longer of two names that start alike comes first. Both signs that look like µ are in use.
constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1000},
                                         {"\u00b5s", 1000},
                                         {"\u03bcs", 1000},
                                         {"ms", 1'000'000},
                                         {"s", kSecond},
                                         {"m", 60 * kSecond},
                                         {"h", 3600 * kSecond}}};

Diagnostic unreadable(std::string_view text, std::string why) {
  Diagnostic problem =
      make_error("load/duration", fmt::format("\"{}\" is no duration: {}", text, why));
  problem.hint = "write it as \"90s\", \"1m30s\" or \"500ms\"";
  return problem;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of digits, 0 without any; nothing when it is too large.
std::optional<std::int64_t> digits_value(std::string_view digits) {
  return digits.empty() ? 0 : whole_number(digits);
}

std::string_view take_digits(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  const auto digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// The digits behind a point as a share of `unit`, cut to nanoseconds.
std::int64_t share_of(std::int64_t unit, std::string_view digits) {
  // A unit has at most 13 digits, so digits beyond the 18th are less than a nanosecond.
  digits = digits.substr(0, 18);
  __int128 scale = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) scale *= 10;
  return static_cast<std::int64_t>(__int128{digits_value(digits).value_or(0)} * unit / scale);
}

const Unit* take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

// Numbers with units, one after the other, without a sign.
Result<std::int64_t> parse_parts(std::string_view whole, std::string_view text) {
  if (text.empty()) return unreadable(whole, "it is empty");
  std::int64_t sum = 0;
  while (!text.empty()) {
    const auto digits = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = take_digits(text);
    }
    if (digits.empty() && fraction.empty()) return unreadable(whole, "a number is missing");
    const Unit* unit = take_unit(text);
    if (unit == nullptr) {
      return unreadable(whole, text.empty() ? "a unit is missing behind its number"
                                            : "it has a unit that is none of ns, us, ms, s, m, h");
    }
    const auto number = digits_value(digits);
    std::int64_t part = 0;
    if (!number || __builtin_mul_overflow(*number, unit->nanoseconds, &part) ||
        __builtin_add_overflow(part, share_of(unit->nanoseconds, fraction), &part) ||
        __builtin_add_overflow(sum, part, &sum)) {
      return unreadable(whole, "it is longer than 292 years");
    }
  }
  return sum;
}

Result<std::int64_t> parse_days(std::string_view whole, std::string_view days,
                                std::string_view rest) {
  const auto number = digits_value(days);
  if (days.empty() || days.find_first_not_of("0123456789") != std::string_view::npos) {
    return unreadable(whole, "a whole number is missing before its d");
  }
  const std::int64_t hours = rest.empty() ? 0 : CREMA_TRY(parse_parts(whole, rest));
  std::int64_t sum = 0;
  if (!number || __builtin_mul_overflow(*number, kDay, &sum) ||
      __builtin_add_overflow(sum, hours, &sum)) {
    return unreadable(whole, "it is longer than 292 years");
  }
  return sum;
}

// A number of `unit`s with up to nine digits behind the point, none of them a 0 at the end.
std::string decimal(std::uint64_t nanoseconds, std::uint64_t unit, std::string_view name) {
  std::string text = fmt::format("{}", nanoseconds / unit);
  if (std::uint64_t rest = nanoseconds % unit; rest != 0) {
    text += '.';
    for (std::uint64_t digit = unit / 10; rest != 0; rest %= digit, digit /= 10) {
      text += static_cast<char>('0' + rest / digit);
      if (digit == 1) break;
    }
  }
  return text.append(name);
}

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view text, BareNumber bare) {
  if (const auto number =
          real_number(text.substr(text.starts_with('+') && !text.starts_with("+-") ? 1 : 0))) {
    if (bare == BareNumber::milliseconds) return duration_of_milliseconds(*number);
    if (*number == 0) return Nanoseconds(0);
    return unreadable(text, "a unit is missing behind its number");
  }
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const auto d = rest.find('d');
  const std::int64_t value =
      d == std::string_view::npos
          ? CREMA_TRY(parse_parts(text, rest))
          : CREMA_TRY(parse_days(text, rest.substr(0, d), rest.substr(d + 1)));
  return Nanoseconds(negative ? -value : value);
}

Result<Nanoseconds> duration_of_milliseconds(double milliseconds) {
  const double nanoseconds = milliseconds * 1e6;
  if (!(std::abs(nanoseconds) < static_cast<double>(kLargest))) {
    return unreadable(fmt::format("{}", milliseconds), "it is no finite number below 292 years");
  }
  return Nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

std::string format_duration(Nanoseconds duration) {
  const std::int64_t value = duration.count();
  if (value == 0) return "0s";
  // The magnitude of the smallest number is no positive one of the same width.
  const std::uint64_t left =
      value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  const std::string sign = value < 0 ? "-" : "";
  if (left < 1000) return sign + decimal(left, 1, "ns");
  if (left < 1'000'000) return sign + decimal(left, 1000, "\u00b5s");
  if (left < kSecond) return sign + decimal(left, 1'000'000, "ms");
  constexpr std::uint64_t kMinute = 60ULL * kSecond;
  const std::uint64_t minutes = left / kMinute;
  std::string text = sign;
  if (minutes >= 60) text += fmt::format("{}h", minutes / 60);
  if (minutes > 0) text += fmt::format("{}m", minutes % 60);
  return text + decimal(left % kMinute, kSecond, "s");
}

}  // namespace crema::load
