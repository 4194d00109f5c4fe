#include "time_zone.h"

#include "crema/workflow/trigger.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace crema::workflow {
namespace {

// "2026-03-08T09:30Z"
sys_seconds at(std::string_view text) {
  const auto number = [&](std::size_t start, std::size_t size) {
    return std::stoi(std::string(text.substr(start, size)));
  };
  using namespace std::chrono;
  const year_month_day date(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                            day(static_cast<unsigned>(number(8, 2))));
  return sys_days(date) + hours(number(11, 2)) + minutes(number(14, 2));
}

std::string text(sys_seconds time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count());
}

constexpr const char* kZoneinfo = "/usr/share/zoneinfo";

Result<std::string> load_zone(std::string_view name) {
  std::ifstream in(std::filesystem::path(kZoneinfo) / name, std::ios::binary);
  if (!in) return fail("test/zone", "unknown time zone '" + std::string(name) + "'");
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

struct CronCase {
  const char* cron;
  const char* zone;
  const char* after;
  const char* next;
};

void check(const CronCase& test) {
  const auto next = next_cron(test.cron, test.zone, at(test.after), load_zone);
  ASSERT_TRUE(next) << test.cron << ": " << next.error().message;
  EXPECT_EQ(text(*next), test.next)
      << test.cron << " in '" << test.zone << "' after " << test.after;
}

TEST(NextCron, FollowsTheFields) {
  const CronCase cases[] = {
      {"*/15 * * * *", "", "2026-01-01T00:00Z", "2026-01-01T00:15Z"},
      {"*/15 * * * *", "", "2026-01-01T23:45Z", "2026-01-02T00:00Z"},
      {"30 5 * * *", "UTC", "2026-01-01T05:30Z", "2026-01-02T05:30Z"},
      {"30 5 * * *", "", "2026-01-01T05:29Z", "2026-01-01T05:30Z"},
      {"0 9 * * 1-5", "", "2026-11-20T09:00Z", "2026-11-23T09:00Z"},
      {"0 9 * * MON,wed", "", "2026-11-23T09:00Z", "2026-11-25T09:00Z"},
      {"0 0 1 * *", "", "2026-01-15T00:00Z", "2026-02-01T00:00Z"},
      {"0 0 31 * *", "", "2026-01-31T00:00Z", "2026-03-31T00:00Z"},
      {"0 0 29 2 *", "", "2026-01-01T00:00Z", "2028-02-29T00:00Z"},
      {"0 0 29 feb *", "", "2096-03-01T00:00Z", "2104-02-29T00:00Z"},
      {"0 0 13 * 5", "", "2026-11-01T00:00Z", "2026-11-06T00:00Z"},
      {"0 0 13 * 5", "", "2026-11-12T00:00Z", "2026-11-13T00:00Z"},
      {"0 0 */2 * 5", "", "2026-11-01T00:00Z", "2026-11-13T00:00Z"},
      {"20/15 * * * *", "", "2026-01-01T00:36Z", "2026-01-01T00:50Z"},
      {"0 22-23 * 12 *", "", "2026-01-01T00:00Z", "2026-12-01T22:00Z"},
      {"  5   4  *  *   0 ", "", "2026-11-23T00:00Z", "2026-11-29T04:05Z"},
  };
  for (const CronCase& test : cases) check(test);
}

TEST(NextCron, KeepsToTheClockOfATimeZone) {
  if (!std::filesystem::is_directory(kZoneinfo)) GTEST_SKIP() << "no time zone data here";
  const CronCase cases[] = {
      {"30 5 * * 1-5", "America/New_York", "2026-01-05T00:00Z", "2026-01-05T10:30Z"},
      {"30 5 * * 1-5", "America/New_York", "2026-07-06T00:00Z", "2026-07-06T09:30Z"},
      {"0 9 * * *", "Asia/Kolkata", "2026-01-01T00:00Z", "2026-01-01T03:30Z"},
      {"0 0 * * *", "Pacific/Auckland", "2026-01-01T00:00Z", "2026-01-01T11:00Z"},
      // The clock goes from 2:00 to 3:00: a skipped time fires at 3:00, on that day only.
      {"30 2 * * *", "America/New_York", "2026-03-08T00:00Z", "2026-03-08T07:00Z"},
      {"30 2 * * *", "America/New_York", "2026-03-08T07:00Z", "2026-03-09T06:30Z"},
      {"30 2 * * *", "Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T01:00Z"},
      // The clock goes back from 2:00 to 1:00: a repeated time fires once.
      {"30 1 * * *", "America/New_York", "2026-11-01T00:00Z", "2026-11-01T05:30Z"},
      {"30 1 * * *", "America/New_York", "2026-11-01T05:30Z", "2026-11-02T06:30Z"},
      // What fires every hour keeps firing every hour.
      {"30 * * * *", "America/New_York", "2026-11-01T05:30Z", "2026-11-01T06:30Z"},
      {"30 * * * *", "America/New_York", "2026-11-01T06:30Z", "2026-11-01T07:30Z"},
      {"30 * * * *", "America/New_York", "2026-03-08T06:30Z", "2026-03-08T07:30Z"},
      // Far in the future only the zone's rule knows.
      {"0 12 * * *", "Europe/Berlin", "2090-07-01T00:00Z", "2090-07-01T10:00Z"},
      {"0 12 * * *", "Australia/Sydney", "2090-01-01T02:00Z", "2090-01-02T01:00Z"},
  };
  for (const CronCase& test : cases) check(test);
}

TEST(NextCron, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"* * * *", "'* * * *' has 4 fields, not five"},
      {"60 * * * *", "'60' is no minute (0 to 59)"},
      {"* * * FOO *", "'FOO' is no month (1 to 12)"},
      {"* * * * 7", "'7' is no day of week (0 to 6)"},
      {"*/0 * * * *", "'0' is no step"},
      {"5-1 * * * *", "'5-1' ends before it starts"},
      {"1,,2 * * * *", "'' is no minute (0 to 59)"},
      {"0 0 30 2 *", "'0 0 30 2 *' never fires"},
      {"@daily", "'@daily' has 1 fields, not five"},
  };
  for (const auto& [cron, message] : cases) {
    const auto next = next_cron(cron, "", at("2026-01-01T00:00Z"));
    ASSERT_FALSE(next) << cron;
    EXPECT_EQ(next.error().message, message);
  }
  EXPECT_EQ(next_cron("0 0 * * *", "Europe/Berlin", {}).error().message,
            "not supported: time zone 'Europe/Berlin' without time zone data");
  const auto damaged = next_cron("0 0 * * *", "X", {},
                                 [](std::string_view) { return Result<std::string>("TZif2"); });
  EXPECT_EQ(damaged.error().code, "workflow/timezone");
}

