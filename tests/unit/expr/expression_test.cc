#include "crema/expr/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::expr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Vocabulary kVocabulary{
    .contexts = {"github", "needs", "matrix", "env", "steps"},
    .functions = {{"success", 0, 255}, {"failure", 0, 255}, {"hashFiles", 1, 255}}};

Expression parsed(std::string_view text) {
  auto expression = Expression::parse(text, kVocabulary);
  EXPECT_TRUE(expression) << (expression ? "" : expression.error().message);
  return expression ? *expression : Expression();
}

Scope scope_of(std::string_view contexts) {
  Scope scope;
  const Value all = *from_json(contexts);
  for (const auto& [name, value] : all.as_object().members()) scope.contexts.emplace(name, value);
  scope.functions["success"] = [](std::span<const Value>) { return Result<Value>(Value(true)); };
  return scope;
}

std::string evaluated(std::string_view text, std::string_view contexts = "{}") {
  const auto value = parsed(text).evaluate(scope_of(contexts));
  return value ? to_json(*value) : value.error().message;
}

TEST(Parse, WritesTheCanonicalForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"github['ref']", "github.ref"},
      {"github [ 'a b' ] . c", "github['a b'].c"},
      {"github.*.x[ 0 ]", "github.*.x[0]"},
      {"github[*]", "github.*"},
      {"!github.a==1&&'it''s'!=env.x||0x10>=2",
       "(((!github.a == 1) && ('it''s' != env.x)) || (16 >= 2))"},
      {"github.a && (env.b && env.c) && env.d", "(github.a && env.b && env.c && env.d)"},
      {"github.a || env.b && env.c", "(github.a || (env.b && env.c))"},
      {"contains ( github.ref,'x' )", "contains(github.ref, 'x')"},
      {"success()", "success()"},
      {"(!github.a)[0]", "(!github.a)[0]"},
      {"", ""},
  };
  for (const auto& [text, canonical] : cases) EXPECT_EQ(parsed(text).canonical(), canonical);
}

TEST(Parse, PointsAtTheErrorInCharacters) {
  const auto error = Expression::parse("'\xC3\xA9' == nope", kVocabulary).error();
  EXPECT_EQ(error.code, "expr/syntax");
  EXPECT_EQ(error.span.column, 8U);
  EXPECT_EQ(error.message,
            "Unrecognized named-value: 'nope'. Located at position 8 within expression: "
            "'\xC3\xA9' == nope");
}

TEST(Parse, ChecksTheNumberOfArgumentsOfEveryFunction) {
  EXPECT_THAT(Expression::parse("hashFiles()", kVocabulary).error().message,
              HasSubstr("Too few parameters supplied: 'hashFiles'"));
  EXPECT_THAT(Expression::parse("1 == toJSON(1, 2)", kVocabulary).error().message,
              HasSubstr("Too many parameters supplied: 'toJSON'. Located at position 6"));
}

