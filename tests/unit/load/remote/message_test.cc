#include "crema/load/remote/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace crema::load {
namespace {

using ::testing::HasSubstr;

Message again(const Message& message) {
  auto decoded = decode(encode(message));
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
  return decoded ? std::move(*decoded) : Message();
}

// Every field of every message, with the numbers at the ends of what they hold.
std::vector<Message> messages() {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return {
      Hello{.protocol = 7, .version = "0.1", .cores = 64, .cpu_model = "A CPU"},
      Refusal{"load/agent-busy", "busy", "wait"},
      ClockProbe{kLeast},
      ClockAnswer{1, kMost, -1},
      Assignment{.archive = std::string("\0tar", 4),
                 .segment = "0:1/2",
                 .sequence = "0,1/2,1",
                 .init_timeout = 60,
                 .wall_shift = -5,
                 .no_thresholds = true,
                 .wants_points = true,
                 .secret_sources = {"mock=a=b", ""}},
      Ready{},
      Start{kMost, "{}"},
      Stop{},
      LogLine{3, "text", {{"source", "console"}, {"", ""}}},
      Measured{.delta = "CLMD",
               .points = {.series = {{"http_reqs", 0, 2, {{"status", "200"}}}},
                          .metadata = {{{{"vu", "1"}}}},
                          .points = {{0, 1, 1'700'000'000'000'000'000, 0.25}}},
               .lost_points = std::numeric_limits<std::uint64_t>::max(),
               .standing = {.completed = 1,
                            .interrupted = 2,
                            .active = 3,
                            .initialized = 4,
                            .failed = true,
                            .scenarios = {{"default", 3, 1, 5}}}},
      EndRequest{-99, "why"},
      Done{99, 0.5, 0.25, 1e-300},
      Alive{},
  };
}

TEST(MessageTest, EveryKindComesBackAsItWas) {
  const auto all = messages();
  ASSERT_EQ(all.size(), std::variant_size_v<Message>);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Message back = again(all[i]);
    EXPECT_EQ(back.index(), i);
    EXPECT_EQ(encode(back), encode(all[i])) << i;
  }
}

TEST(MessageTest, FieldsAreTheSame) {
  const auto all = messages();
  const auto clock = std::get<ClockAnswer>(again(all[3]));
  EXPECT_EQ(clock.monotonic, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(clock.wall, -1);
  const auto measured = std::get<Measured>(again(all[9]));
  EXPECT_EQ(measured.points.series.at(0).tags.at(0).second, "200");
  EXPECT_EQ(measured.points.metadata.at(0).pairs.at(0).first, "vu");
  EXPECT_DOUBLE_EQ(measured.points.points.at(0).value, 0.25);
  EXPECT_EQ(measured.standing.scenarios.at(0).dropped, 5U);
  EXPECT_EQ(std::get<EndRequest>(again(all[10])).exit, -99);
}

// Whatever is cut off is missed, at every place.
TEST(MessageTest, WhatIsCutOffIsRefused) {
  for (const Message& message : messages()) {
    const std::string whole = encode(message);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(decode(whole.substr(0, size))) << message.index() << " at " << size;
    EXPECT_FALSE(decode(whole + "x")) << message.index();
  }
}

struct Bad {
  std::string_view bytes;
  std::string_view said;
};
class BadMessageTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadMessageTest, IsRefusedAndSaysWhy) {
  const auto decoded = decode(GetParam().bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, "load/message");
  EXPECT_THAT(decoded.error().message, HasSubstr(GetParam().said));
}

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    All, BadMessageTest,
    ::testing::Values(Bad{""sv, "empty"}, Bad{"\x63"sv, "kind 99"},
                      // A list of 2^60 pairs.
                      Bad{"\x08\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x0f"sv, "promises more"},
                      // A text of 2^60 bytes.
                      Bad{"\x01\xff\xff\xff\xff\xff\xff\xff\xff\x0f"sv, "too early"},
                      // A number of more than 64 bits, one of more than 32.
                      Bad{"\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"sv, "too large"},
                      Bad{"\x00\xff\xff\xff\xff\xff\x0f"sv, "too large"}));

}  // namespace
}  // namespace crema::load
