#include "crema/load/schedule/segment.h"

#include "vectors.h"

namespace crema::load {
namespace {

TEST(Segment, ReadsWhatK6Reads) {
  for (const Json& test : vectors("segments.json")) {
    const auto segment = parse_segment(test.at("text").get<std::string>());
    ASSERT_EQ(segment.has_value(), !test.contains("error")) << test;
    if (!segment) {
      EXPECT_EQ(segment.error().code, "load/segment") << test;
      continue;
    }
    EXPECT_EQ(format_segment(*segment), test.at("segment").get<std::string>()) << test;
    EXPECT_EQ(parse_segment(format_segment(*segment)).value(), *segment) << test;
  }
}

TEST(Segment, ReadsSequences) {
  for (const Json& test : vectors("sequences.json")) {
    const auto sequence = parse_segment_sequence(test.at("text").get<std::string>());
    ASSERT_EQ(sequence.has_value(), !test.contains("error")) << test;
    if (!sequence) continue;
    EXPECT_EQ(format_segment_sequence(*sequence), test.at("sequence").get<std::string>()) << test;
  }
}

TEST(Segment, HasAnExactLength) {
  const auto length = segment_length(parse_segment("1/3:1/2").value());
  EXPECT_EQ(length.value(), (Fraction{1, 6}));
}

TEST(Segment, IsSplitEvenly) {
  const auto parts = split_segment(parse_segment("1/4:1/2").value(), 4).value();
  std::vector<std::string> texts;
  for (const auto& part : parts) texts.push_back(format_segment(part));
  EXPECT_EQ(texts, (std::vector<std::string>{"1/4:5/16", "5/16:3/8", "3/8:7/16", "7/16:1/2"}));
}

TEST(Segment, TakesAPartOfAPart) {
  const auto part = sub_segment(parse_segment("1/2:1").value(), parse_segment("0:1/2").value());
  EXPECT_EQ(format_segment(part.value()), "1/2:3/4");
}

TEST(Segment, SaysWhenItIsCutTooFinely) {
  const auto fine = parse_segment("0:1/4000000000000000000").value();
  const auto part = sub_segment(fine, parse_segment("0:1/3").value());
  ASSERT_FALSE(part);
  EXPECT_EQ(part.error().code, "load/segment");
}

TEST(Fraction, ComparesWithoutOverflow) {
  const Fraction just_below{4'000'000'000'000'000'000, 4'000'000'000'000'000'001};
  EXPECT_TRUE(just_below < (Fraction{1, 1}));
  EXPECT_FALSE((Fraction{1, 1}) < just_below);
}

}  // namespace
}  // namespace crema::load
