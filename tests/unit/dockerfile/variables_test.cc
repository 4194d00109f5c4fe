#include "crema/dockerfile/variables.h"

#include <gtest/gtest.h>

namespace crema::dockerfile {
namespace {

std::optional<std::string> find(std::string_view name) {
  if (name == "V") return "1.2";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

struct Row {
  std::string_view word;
  std::string_view expanded;
};

class Variables : public testing::TestWithParam<Row> {};

TEST_P(Variables, AreExpandedAsBuildKitDoes) {
  EXPECT_EQ(expand(GetParam().word, find), GetParam().expanded);
}

INSTANTIATE_TEST_SUITE_P(All, Variables,
                         testing::Values(Row{"a:$V", "a:1.2"}, Row{"a:${V}-b", "a:1.2-b"},
                                         Row{"$VX", "$VX"}, Row{"${X:-d}", "d"},
                                         Row{"${X-$V}", "1.2"}, Row{"${EMPTY:-d}", "d"},
                                         Row{"${EMPTY-d}", ""}, Row{"${V:+yes}", "yes"},
                                         Row{"${X:+yes}", ""}, Row{"${X:-${V}}", "1.2"},
                                         Row{"\\$V", "$V"}, Row{"'$V'", "$V"}, Row{"\"$V\"", "1.2"},
                                         Row{"${V#1}", "${V#1}"}, Row{"${V", "1.2"},
                                         Row{"a\\ b", "a b"}, Row{"$", "$"}, Row{"", ""}));

TEST(Words, LoseTheirQuotes) {
  EXPECT_EQ(unquoted("\"a $V\"'b'"), "a $Vb");
  EXPECT_EQ(unquoted("\"a\\n\""), "a\\n");
  EXPECT_TRUE(has_variable("a${V}"));
  EXPECT_FALSE(has_variable("cost: 5$"));
}

}  // namespace
}  // namespace crema::dockerfile
