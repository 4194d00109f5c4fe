// A time zone as compiled by zic (TZif, RFC 8536): its offsets from UTC, including the rule that
// holds after the last listed change.
#pragma once

#include "crema/base/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

// "EST5EDT,M3.2.0,M11.1.0": standard time, and daylight time with the days it starts and ends.
struct PosixZone {
  struct Day {
    char form = 'M';  // M: month.week.weekday; J: day without Feb 29; 0: day of the year from 0
    int month = 0, week = 0, weekday = 0;
    int day = 0;
    seconds time{7200};
  };
  seconds standard{0};
  std::optional<seconds> daylight;
  Day start;
  Day end;
};

class TimeZone {
 public:
  static TimeZone utc() { return {}; }
  static Result<TimeZone> parse(std::string_view tzif);

  seconds offset_at(sys_seconds time) const;
  // The instants at which a clock in this zone shows `local`: none in a gap, two in an overlap.
  std::vector<sys_seconds> instants_of(local_seconds local) const;
  // When the clocks change in the gap that `local` falls into.
  sys_seconds end_of_gap(local_seconds local) const;

 private:
  std::vector<sys_seconds> changes_;
  std::vector<seconds> offsets_;  // from the change of the same index on
  seconds first_{0};              // before the first change
  std::optional<PosixZone> rule_;
};

std::optional<PosixZone> parse_posix_zone(std::string_view text);
seconds posix_offset_at(const PosixZone& zone, sys_seconds time);

}  // namespace crema::workflow
