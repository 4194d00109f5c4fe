#include "json_place.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

std::string at(const std::string& json, std::vector<JsonStep> path) {
  const Span span = json_place(std::make_shared<SourceFile>("x.json", json), path);
  return std::to_string(span.line) + ":" + std::to_string(span.column) + "-" +
         std::to_string(span.end_column);
}

using I = std::size_t;

TEST(JsonPlace, IsWhereTheValueStarts) {
  const std::string json = "{\n  \"a\": [1, {\"b\" : \"x,]}\"}],\n  \"c\": true\n}";
  EXPECT_EQ(at(json, {}), "1:1-0");
  EXPECT_EQ(at(json, {"a"}), "2:8-27");
  EXPECT_EQ(at(json, {"a", I{0}}), "2:9-10");
  EXPECT_EQ(at(json, {"a", I{1}, "b"}), "2:19-25");
  EXPECT_EQ(at(json, {"c"}), "3:8-12");
}

TEST(JsonPlace, CountsCharactersAndNotBytes) {
  EXPECT_EQ(at("{\"\u00e4\u00f6\": 1}", {"\u00e4\u00f6"}), "1:8-9");
}

TEST(JsonPlace, KnowsNamesThatAreEscaped) {
  EXPECT_EQ(at(R"({"\u0061\"": 5})", {"a\""}), "1:14-15");
}

TEST(JsonPlace, TakesTheLastOfTwoAsParsersDo) {
  EXPECT_EQ(at(R"({"a": 1, "a": 2})", {"a"}), "1:15-16");
}

TEST(JsonPlace, StaysWhereThePathEnds) {
  EXPECT_EQ(at(R"({"a": {"b": 1}})", {"a", "gone"}), "1:7-15");
  EXPECT_EQ(at(R"({"a": [1]})", {"a", I{1}}), "1:7-10");
  EXPECT_EQ(at(R"([])", {I{0}}), "1:1-3");
  EXPECT_EQ(at(R"({"a": 5})", {"a", "b"}), "1:7-8");
}

TEST(JsonPlace, IsUnknownWithoutADocument) {
  EXPECT_FALSE(json_place(nullptr, std::vector<JsonStep>{"a"}).known());
}

TEST(JsonPlace, GoesDeepWithoutAStack) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(at("{\"a\": " + deep + ", \"b\": 1}", {"b"}), "1:200014-200015");
}

}  // namespace
}  // namespace crema::load
