#include "known_type_text.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace crema::load {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'596'800;  // of the year 1
constexpr std::int64_t kLastSecond = 253'402'300'799;   // of the year 9999
constexpr std::int64_t kMostSeconds = 315'576'000'000;  // 10,000 years
constexpr std::int32_t kNanos = 1'000'000'000;

// A number of exactly `size` digits; passes over it.
std::optional<int> take_digits(std::string_view& text, std::size_t size) {
  if (text.size() < size) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, value);
  if (error != std::errc() || end != text.data() + size || text[0] == '-') return std::nullopt;
  text.remove_prefix(size);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text[0] != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// What stands behind the point: up to nine digits, as nanoseconds.
std::optional<std::int32_t> take_fraction(std::string_view& text, bool may_be_empty) {
  std::int32_t nanos = 0;
  int count = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (++count > 9) return std::nullopt;
    nanos = nanos * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  if (count == 0 && !may_be_empty) return std::nullopt;
  for (; count < 9; ++count) nanos *= 10;
  return nanos;
}

// "Z", "+01:00": in seconds.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const bool behind = take(text, '-');
  if (!behind && !take(text, '+')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 24 || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 60) return std::nullopt;
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return behind ? -seconds : seconds;
}

// None, three, six or nine digits.
std::string fraction_text(std::int32_t nanos) {
  if (nanos == 0) return "";
  if (nanos % 1'000'000 == 0) return fmt::format(".{:03}", nanos / 1'000'000);
  if (nanos % 1'000 == 0) return fmt::format(".{:06}", nanos / 1'000);
  return fmt::format(".{:09}", nanos);
}

}  // namespace

std::optional<SecondsAndNanos> parse_timestamp(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  SecondsAndNanos time;
  if (take(text, '.')) {
    const auto nanos = take_fraction(text, false);
    if (!nanos) return std::nullopt;
    time.nanos = *nanos;
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  time.seconds = days * 86'400 + *hour * 3600 + *minute * 60 + *second - *zone;
  if (time.seconds < kFirstSecond || time.seconds > kLastSecond) return std::nullopt;
  return time;
}

std::optional<std::string> timestamp_text(SecondsAndNanos time) {
  if (time.seconds < kFirstSecond || time.seconds > kLastSecond || time.nanos < 0 ||
      time.nanos >= kNanos)
    return std::nullopt;
  const std::chrono::sys_seconds at{std::chrono::seconds(time.seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     fraction_text(time.nanos));
}

std::optional<SecondsAndNanos> parse_duration_text(std::string_view text) {
  const bool negative = take(text, '-');
  SecondsAndNanos duration;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), duration.seconds);
  const auto length = static_cast<std::size_t>(end - text.data());
  const bool whole = error == std::errc() && text[0] != '-';
  if (!whole && (text.empty() || text[0] != '.')) return std::nullopt;
  if (whole) text.remove_prefix(length);
  if (take(text, '.')) {
    const auto nanos = take_fraction(text, whole);
    if (!nanos) return std::nullopt;
    duration.nanos = *nanos;
  }
  if (text != "s" || duration.seconds > kMostSeconds) return std::nullopt;
  if (negative) duration = {-duration.seconds, -duration.nanos};
  return duration;
}

std::optional<std::string> duration_text(SecondsAndNanos duration) {
  const auto [seconds, nanos] = duration;
  if (seconds < -kMostSeconds || seconds > kMostSeconds || nanos <= -kNanos || nanos >= kNanos ||
      (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0))
    return std::nullopt;
  const bool negative = seconds < 0 || nanos < 0;
  return fmt::format("{}{}{}s", negative ? "-" : "", negative ? -seconds : seconds,
                     fraction_text(negative ? -nanos : nanos));
}

std::optional<std::string> mask_path_to_snake(std::string_view path) {
  std::string snake;
  for (const char c : path) {
    if (c == '_') return std::nullopt;
    if (c >= 'A' && c <= 'Z') {
      snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  return snake;
}

std::optional<std::string> mask_path_to_camel(std::string_view path) {
  std::string camel;
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] != '_') {
      if (path[at] >= 'A' && path[at] <= 'Z') return std::nullopt;
      camel += path[at];
      continue;
    }
    if (at + 1 >= path.size() || path[at + 1] < 'a' || path[at + 1] > 'z') return std::nullopt;
    camel += static_cast<char>(path[++at] - 'a' + 'A');
  }
  return camel;
}

}  // namespace crema::load
