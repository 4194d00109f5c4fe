// .env files as Docker Compose reads them.
#include "crema/formats/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::formats {
namespace {

using testing::ElementsAre;
using testing::Pair;

auto parse(std::string text) {
  return parse_dotenv(std::make_shared<SourceFile>(".env", std::move(text)));
}

TEST(Dotenv, ReadsNamesValuesAndQuotes) {
  const auto read = parse(R"(# database
export URL=postgres://a:b@c/d?x=#1
EMPTY=
NAME
SPACED =  two words   # said
SINGLE='as $it is \n' # comment
DOUBLE="a \"b\"\n\d"
LONG="first
second"
LAST=1)");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(*read, ElementsAre(Pair("URL", "postgres://a:b@c/d?x=#1"), Pair("EMPTY", ""),
                                 Pair("SPACED", "two words"), Pair("SINGLE", R"(as $it is \n)"),
                                 Pair("DOUBLE", "a \"b\"\n\\d"), Pair("LONG", "first\nsecond"),
                                 Pair("LAST", "1")));
}

TEST(Dotenv, SaysWhereItIsWrong) {
  const auto open = parse("A=1\nB='x\ny");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().span.line, 2U);
  const auto name = parse("A=1\n\n=2");
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().span.line, 3U);
}

}  // namespace
}  // namespace crema::formats
