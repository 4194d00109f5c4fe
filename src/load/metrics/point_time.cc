#include "point_time.h"

#include <fmt/format.h>

#include <chrono>
#include <ctime>

namespace crema::load {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

std::int64_t nanoseconds_of(sys::WallTime time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

}  // namespace

void PointTime::find(std::int64_t second) {
  if (second == second_) return;
  second_ = second;
  const std::time_t seconds = second;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  date_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                      local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
  const auto minutes = local.tm_gmtoff / 60;
  zone_ = minutes == 0 ? "Z"
                       : fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+',
                                     std::abs(minutes) / 60, std::abs(minutes) % 60);
}

void PointTime::append(std::string& out, sys::WallTime time) {
  const auto since = nanoseconds_of(time);
  find(since / kNanoseconds);
  out += date_;
  if (const auto rest = since % kNanoseconds; rest != 0) {
    const auto begin = out.size();
    fmt::format_to(std::back_inserter(out), ".{:09}", rest);
    while (out.back() == '0' && out.size() > begin) out.pop_back();
  }
  out += zone_;
}

void PointTime::append_seconds(std::string& out, sys::WallTime time) {
  find(nanoseconds_of(time) / kNanoseconds);
  out += date_ + zone_;
}

}  // namespace crema::load
