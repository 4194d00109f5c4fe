// Reads the value of a Set-Cookie header (RFC 6265, 5.2, as Go's net/http reads it).
#include "crema/base/strings.h"
#include "crema/load/protocol/cookie_jar.h"
#include "crema/load/protocol/header_list.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// RFC 6265, 5.1.1: day, month, year and time in any order, whatever stands between them.
std::optional<sys::WallTime> parse_cookie_date(std::string_view text) {
  std::optional<int> day;
  std::optional<int> month;
  std::optional<int> year;
  std::optional<int> seconds;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto begin = text.find_first_not_of(" \t,-/;()", at);
    if (begin == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \t,-/;()", begin), text.size());
    const auto token = text.substr(begin, end - begin);
    at = end;
    if (!seconds && token.find(':') != std::string_view::npos) {
      const auto parts = split(token, ':');
      if (parts.size() != 3) return std::nullopt;
      const auto hour = number(parts[0]);
      const auto minute = number(parts[1]);
      const auto second = number(parts[2]);
      if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59 || *hour < 0 ||
          *minute < 0 || *second < 0) {
        return std::nullopt;
      }
      seconds = *hour * 3600 + *minute * 60 + *second;
    } else if (!day && token.size() <= 2 && number(token)) {
      day = number(token);
    } else if (!month && token.size() >= 3 &&
               std::find(kMonths.begin(), kMonths.end(), to_lower(token.substr(0, 3))) !=
                   kMonths.end()) {
      const auto found = std::find(kMonths.begin(), kMonths.end(), to_lower(token.substr(0, 3)));
      month = static_cast<int>(found - kMonths.begin()) + 1;
    } else if (!year && (token.size() == 2 || token.size() == 4) && number(token)) {
      year = number(token);
    }
  }
  if (!day || !month || !year || !seconds) return std::nullopt;
  if (*year < 70) *year += 2000;
  if (*year < 100) *year += 1900;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // What the clock can hold ends in 2262.
  if (!date.ok() || *year < 1601 || *year > 2261) return std::nullopt;
  if (*year < 1678) return sys::WallTime{};
  return std::chrono::sys_days(date) + std::chrono::seconds(*seconds);
}

void set_attribute(Cookie& cookie, std::string_view name, std::string_view value) {
  const auto key = to_lower(name);
  if (key == "expires") {
    cookie.expires = parse_cookie_date(value);
  } else if (key == "max-age") {
    std::int64_t age = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), age);
    if (!value.empty() && error == std::errc() && end == value.data() + value.size())
      cookie.max_age = age;
  } else if (key == "domain") {
    cookie.domain = to_lower(value.starts_with('.') ? value.substr(1) : value);
  } else if (key == "path") {
    cookie.path = value;
  } else if (key == "secure") {
    cookie.secure = true;
  } else if (key == "httponly") {
    cookie.http_only = true;
  } else if (key == "samesite") {
    const auto mode = to_lower(value);
    cookie.same_site = mode == "lax"      ? "Lax"
                       : mode == "strict" ? "Strict"
                       : mode == "none"   ? "None"
                                          : "";
  }
}

}  // namespace

std::optional<Cookie> parse_set_cookie(std::string_view text) {
  const auto parts = split(text, ';');
  const auto pair = trim(parts[0]);
  const auto equals = pair.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Cookie cookie;
  cookie.name = trim(pair.substr(0, equals));
  if (!valid_header_name(cookie.name)) return std::nullopt;
  auto value = pair.substr(equals + 1);
  if (value.size() > 1 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  const bool bad = std::any_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\';
  });
  if (bad) return std::nullopt;
  cookie.value = value;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto part = trim(parts[i]);
    const auto sign = part.find('=');
    set_attribute(cookie, trim(part.substr(0, sign)),
                  sign == std::string_view::npos ? "" : trim(part.substr(sign + 1)));
  }
  return cookie;
}

}  // namespace crema::load
