#include "crema/expr/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace crema::expr {
namespace {

TEST(NumberToText, PrintsFifteenDigits) {
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {0.1 + 0.2, "0.3"},
      {123456789012345, "123456789012345"},
      {1e15, "1E+15"},
      {1234567890123456, "1.23456789012346E+15"},
      {0.0001, "0.0001"},
      {0.00001, "1E-05"},
      {1e100, "1E+100"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
  };
  for (const auto& [number, text] : cases) EXPECT_EQ(number_to_text(number), text);
  EXPECT_EQ(number_to_text(std::nan("")), "NaN");
}

TEST(TextToNumber, ReadsWhatGitHubReads) {
  const std::pair<const char*, double> cases[] = {
      {"", 0},
      {" \t\n", 0},
      {" 12 ", 12},
      {"\xC2\xA0"
       "12",
       12},
      {"+5", 5},
      {"-.5", -0.5},
      {"1.", 1},
      {"1e3", 1000},
      {"1E-2", 0.01},
      {"0xff", 255},
      {"0xFFFFFFFF", -1},
      {"0o17", 15},
      {"0o37777777777", -1},
      {"007", 7},
      {"1e400", std::numeric_limits<double>::infinity()},
      {"1e-400", 0},
      {"-Infinity", -std::numeric_limits<double>::infinity()},
  };
  for (const auto& [text, number] : cases) EXPECT_EQ(text_to_number(text), number) << text;
  for (const char* text : {"abc", "1 2", ".", "e5", "1e", "0x", "0xg", "0x100000000", "0o8", "-0x1",
                           "--1", "1,000", "NaN", "Inf", "0X10", "1_0"})
    EXPECT_TRUE(std::isnan(text_to_number(text))) << text;
}

TEST(Object, KeepsOrderAndMatchesNamesIgnoringCase) {
  Object object{{"Beta", 1}, {"alpha", 2}};
  object.set("BETA", 3);
  EXPECT_EQ(to_json(Value(object)), "{\n  \"Beta\": 3,\n  \"alpha\": 2\n}");
  object.erase("ALPHA");
  EXPECT_EQ(object.find("alpha"), nullptr);
  EXPECT_EQ(object.members().size(), 1U);
}

TEST(Object, TellsNamesApartByCaseWhereCaseIsSignificant) {
  Object object(Object::Case::significant);
  object.set("Path", 1);
  object.set("PATH", 2);
  EXPECT_EQ(object.members().size(), 2U);
  EXPECT_EQ(object.find("path"), nullptr);
  EXPECT_EQ(object.find("PATH")->as_number(), 2);
}

TEST(Object, FindsMembersOfALargeObject) {
  Object object;
  for (int i = 0; i < 1000; ++i) object.set("Key" + std::to_string(i), i);
  EXPECT_EQ(object.find("KEY777")->as_number(), 777);
  object.erase("key500");
  EXPECT_EQ(object.find("Key500"), nullptr);
  EXPECT_EQ(object.find("key501")->as_number(), 501);
  object.set("key501", "x");
  EXPECT_EQ(object.members().size(), 999U);
  EXPECT_EQ(object.find("Key501")->as_string(), "x");
}

TEST(Value, ComparesCollectionsByIdentity) {
  const Value array(Array{1, 2});
  const Value same = array;
  EXPECT_TRUE(array.equals(same));
  EXPECT_FALSE(array.equals(Value(Array{1, 2})));
  EXPECT_FALSE(array.equals(Value()));
}

TEST(FromJson, KeepsTheFirstNameAndTheLastValue) {
  const auto value = from_json(R"({"b": 1, "a": 2, "B": 3})");
  ASSERT_TRUE(value);
  EXPECT_EQ(to_json(*value), "{\n  \"b\": 3,\n  \"a\": 2\n}");
}

TEST(FromJson, TakesWhatGitHubsReaderTakes) {
  const std::pair<const char*, const char*> cases[] = {
      {"['a', 'it\\'s',]", "[\n  \"a\",\n  \"it's\"\n]"},
      {"{os: 'linux', /* or */ \"n\": 1} // end", "{\n  \"os\": \"linux\",\n  \"n\": 1\n}"},
      {"[NaN, -Infinity, 0x10, 1.50]", "[\n  NaN,\n  -Infinity,\n  16,\n  1.5\n]"},
      {"\xEF\xBB\xBF null ", "null"},
      {R"("\u0041\u00e9\ud83d\ude00\ud83d")", "\"A\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD\""},
  };
  for (const auto& [text, json] : cases) {
    std::string error;
    const auto value = from_json(text, &error);
    ASSERT_TRUE(value) << text << ": " << error;
    EXPECT_EQ(to_json(*value), json);
  }
}

TEST(FromJson, SaysWhereTheTextIsNoJson) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "unexpected end of the text (line 1, column 1)"},
      {"[1 2]", "unexpected character '2' (line 1, column 4)"},
      {"{\n \"a\" 1}", "unexpected character '1' (line 2, column 6)"},
      {"[1] x", "more text after the end of the value (line 1, column 5)"},
      {"\"abc", "a string is not closed (line 1, column 5)"},
      {"{\"a\":", "unexpected end of the text (line 1, column 6)"},
      {"tru", "unexpected character 't' (line 1, column 1)"},
      {"1.2.3", "'1.2.3' is no number (line 1, column 1)"},
      {"\"\\x\"", "bad escape in a string (line 1, column 3)"},
      {"\"\\u12", "bad \\u escape in a string (line 1, column 4)"},
  };
  for (const auto& [text, message] : cases) {
    std::string error;
    EXPECT_FALSE(from_json(text, &error)) << text;
    EXPECT_EQ(error, message) << text;
  }
}

TEST(FromJson, RefusesDeepNestingInsteadOfExhaustingTheStack) {
  std::string error;
  EXPECT_TRUE(from_json(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(from_json(std::string(1'000'000, '['), &error));
  EXPECT_EQ(error, "nested deeper than 100 levels (line 1, column 101)");
}

TEST(ToJson, EscapesAsGitHubDoes) {
  EXPECT_EQ(to_json(Value("<a href='x'>\t\"\\\b\f\r\n\x01\x7F</a>")),
            "\"<a href='x'>\\t\\\"\\\\\\b\\f\\r\\n\\u0001\x7F</a>\"");
  EXPECT_EQ(to_json(Value("\xE2\x80\xA8\xE2\x80\xA9\xC2\x85\xC3\xA9")),
            "\"\\u2028\\u2029\\u0085\xC3\xA9\"");
}

}  // namespace
}  // namespace crema::expr
