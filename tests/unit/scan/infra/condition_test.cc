#include "crema/scan/infra/condition.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

SourcePtr source(std::string text) { return std::make_shared<SourceFile>("t.md", std::move(text)); }

formats::YamlPtr yaml(std::string text) {
  return formats::parse_yaml(source(std::move(text))).value();
}

struct Case {
  std::string condition;
  std::string text;
  bool holds = false;
};

class Conditions : public testing::TestWithParam<Case> {};

TEST_P(Conditions, Hold) {
  const auto& [text, value, holds] = GetParam();
  const auto condition = Condition::parse(source(text), *yaml(text));
  ASSERT_TRUE(condition) << condition.error().message;
  const RuleScope scope{.place = {nullptr, yaml(value)},
                        .beginnings = {{"$other", {nullptr, yaml("{x: 1}")}}}};
  EXPECT_EQ(condition->holds(scope), holds) << text << " of " << value;
}

INSTANTIATE_TEST_SUITE_P(
    All, Conditions,
    testing::Values(
        Case{"a: 1", "{a: 1}", true}, Case{"a: 1", "{a: 2}", false}, Case{"a: 1", "{b: 1}", false},
        Case{"a: true", "{a: True}", true}, Case{"a: true", "{a: 'yes'}", false},
        Case{"a: [x, y]", "{a: y}", true}, Case{"a: {absent: true}", "{a: null}", true},
        Case{"a: {exists: false}", "{a: 0}", false}, Case{"a: {exists: true}", "{a: 0}", true},
        Case{"a: {not-equals: 1}", "{a: 2}", true}, Case{"a: {not-equals: 1}", "{b: 2}", false},
        Case{"a: {not-in: [1, 2]}", "{a: 2}", false}, Case{"a: {regex: '^x+$'}", "{a: xxx}", true},
        Case{"a: {not-regex: x}", "{a: xxx}", false},
        Case{"a: {regex: '^x', not-in: [xa]}", "{a: xa}", false},
        Case{"'*': {key-regex: '^b'}", "{a: 1, bc: 2}", true},
        Case{"'*': {key-regex: '^c'}", "{a: c}", false}, Case{"a: {less-than: 10}", "{a: 9}", true},
        Case{"a: {less-than: 10}", "{a: nine}", false},
        Case{"a: {at-least: 1Gi}", "{a: 1024Mi}", true},
        Case{"a: {at-most: 0.1}", "{a: 100m}", true},
        Case{"a: {greater-than: 100k}", "{a: 1M}", true},
        Case{"a: {contains: x}", "{a: [y, x]}", true}, Case{"a: {contains: x}", "{a: axb}", true},
        Case{"a: {contains: x}", "{a: [y]}", false}, Case{"a: {kind: list}", "{a: []}", true},
        Case{"a: {kind: number}", "{a: '1'}", false}, Case{"a: {kind: boolean}", "{a: no}", true},
        Case{"a: {kind: text}", "{a: '1'}", true},
        Case{"a[*]: {any: {n: 1}}", "{a: [{n: 2}, {n: 1}]}", true},
        Case{"a[*]: {all: {n: 1}}", "{a: [{n: 2}, {n: 1}]}", false},
        Case{"a[*]: {all: {n: 1}}", "{}", true},
        Case{"a[*]: {none: {n: 1}}", "{a: [{n: 2}]}", true},
        Case{"a[*]: {none: {n: 2}}", "{a: [{n: 2}]}", false},
        Case{"a[*]: {count-at-least: 2}", "{a: [1, 2]}", true},
        Case{"a[*]: {count-at-most: 1}", "{a: [1, 2]}", false},
        Case{"{a: 1, b: 2}", "{a: 1, b: 2}", true}, Case{"{a: 1, b: 2}", "{a: 1, b: 3}", false},
        Case{"or: [{a: 1}, {b: 2}]", "{a: 0, b: 2}", true},
        Case{"and: [{a: 1}, {not: {b: 2}}]", "{a: 1, b: 3}", true},
        Case{"not: {a: 1}", "{a: 1}", false}, Case{"$other.x: 1", "{}", true},
        Case{"$nobody.x: {exists: true}", "{}", false},
        // One place must pass all tests of a mapping, and an item looks at itself.
        Case{"a[*].n: {at-least: 2, at-most: 3}", "{a: [{n: 1}, {n: 4}]}", false},
        Case{"a[*]: {any: {.: {regex: b}}}", "{a: [a, b]}", true}));

TEST(Condition, KnowsThePlaceThatDecided) {
  const std::string text = "or: [{a.b.c: {absent: true}}, {a.b: 2}]";
  const auto condition = Condition::parse(source(text), *yaml(text)).value();
  YamlPlace witness;
  ASSERT_TRUE(condition.holds({.place = {nullptr, yaml("x: 1\na:\n  b: 2\n")}}, witness));
  ASSERT_TRUE(witness.key);
  EXPECT_EQ(witness.key->text, "b");
  EXPECT_EQ(witness.key->line, 3U);
}

TEST(Condition, SaysWhatIsWrongAndWhere) {
  struct Wrong {
    std::string text;
    std::string code;
    std::uint32_t line;
  };
  for (const auto& [text, code, line] : std::vector<Wrong>{
           {"a:\n  equal: 1\n", "rule/condition", 2},
           {"x: 1\na..b: 1\n", "rule/path", 2},
           {"a: {regex: '('}\n", "rule/regex", 1},
           {"a:\n  less-than: many\n", "rule/condition", 2},
           {"or: 1\n", "rule/condition", 1},
           {"- a\n", "rule/condition", 1},
           {"a: {exists: maybe}\n", "rule/condition", 1},
           {"a: {kind: thing}\n", "rule/condition", 1},
       }) {
    const auto condition = Condition::parse(source(text), *yaml(text));
    ASSERT_FALSE(condition) << text;
    EXPECT_EQ(condition.error().code, code) << text;
    EXPECT_EQ(condition.error().span.line, line) << text;
  }
  std::string deep = "a: 1";
  for (int i = 0; i < 50; ++i) deep = "not: {" + deep + "}";
  EXPECT_FALSE(Condition::parse(source(deep), *yaml(deep)));
}

}  // namespace
}  // namespace crema::scan
