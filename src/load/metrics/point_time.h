// The local time of a point as RFC 3339 has it.
#pragma once

#include "crema/sys/host.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// Keeps the text of the last second: points come by thousands in one.
class PointTime {
 public:
  // "2026-11-25T09:05:00.277843198+01:00", or with Z in UTC; a fraction without zeros at its end.
  void append(std::string& out, sys::WallTime time);
  // Without a fraction.
  void append_seconds(std::string& out, sys::WallTime time);

 private:
  void find(std::int64_t second);
  std::int64_t second_ = -1;
  std::string date_;
  std::string zone_;
};

}  // namespace crema::load