TEST(PosixZone, ReadsRules) {
  struct ZoneCase {
    const char* rule;
    const char* time;
    int minutes;
  };
  const ZoneCase cases[] = {
      {"UTC0", "2026-01-01T00:00Z", 0},
      {"<+0330>-3:30", "2026-01-01T00:00Z", 210},
      {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59Z", -300},
      {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00Z", -240},
      {"EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00Z", -300},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59Z", 120},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00Z", 60},
      {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00Z", 660},
      {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00Z", 600},
      {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00Z", 0},
      {"XXX3YYY,J60/0,J300", "2028-03-01T03:00Z", -120},
      {"XXX3YYY,59,300", "2026-01-01T00:00Z", -180},
  };
  for (const ZoneCase& test : cases) {
    const auto zone = parse_posix_zone(test.rule);
    ASSERT_TRUE(zone) << test.rule;
    EXPECT_EQ(posix_offset_at(*zone, at(test.time)), std::chrono::minutes(test.minutes))
        << test.rule << " at " << test.time;
  }
  for (const char* bad : {"", "EST", "5", "EST5EDT", "EST5EDT,M13.1.0,M11.1.0", "EST5EDT,M3.2.0",
                          "EST5EDT,M3.2.0,M11.1.0x", "<EST5"})
    EXPECT_FALSE(parse_posix_zone(bad)) << bad;
}

}  // namespace
}  // namespace crema::workflow
