#include "crema/scan/infra/yaml_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;

formats::YamlPtr yaml(std::string text) {
  return formats::parse_yaml(std::make_shared<SourceFile>("t.yml", std::move(text))).value();
}

std::vector<std::string> texts(std::string_view path, const formats::YamlPtr& root) {
  std::vector<std::string> all;
  for (const auto& place : YamlPath::parse(path, {}).value().places({nullptr, root}))
    all.push_back(place.value->text);
  return all;
}

TEST(YamlPath, LeadsThroughKeysListsAndMappings) {
  const auto root = yaml(
      "a: {b: 1, c.d: 2}\n"
      "list: [{n: x, m: {k: v}}, {n: y}]\n"
      "none: null\n"
      "none_too: ~\n");
  EXPECT_THAT(texts("a.b", root), ElementsAre("1"));
  EXPECT_THAT(texts("a[\"c.d\"]", root), ElementsAre("2"));
  EXPECT_THAT(texts("list[*].n", root), ElementsAre("x", "y"));
  EXPECT_THAT(texts("list[1].n", root), ElementsAre("y"));
  EXPECT_THAT(texts("list[7].n", root), ElementsAre());
  EXPECT_THAT(texts("a.*", root), ElementsAre("1", "2"));
  EXPECT_THAT(texts("**.n", root), ElementsAre("x", "y"));
  EXPECT_THAT(texts("none", root), ElementsAre());
  EXPECT_THAT(texts("none_too", root), ElementsAre());
  EXPECT_EQ(texts(".", root).size(), 1U);
}

TEST(YamlPath, KnowsTheNearestPlaceOfOneThatIsNotThere) {
  const auto root = yaml("a:\n  b:\n    c: 1\n");
  const auto place = YamlPath::parse("a.b.x.y", {}).value().nearest({nullptr, root});
  ASSERT_TRUE(place.key);
  EXPECT_EQ(place.key->text, "b");
  EXPECT_EQ(place.key->line, 2U);
}

TEST(YamlPath, TakesTheLastOfEqualKeys) {
  EXPECT_THAT(texts("a", yaml("a: 1\na: 2\n")), ElementsAre("2"));
}

TEST(YamlPath, SaysWhatIsWrongWithOne) {
  for (const auto* text : {"", "a..b", "a[", "a[x]", "a[\"b]", "a b]", "a[0]b"}) {
    const auto path = YamlPath::parse(text, {nullptr, 3, 4});
    ASSERT_FALSE(path) << text;
    EXPECT_EQ(path.error().code, "rule/path");
    EXPECT_EQ(path.error().span.line, 3U);
    EXPECT_NE(path.error().hint, "");
  }
}

}  // namespace
}  // namespace crema::scan
