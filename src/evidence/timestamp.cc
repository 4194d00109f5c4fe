#include "crema/evidence/timestamp.h"

#include <fmt/format.h>

#include <charconv>

namespace crema::evidence {
namespace {

// `size` digits at `at`.
template <typename Number>
bool take_digits(std::string_view text, std::size_t at, std::size_t size, Number& into) {
  if (at + size > text.size()) return false;
  const auto* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + size, into);
  return error == std::errc() && end == begin + size;
}

}  // namespace

std::string timestamp_text(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(time - days).count();
  const auto seconds = rest / 1'000'000;
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (const auto fraction = rest % 1'000'000; fraction != 0) {
    text += fmt::format(".{:06}", fraction);
    while (text.ends_with('0')) text.pop_back();
  }
  return text + "Z";
}

std::optional<Time> parse_timestamp(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_digits(text, 0, 4, year) || !take_digits(text, 5, 2, month) ||
      !take_digits(text, 8, 2, day) || !take_digits(text, 11, 2, hour) ||
      !take_digits(text, 14, 2, minute) || !take_digits(text, 17, 2, second))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  // Nanoseconds since 1970 reach to the year 2262.
  if (!date.ok() || year < 1900 || year > 2200 || hour > 24 || minute > 59 || second > 60)
    return std::nullopt;
  Time time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
              std::chrono::minutes(minute) + std::chrono::seconds(second);
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    std::int64_t microseconds = 0;
    std::int64_t unit = 100'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10)
      microseconds += unit * (text[at] - '0');
    time += std::chrono::microseconds(microseconds);
  }
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    int hours = 0;
    int minutes = 0;
    const auto minutes_at = at + 3 < text.size() && text[at + 3] == ':' ? at + 4 : at + 3;
    if (!take_digits(text, at + 1, 2, hours) || !take_digits(text, minutes_at, 2, minutes))
      return std::nullopt;
    const auto offset = std::chrono::minutes(hours * 60 + minutes);
    time += text[at] == '-' ? offset : -offset;
  }
  return time;
}

}  // namespace crema::evidence
