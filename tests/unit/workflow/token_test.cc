#include "crema/workflow/token.h"

#include "workflow/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using testing::json;
using testing::scope;
using testing::token;

constexpr std::string_view kContexts =
    R"({"github": {"ref": "main", "n": 3}, "env": {"LIST": "[1]", "FLAG": "true"},
        "matrix": {"extra": {"C": "3"}}})";

TEST(Evaluate, EvaluatesEverythingWithinACollection) {
  const auto value = evaluate(
      token(R"({"a": ["${{ github.ref }}", 1.10, true, null], "${{ github.ref }}": {"x": "y"}})"),
      scope(kContexts));
  ASSERT_TRUE(value);
  EXPECT_EQ(to_json(*value),
            to_json(json(R"({"a": ["main", 1.1, true, null], "main": {"x": "y"}})")));
}

TEST(Evaluate, SpreadsInsertedMappings) {
  const auto value = evaluate(token(R"({"A": 1, "${{ insert }}": "${{ matrix.extra }}", "B": 2})"),
                              scope(kContexts));
  ASSERT_TRUE(value);
  EXPECT_EQ(to_json(*value), to_json(json(R"({"A": 1, "C": "3", "B": 2})")));
  const auto twice =
      evaluate(token(R"({"c": 1, "${{ insert }}": "${{ matrix.extra }}"})"), scope(kContexts));
  EXPECT_EQ(twice.error().message, "'C' is already defined");
  const auto text = evaluate(token(R"({"${{ insert }}": "${{ github.ref }}"})"), scope(kContexts));
  EXPECT_EQ(text.error().message, "Expected a mapping");
}

TEST(Evaluate, AnItemThatIsSeveralBecomesSeveral) {
  const auto value =
      evaluate(token(R"(["a", "${{ fromJSON('[1, [2]]') }}", ["b"]])"), scope(kContexts));
  ASSERT_TRUE(value);
  ASSERT_EQ(value->as_array().size(), 4U);
  EXPECT_EQ(value->as_array()[1].to_number(), 1);
  EXPECT_EQ(value->as_array()[2].as_array().size(), 1U);
  EXPECT_EQ(value->as_array()[3].as_array()[0].to_text(), "b");
}

TEST(EvaluateText, TakesScalarsOnly) {
  EXPECT_EQ(*evaluate_text(token("1.10"), scope()), "1.1");
  EXPECT_EQ(*evaluate_text(token("true"), scope()), "true");
  EXPECT_EQ(*evaluate_text(token("null"), scope()), "");
  EXPECT_EQ(*evaluate_text(token("\"${{ github.none }}\""), scope(kContexts)), "");
  EXPECT_EQ(evaluate_text(token("\"${{ fromJSON(env.LIST) }}\""), scope(kContexts)).error().message,
            "A sequence was not expected");
  EXPECT_EQ(evaluate_text(token("{}"), scope()).error().message, "A mapping was not expected");
}

TEST(EvaluateBoolean, TakesNoTextForATruth) {
  EXPECT_TRUE(*evaluate_boolean(token("null"), scope(), true));
  EXPECT_FALSE(*evaluate_boolean(token("\"${{ github.n == 4 }}\""), scope(kContexts), true));
  const auto text = evaluate_boolean(token("\"${{ env.FLAG }}\""), scope(kContexts), true);
  EXPECT_EQ(text.error().message, "Unexpected value 'true'");
  EXPECT_THAT(text.error().hint, ::testing::HasSubstr("fromJSON"));
  EXPECT_EQ(
      evaluate_boolean(token("\"${{ matrix.none }}\""), scope(kContexts), true).error().message,
      "Unexpected value ''");
}

TEST(EvaluateNumber, TakesNumbersOnly) {
  EXPECT_EQ(*evaluate_number(token("null"), scope(), 360), 360);
  EXPECT_EQ(*evaluate_number(token("\"${{ github.n }}\""), scope(kContexts), 0), 3);
  EXPECT_EQ(evaluate_number(token("\"5\""), scope(), 0).error().message, "Unexpected value '5'");
}

TEST(EvaluateStrings, KeepsOrderAndPointsAtTheBadValue) {
  const auto pairs = evaluate_strings(
      token(R"({"B": 1, "A": "${{ github.ref }}", "${{ insert }}": "${{ matrix.extra }}"})"),
      scope(kContexts));
  ASSERT_TRUE(pairs);
  EXPECT_THAT(*pairs,
              ::testing::ElementsAre(::testing::Pair("B", "1"), ::testing::Pair("A", "main"),
                                     ::testing::Pair("C", "3")));
  EXPECT_TRUE(evaluate_strings(Token(), scope())->empty());
  EXPECT_EQ(evaluate_strings(token(R"("${{ matrix.extra }}")"), scope(kContexts))->size(), 1U);

  Token bad = token(R"({"A": "x", "B": ["y"]})");
  const auto file = std::make_shared<SourceFile>("w.yml", "x");
  bad.entries[1].second.span = Span{file, 7, 3, 0};
  const auto error = evaluate_strings(bad, scope()).error();
  EXPECT_EQ(error.message, "A sequence was not expected");
  EXPECT_EQ(error.span.line, 7U);
}

TEST(Evaluate, PointsAtTheExpressionThatFails) {
  Token bad = token(R"("${{ fromJSON('') }}")");
  bad.span = Span{std::make_shared<SourceFile>("w.yml", "x"), 4, 9, 0};
  const auto error = evaluate(bad, scope()).error();
  EXPECT_EQ(error.code, "expr/json");
  EXPECT_EQ(error.span.line, 4U);
}

TEST(Token, TellsWhatItHolds) {
  const Token mapping = token(R"({"Name": [{"x": "${{ needs.build.result }}"}], "n": 1})");
  EXPECT_NE(mapping.find("name"), nullptr);
  EXPECT_EQ(mapping.find("x"), nullptr);
  EXPECT_TRUE(mapping.has_expressions());
  EXPECT_TRUE(mapping.mentions("needs"));
  EXPECT_FALSE(mapping.mentions("github"));
  EXPECT_FALSE(token("[1, {\"a\": \"b\"}]").has_expressions());
}

}  // namespace
}  // namespace crema::workflow
