// Feeds any bytes to the filter patterns, the cron reader and the time zone reader, and holds them
// to what they promise: no crash, no endless search; a firing lies after the asked time, on a full
// minute; a pattern of plain characters matches exactly itself.
#include "crema/workflow/trigger.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using std::chrono::sys_seconds;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_pattern(std::string_view pattern, std::string_view text) {
  const std::string patterns[] = {std::string(pattern)};
  const bool matches = crema::workflow::matches_filter(patterns, text);
  const bool plain = pattern.find_first_of("*?+[!\\") == std::string_view::npos;
  if (plain) require(matches == (pattern == text));
}

void check_cron(std::string_view cron, std::string_view zone) {
  const sys_seconds now(std::chrono::seconds(1'763'900'000));
  const auto in_utc = crema::workflow::next_cron(cron, "", now);
  if (!in_utc) return;
  require(*in_utc > now && in_utc->time_since_epoch().count() % 60 == 0);
  const auto elsewhere = crema::workflow::next_cron(cron, "X", now, [&](std::string_view) {
    return crema::Result<std::string>(std::string(zone));
  });
  if (elsewhere) require(*elsewhere > now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\0');
  const std::string_view first = text.substr(0, cut);
  const std::string_view second = cut == std::string_view::npos ? "" : text.substr(cut + 1);
  check_pattern(first, second);
  check_cron(first, second);
  return 0;
}
