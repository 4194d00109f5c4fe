#include "vectors.h"

#include "crema/load/schedule/segment.h"

#include <algorithm>
#include <map>
#include <random>

namespace crema::load {
namespace {

TEST(Striping, DealsAsK6Does) {
  for (const Json& test : vectors("striping.json")) {
    const Striping share = striping(test);
    EXPECT_EQ(share.thing(0), test.at("start").get<std::int64_t>()) << test;
    EXPECT_EQ(share.offsets(), test.at("offsets").get<std::vector<std::int64_t>>()) << test;
    EXPECT_EQ(share.round(), test.at("round").get<std::int64_t>()) << test;
  }
}

TEST(Striping, ScalesAsK6Does) {
  for (const Json& test : vectors("scaling.json")) {
    const Striping share = striping(test);
    for (const auto& [count, scaled] : test.at("scale").items()) {
      EXPECT_EQ(share.scale(std::stoll(count)), scaled.get<std::int64_t>()) << test << count;
    }
    for (const auto& [among, scales] : test.at("among").items()) {
      const auto shares = share.among(std::stoll(among));
      ASSERT_EQ(shares.has_value(), !scales.is_null()) << test << among;
      for (const auto& [count, scaled] : scales.items()) {
        EXPECT_EQ(shares->scale(std::stoll(count)), scaled.get<std::int64_t>())
            << test << among << " " << count;
      }
    }
  }
}

// A sequence of `parts` random segments that is everything.
SegmentSequence random_sequence(std::mt19937_64& random, std::size_t parts) {
  std::vector<std::int64_t> lengths(parts);
  std::int64_t sum = 0;
  for (auto& length : lengths) sum += length = 1 + static_cast<std::int64_t>(random() % 100);
  std::string text = "0";
  std::int64_t end = 0;
  for (const auto length : lengths) {
    text += "," + std::to_string(end += length) + "/" + std::to_string(sum);
  }
  return parse_segment_sequence(text).value();
}

TEST(Striping, GivesEachThingToOneSegment) {
  std::mt19937_64 random(7);  // NOLINT: the same in each run
  for (int round = 0; round < 30; ++round) {
    const SegmentSequence sequence = random_sequence(random, 2 + random() % 9);
    std::vector<Striping> shares;
    for (const auto& segment : sequence) {
      shares.push_back(Striping::make(segment, sequence).value());
    }
    std::vector<int> taken(2000);
    for (const Striping& share : shares) {
      for (std::int64_t n = 0; share.thing(n) < 2000; ++n) {
        ++taken[static_cast<std::size_t>(share.thing(n))];
      }
    }
    EXPECT_EQ(std::count(taken.begin(), taken.end(), 1), 2000);
    for (const std::int64_t count : {1, 2, 50, 999, 2000}) {
      std::int64_t sum = 0;
      for (const Striping& share : shares) {
        sum += share.scale(count);
        EXPECT_LE(share.scale(count - 1), share.scale(count));
      }
      EXPECT_EQ(sum, count);
    }
  }
}

TEST(Striping, SharesOfSharesAreStillEverything) {
  std::mt19937_64 random(11);  // NOLINT: the same in each run
  for (int round = 0; round < 30; ++round) {
    const SegmentSequence sequence = random_sequence(random, 2 + random() % 9);
    const auto users = static_cast<std::int64_t>(1 + random() % 40);
    std::int64_t sum = 0;
    for (const auto& segment : sequence) {
      const auto among = Striping::make(segment, sequence).value().among(users);
      sum += among ? among->scale(1000) : 0;
    }
    EXPECT_EQ(sum, 1000);
  }
}

TEST(Striping, RefusesASegmentThatIsNotInTheSequence) {
  const auto result =
      Striping::make(parse_segment("0:1/2").value(), parse_segment_sequence("0,1/3,1").value());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "load/segment");
}

TEST(Striping, RefusesRoundsThatAreTooLong) {
  EXPECT_FALSE(Striping::make(parse_segment("0:1/100000007").value(), {}));
  EXPECT_FALSE(Striping::make(parse_segment("0:1/10007").value(),
                              parse_segment_sequence("0,1/10007,10008/10009,1").value()));
}

TEST(Striping, ThreadsOfAnInstanceTakeWhatIsItsOwn) {
  const auto sequence = parse_segment_sequence("0,1/7,2/5,1").value();
  const auto threads = parse_segment_sequence("0,1/3,2/3,1").value();
  for (const auto& segment : sequence) {
    const Striping instance = Striping::make(segment, sequence).value();
    std::map<std::int64_t, int> taken;
    std::int64_t scaled = 0;
    for (const auto& thread : threads) {
      const Striping share = instance.nested(Striping::make(thread, threads).value()).value();
      EXPECT_DOUBLE_EQ(share.length().value() * 3, instance.length().value());
      for (std::int64_t n = 0; share.thing(n) < 1000; ++n) ++taken[share.thing(n)];
      scaled += share.scale(1000);
    }
    EXPECT_EQ(static_cast<std::int64_t>(taken.size()), instance.scale(1000));
    EXPECT_EQ(scaled, instance.scale(1000));
    for (const auto& [thing, times] : taken) EXPECT_EQ(times, 1) << thing;
    for (std::int64_t n = 0; instance.thing(n) < 1000; ++n) {
      EXPECT_EQ(taken.count(instance.thing(n)), 1U);
    }
  }
}

TEST(Striping, NestsInEverythingAsItIs) {
  const auto half = Striping::make(parse_segment("1/2:1").value(), {}).value();
  EXPECT_EQ(Striping().nested(half).value().offsets(), half.offsets());
  EXPECT_EQ(half.nested(Striping()).value().thing(5), half.thing(5));
}

TEST(Striping, HasALength) {
  const auto share = Striping::make(parse_segment("1/4:1/2").value(), {}).value();
  EXPECT_EQ(share.length(), (Fraction{1, 4}));
  EXPECT_EQ(Striping().length(), (Fraction{1, 1}));
}

}  // namespace
}  // namespace crema::load
