#include "crema/formats/json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace crema::formats {
namespace {

using Json = nlohmann::ordered_json;

Result<Json> parse(std::string text) {
  return parse_json(std::make_shared<const SourceFile>("t.json", std::move(text)));
}

TEST(Json, WritesNumbersAsJavaScriptDoes) {
  for (const auto& [number, text] :
       {std::pair(3.0, "3"), std::pair(-0.0, "0"), std::pair(0.1, "0.1"), std::pair(1e21, "1e+21"),
        std::pair(123456789012345680000.0, "123456789012345680000"), std::pair(1e-6, "0.000001"),
        std::pair(1e-7, "1e-7"), std::pair(-1.5e-10, "-1.5e-10"), std::pair(100.25, "100.25"),
        std::pair(5e-324, "5e-324"), std::pair(1.7976931348623157e308, "1.7976931348623157e+308")})
    EXPECT_EQ(json_number(number), text);
  EXPECT_EQ(json_number(std::nan("")), "null");
  EXPECT_EQ(json_number(std::numeric_limits<double>::infinity()), "null");
}

TEST(Json, KeepsATextOnOneLine) {
  EXPECT_EQ(json_string("a\"\\\n\t\x01"), R"("a\"\\\n\t\u0001")");
  EXPECT_EQ(json_string("é€😀"), "\"é€😀\"");
  EXPECT_EQ(json_string("a\xFFz\xC3"), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("\xED\xA0\x80").find('\xED'), std::string::npos);
}

TEST(Json, LaysOutDocuments) {
  const Json value = {{"b", Json::array({1, 2.0, "x"})}, {"a", Json::object()}, {"c", nullptr}};
  EXPECT_EQ(json_text(value, JsonLayout::compact), R"({"b":[1,2,"x"],"a":{},"c":null})");
  EXPECT_EQ(json_text(value, JsonLayout::pretty),
            "{\n  \"b\": [\n    1,\n    2,\n    \"x\"\n  ],\n  \"a\": {},\n  \"c\": null\n}");
}

TEST(Json, ReadsBackWhatItWrites) {
  const std::string text = R"({"z":[true,false,null,-1.25,"\u00e9"],"a":{"b":[]}})";
  const auto value = parse(text);
  ASSERT_TRUE(value) << value.error().message;
  const auto again = parse(json_text(*value, JsonLayout::pretty));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *value);
}

TEST(Json, SaysWhereTheTextIsWrong) {
  const auto value = parse("{\n  \"é\": 1,\n  \"b\": oops\n}");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, "json/syntax");
  EXPECT_EQ(value.error().span.line, 3U);
  EXPECT_EQ(value.error().span.column, 8U);
  EXPECT_FALSE(parse(std::string(5000, '[')));
  const auto large = parse("[1,\n 20e3333 ]");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().message, "the number 20e3333 is too large");
  EXPECT_EQ(large.error().span.line, 2U);
}

}  // namespace
}  // namespace crema::formats
