#include "version_range.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

struct Row {
  const char* range;
  const char* inside;
  const char* outside;
};

class Ranges : public testing::TestWithParam<Row> {};

TEST_P(Ranges, HoldTheirVersionsAndNoOthers) {
  const auto& [text, inside, outside] = GetParam();
  const auto range = VersionRange::parse(text);
  ASSERT_TRUE(range) << range.error().message;
  EXPECT_TRUE(range->contains(*parse_version(inside))) << text << " should hold " << inside;
  EXPECT_FALSE(range->contains(*parse_version(outside))) << text << " should not hold " << outside;
}

INSTANTIATE_TEST_SUITE_P(
    All, Ranges,
    testing::Values(Row{"1.21", "1.21.13", "1.22.0"}, Row{"1.21.x", "1.21.0", "1.20.9"},
                    Row{"1.x", "1.99.1", "2.0.0"}, Row{"1", "1.0.0", "0.9.9"},
                    Row{"*", "7.8.9", "7.8.9-rc.1"}, Row{"^1.21", "1.30.2", "2.0.0"},
                    Row{"^1.21.3", "1.21.3", "1.21.2"}, Row{"^0.2.3", "0.2.9", "0.3.0"},
                    Row{"^0.0.3", "0.0.3", "0.0.4"}, Row{"~1.2.3", "1.2.9", "1.3.0"},
                    Row{"~1", "1.9.0", "2.0.0"}, Row{">=18 <21", "20.11.1", "21.0.0"},
                    Row{">=3.10,<3.13", "3.12.4", "3.13.0"}, Row{"> 1.2", "1.3.0", "1.2.9"},
                    Row{"<=1.2", "1.2.9", "1.3.0"}, Row{"<18", "17.9.9", "18.0.0"},
                    Row{"16 || 18", "18.1.0", "17.0.0"}, Row{"3.10 - 3.12", "3.12.9", "3.13.0"},
                    Row{"==3.11.*", "3.11.4", "3.12.0"}, Row{"~=3.10", "3.12.0", "4.0.0"},
                    Row{"~=3.10.2", "3.10.8", "3.11.0"}, Row{"v20.1.0", "20.1.0", "20.1.1"},
                    Row{"go1.20.14", "1.20.14", "1.20.13"}, Row{"1.22rc1", "1.22.0-rc.1", "1.21.0"},
                    Row{">=1.22.0-rc.1", "1.22.0-rc.2", "1.23.0-rc.1"}));

TEST(Versions, AreOrderedWithPreReleasesBeforeTheirRelease) {
  const char* ascending[] = {"1.9",           "1.21rc2", "1.21rc10", "1.21.0",
                             "1.21.1-beta.2", "1.21.1",  "2.0.0"};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(*parse_version(ascending[i - 1]), *parse_version(ascending[i])) << ascending[i];
  }
}

TEST(Versions, AreReadInTheSpellingsOfTheirTools) {
  EXPECT_EQ(parse_version("go1.26.8")->text(), "1.26.8");
  EXPECT_EQ(parse_version("v20.20.2")->text(), "20.20.2");
  EXPECT_EQ(parse_version("3.13.0b1")->text(), "3.13.0-b.1");
  EXPECT_FALSE(parse_version("latest"));
  EXPECT_FALSE(parse_version(""));
}

TEST(Ranges, RefuseWhatIsNone) {
  for (const auto* text : {"one", "1.2.3.4", ">=", "1..2", "!=3.9"}) {
    const auto range = VersionRange::parse(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().code, "actions/bad-version-range");
  }
}

}  // namespace
}  // namespace crema::actions