TEST(Parse, LimitsLengthAndDepthWithoutRecursion) {
  EXPECT_TRUE(Expression::parse("'" + std::string(kMaxLength - 2, 'x') + "'", kVocabulary));
  EXPECT_EQ(Expression::parse(std::string(kMaxLength + 1, ' '), kVocabulary).error().message,
            "Exceeded max expression length 21000");
  const std::string brackets = std::string(10'000, '(') + "1" + std::string(10'000, ')');
  EXPECT_TRUE(Expression::parse(brackets, kVocabulary));
  EXPECT_EQ(Expression::parse(std::string(20'000, '!') + "1", kVocabulary).error().message,
            "Exceeded max expression depth 50");
  std::string chain = "1";
  for (int i = 0; i < 4000; ++i) chain += "&&1";
  EXPECT_TRUE(Expression::parse(chain, kVocabulary));
}

TEST(Expression, TellsWhatItMentions) {
  const Expression expression =
      parsed("needs.build.outputs.x == 1 || env[matrix.key] && Success()");
  EXPECT_TRUE(expression.calls("success"));
  EXPECT_FALSE(expression.calls("failure"));
  EXPECT_TRUE(expression.mentions("NEEDS"));
  EXPECT_TRUE(expression.mentions("needs", "Build"));
  EXPECT_FALSE(expression.mentions("needs", "test"));
  EXPECT_TRUE(expression.mentions("env", "anything"));
  EXPECT_TRUE(expression.mentions("matrix", "key"));
  EXPECT_FALSE(expression.mentions("matrix", "os"));
  EXPECT_FALSE(expression.mentions("github"));
  EXPECT_TRUE(parsed("toJSON(needs)").mentions("needs", "test"));
  EXPECT_TRUE(parsed("needs.*.result").mentions("needs", "test"));
}

TEST(Evaluate, LooksUpEnvByExactCase) {
  Object env(Object::Case::significant);
  env.set("Path", "x");
  Scope scope;
  scope.contexts["env"] = Value(env);
  EXPECT_TRUE(parsed("env.PATH").evaluate(scope)->is_null());
  EXPECT_EQ(parsed("env.Path").evaluate(scope)->as_string(), "x");
}

TEST(Evaluate, KeepsFilteredArraysThroughOperators) {
  EXPECT_EQ(evaluated("join((github.none || github.list.*).name)",
                      R"({"github": {"list": [{"name": "a"}, {"x": 1}, {"name": "b"}]}})"),
            "\"a,b\"");
}

TEST(Evaluate, ReportsFunctionsThatAreNotThere) {
  EXPECT_EQ(evaluated("hashFiles('x')"), "the function 'hashFiles' is not available here");
}

TEST(Evaluate, CallsOnlyWhatItNeeds) {
  EXPECT_EQ(evaluated("false && hashFiles('x')"), "false");
  EXPECT_EQ(evaluated("case(true, 1, hashFiles('x'))"), "1");
  EXPECT_EQ(evaluated("format('a', hashFiles('x'))"), "\"a\"");
}

TEST(Evaluate, StopsAtTheMemoryLimit) {
  Scope scope = scope_of("{}");
  scope.contexts["github"] = Value(Object{{"big", std::string(600'000, 'x')}});
  const Expression expression = parsed("format('{0}{0}{0}{0}{0}{0}{0}{0}{0}', github.big)");
  EXPECT_EQ(expression.evaluate(scope).error().code, "expr/memory");
  scope.max_memory = 100'000'000;
  EXPECT_TRUE(expression.evaluate(scope));
}

TEST(Evaluate, TracesSubExpressionsInTheirOrder) {
  std::vector<TraceEntry> trace;
  Scope scope = scope_of(R"({"github": {"ref": "refs/heads/main", "event_name": "push"}})");
  scope.trace = &trace;
  ASSERT_TRUE(
      parsed("success() && (github.ref == 'x' || github.event_name == 'push')").evaluate(scope));
  std::vector<std::string> lines;
  for (const TraceEntry& entry : trace)
    lines.push_back(std::string(static_cast<std::size_t>(entry.depth), '.') + entry.text + " -> " +
                    entry.value.to_text());
  EXPECT_THAT(lines, ElementsAre(".success() -> true", "...github.ref -> refs/heads/main",
                                 "..(github.ref == 'x') -> false", "...github.event_name -> push",
                                 "..(github.event_name == 'push') -> true",
                                 ".((github.ref == 'x') || (github.event_name == 'push')) -> true",
                                 "(success() && ((github.ref == 'x') || "
                                 "(github.event_name == 'push'))) -> true"));
}

TEST(EvaluateKnown, SettlesWhatDoesNotDependOnTheUnknown) {
  const Unknowns unknowns{.paths = {"steps", "needs.build.outputs"}, .functions = {"failure"}};
  const Scope scope =
      scope_of(R"({"github": {"ref": "main"}, "needs": {"build": {"result": "success"}}})");
  struct Case {
    const char* text;
    Certainty certainty;
    const char* value;
  };
  const Case cases[] = {
      {"github.ref == 'main'", Certainty::exact, "true"},
      {"needs.build.result", Certainty::exact, "\"success\""},
      {"needs.build.outputs.x", Certainty::unknown, ""},
      {"needs.build.outputs", Certainty::unknown, ""},
      {"toJSON(needs)", Certainty::unknown, ""},
      {"needs.*.result", Certainty::unknown, ""},
      {"needs[github.x].result", Certainty::unknown, ""},
      {"failure()", Certainty::unknown, ""},
      {"!failure()", Certainty::unknown, ""},
      {"github.ref == 'x' && failure()", Certainty::exact, "false"},
      {"failure() && github.ref == 'x'", Certainty::truth, "false"},
      {"!(failure() && github.ref == 'x')", Certainty::exact, "true"},
      {"failure() || github.ref", Certainty::truth, "\"main\""},
      {"failure() && github.ref", Certainty::unknown, ""},
      {"steps.a.outputs.b == github.ref", Certainty::unknown, ""},
      {"format('{0}', steps.a)", Certainty::unknown, ""},
      {"contains(steps.a, 'x')", Certainty::unknown, ""},
      {"case(failure(), 1, 2)", Certainty::unknown, ""},
      {"case(true, 1, failure())", Certainty::exact, "1"},
      {"failure() && fromJSON('')", Certainty::unknown, ""},
  };
  for (const Case& test : cases) {
    const auto result = parsed(test.text).evaluate_known(scope, unknowns);
    ASSERT_TRUE(result) << test.text << ": " << result.error().message;
    EXPECT_EQ(result->certainty, test.certainty) << test.text;
    if (result->certainty != Certainty::unknown) {
      EXPECT_EQ(to_json(result->value), test.value) << test.text;
    }
  }
}

}  // namespace
}  // namespace crema::expr
