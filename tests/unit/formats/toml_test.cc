#include "crema/formats/toml.h"

#include <gtest/gtest.h>

namespace crema::formats {
namespace {

SourcePtr file(std::string text) { return std::make_shared<SourceFile>("a.toml", std::move(text)); }

TEST(Toml, KnowsKindsAndPlaces) {
  const auto root = parse_toml(file(R"(title = "rules"
[extend]
useDefault = true
[[rules]]
id = 'one'
entropy = 3.5
keywords = ["a", "b"]
until = 2026-12-31
[[rules]]
group = -2
)"));
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(root->find("title")->text, "rules");
  EXPECT_TRUE(root->find("extend")->find("useDefault")->boolean);
  const auto& rules = root->find("rules")->items;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].find("id")->line, 5U);
  EXPECT_EQ(rules[0].find("id")->column, 6U);
  EXPECT_EQ(rules[0].find("entropy")->number, 3.5);
  EXPECT_EQ(rules[0].find("keywords")->items.at(1).text, "b");
  EXPECT_EQ(rules[0].find("until")->kind, TomlKind::time);
  EXPECT_EQ(rules[0].find("until")->text, "2026-12-31");
  EXPECT_EQ(rules[1].find("group")->integer, -2);
  EXPECT_EQ(root->find("none"), nullptr);
}

TEST(Toml, SaysWhereItIsWrong) {
  const auto root = parse_toml(file("a = 1\nb = \n"));
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, "toml/syntax");
  EXPECT_EQ(root.error().span.line, 2U);
}

TEST(Toml, SaysThatAHeaderHasNoKey) {
  for (const auto* text : {"[{}]\n", "[[{}]]\n", "[=]\n", "[.]\n"}) {
    const auto root = parse_toml(file(text));
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().code, "toml/syntax") << text;
  }
}

TEST(Toml, SaysThatALetterIsNoBlank) {
  for (const auto* text : {"a\u010a = 1\n", "[a\u010a]\n", "a = 1\u00e9\n", "a = [1\u2e3a]\n"}) {
    const auto root = parse_toml(file(text));
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().code, "toml/syntax") << text;
  }
}

TEST(Toml, BoundsDepthAndSize) {
  EXPECT_FALSE(parse_toml(file("a = " + std::string(100'000, '['))));
  EXPECT_EQ(parse_toml(file(std::string(2'000'000, '\n'))).error().code, "toml/too-large");
}

}  // namespace
}  // namespace crema::formats
