// The badge, and that no text breaks out of it.
#include "crema/report/badge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Badge, SaysItsTextTwiceAndForEars) {
  const auto svg = badge_svg("coverage", "94.20 %", BadgeColour::good);
  EXPECT_THAT(svg, HasSubstr("aria-label=\"coverage: 94.20 %\""));
  EXPECT_THAT(svg, HasSubstr(">94.20 %</text>"));
  EXPECT_NE(svg, badge_svg("coverage", "94.20 %", BadgeColour::bad));
}

TEST(Badge, KeepsTextText) {
  const auto svg = badge_svg("a\"<b&", "</text><script>", BadgeColour::fair);
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("a&quot;&lt;b&amp;"));
}

}  // namespace
}  // namespace crema::report
