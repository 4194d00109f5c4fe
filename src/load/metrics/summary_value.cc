#include "summary_value.h"

#include "crema/formats/json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace crema::load {
namespace {

// 1234 hundredths are "12.34", 1230 "12.3", 1200 "12".
std::string hundredths_text(std::int64_t hundredths) {
  auto text = fmt::format("{}.{:02}", hundredths / 100, hundredths % 100);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string fitting_text(double milliseconds) {
  if (milliseconds == 0) return "0s";
  if (milliseconds < 0) return "-" + fitting_text(-milliseconds);
  // A decimal fraction of milliseconds may be stored as slightly less.
  const auto nanoseconds =
      static_cast<std::int64_t>(std::floor(std::min(milliseconds * 1e6, 9e18) + 1e-6));
  if (nanoseconds < 1'000) return fmt::format("{}ns", nanoseconds);
  if (nanoseconds < 1'000'000) return hundredths_text(nanoseconds / 10) + "µs";
  if (nanoseconds < 1'000'000'000) return hundredths_text(nanoseconds / 10'000) + "ms";
  const auto seconds = nanoseconds / 1'000'000'000;
  if (seconds < 60) return hundredths_text(nanoseconds / 10'000'000) + "s";
  if (seconds < 3600) return fmt::format("{}m{}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string number_text(double value) {
  if (!(std::abs(value) < 1e21)) return formats::json_number(value);
  auto text = fmt::format("{:.6f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string duration_text(double milliseconds, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::seconds:
      return fmt::format("{:.2f}s", milliseconds / 1e3);
    case TimeUnit::milliseconds:
      return fmt::format("{:.2f}ms", milliseconds);
    case TimeUnit::microseconds:
      return fmt::format("{:.2f}µs", milliseconds * 1e3);
    case TimeUnit::fitting:
      break;
  }
  return fitting_text(milliseconds);
}

std::string bytes_text(double bytes) {
  constexpr std::array<std::string_view, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 0) return "-" + bytes_text(-bytes);
  if (bytes < 10) return number_text(bytes) + " B";
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  const double tenths = std::floor(bytes * 10 + 0.5) / 10;
  return fmt::format("{:.{}f} {}", tenths, tenths < 10 ? 1 : 0, kUnits.at(unit));
}

std::string share_text(double share) {
  return fmt::format("{:.2f}%", std::trunc(share * 100 * 100) / 100);
}

std::string value_text(double value, ValueType contains, TimeUnit unit) {
  switch (contains) {
    case ValueType::time:
      return duration_text(value, unit);
    case ValueType::data:
      return bytes_text(value);
    case ValueType::number:
      break;
  }
  return number_text(value);
}

}  // namespace crema::load
