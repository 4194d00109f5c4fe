#include "crema/load/schedule/duration.h"

#include "vectors.h"

#include <gmock/gmock.h>

#include <limits>

namespace crema::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Duration, ReadsWhatK6Reads) {
  for (const Json& test : vectors("durations.json")) {
    const auto duration = parse_duration(test.at("text").get<std::string>());
    ASSERT_EQ(duration.has_value(), !test.contains("error")) << test;
    if (duration) {
      EXPECT_EQ(duration->count(), test.at("nanoseconds").get<std::int64_t>()) << test;
    } else {
      EXPECT_EQ(duration.error().code, "load/duration");
    }
  }
}

TEST(Duration, ReadsBackWhatItPrints) {
  for (const Json& test : vectors("durations.json")) {
    if (test.contains("error")) continue;
    const Nanoseconds value{test.at("nanoseconds").get<std::int64_t>()};
    const auto again = parse_duration(format_duration(value), BareNumber::refused);
    ASSERT_TRUE(again) << test;
    EXPECT_EQ(*again, value) << test;
  }
}

TEST(Duration, PrintsAsGoDoes) {
  const std::vector<std::pair<Nanoseconds, std::string>> cases = {
      {0ns, "0s"},
      {1ns, "1ns"},
      {1100ns, "1.1\u00b5s"},
      {2200us, "2.2ms"},
      {500ms, "500ms"},
      {3300ms, "3.3s"},
      {90s, "1m30s"},
      {60s, "1m0s"},
      {4min + 5s, "4m5s"},
      {4min + 5001ms, "4m5.001s"},
      {5h + 6min + 7001ms, "5h6m7.001s"},
      {2h, "2h0m0s"},
      {8min + 1ns, "8m0.000000001s"},
      {-90s, "-1m30s"},
      {-5ms, "-5ms"},
      {Nanoseconds::max(), "2562047h47m16.854775807s"},
      {Nanoseconds::min(), "-2562047h47m16.854775808s"},
  };
  for (const auto& [duration, text] : cases) EXPECT_EQ(format_duration(duration), text);
}

TEST(Duration, WantsAUnitWhereK6Does) {
  EXPECT_FALSE(parse_duration("30", BareNumber::refused));
  EXPECT_EQ(parse_duration("30").value(), 30ms);
  EXPECT_EQ(parse_duration("0", BareNumber::refused).value(), 0s);
  EXPECT_EQ(parse_duration("30s", BareNumber::refused).value(), 30s);
}

TEST(Duration, SaysWhatIsWrong) {
  EXPECT_THAT(parse_duration("5 minutes").error().message, HasSubstr("\"5 minutes\""));
  EXPECT_THAT(parse_duration("5x").error().message, HasSubstr("unit"));
  EXPECT_THAT(parse_duration("300y").error().hint, HasSubstr("1m30s"));
  EXPECT_THAT(parse_duration("9999999h").error().message, HasSubstr("292 years"));
}

TEST(Duration, TakesMillisecondsThatAreFinite) {
  EXPECT_EQ(duration_of_milliseconds(1000.5).value(), 1000500us);
  EXPECT_FALSE(duration_of_milliseconds(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(duration_of_milliseconds(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(duration_of_milliseconds(-1e300));
}

}  // namespace
}  // namespace crema::load
