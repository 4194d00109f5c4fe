#include "crema/formats/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::formats {
namespace {

Result<YamlPtr> parse(std::string text, const YamlLimits& limits = {}) {
  return parse_yaml(std::make_shared<const SourceFile>("t.yml", std::move(text)), limits);
}

// "line:column" of the value of a top-level key.
std::string place(const YamlPtr& root, std::string_view key) {
  for (const auto& [name, value] : root->entries) {
    if (name->text == key) return std::to_string(value->line) + ":" + std::to_string(value->column);
  }
  return "none";
}

TEST(Yaml, KnowsWhereNodesStartAsGitHubsReaderDoes) {
  const auto root = parse(
      "a: |\n  x\nb: >- # c\n  z\nc: 'q'\nd:\ne: [1]\nf: &an\n  k: v\ng: !!int \"5\"\nh: *an\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(place(*root, "a"), "1:4");
  EXPECT_EQ(place(*root, "b"), "3:4");
  EXPECT_EQ(place(*root, "c"), "5:4");
  EXPECT_EQ(place(*root, "d"), "6:3");
  EXPECT_EQ(place(*root, "e"), "7:4");
  EXPECT_EQ(place(*root, "f"), "8:4");
  EXPECT_EQ(place(*root, "g"), "10:4");
  EXPECT_EQ(place(*root, "h"), "8:4");
}

TEST(Yaml, SaysWhereTheTextIsWrong) {
  struct Case {
    std::string text;
    std::uint32_t line, column;
  };
  for (const auto& [text, line, column] :
       {Case{"c: d: e\n", 1, 5}, Case{"a:\n  - b\n c: d\n", 3, 2}, Case{"a: *x\n", 1, 4},
        Case{"a: 1\n---\nb: 2\n", 2, 1}}) {
    const auto root = parse(text);
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().span.line, line) << text << root.error().message;
    EXPECT_EQ(root.error().span.column, column) << text << root.error().message;
  }
}

TEST(Yaml, CountsLinesAsTheFileDoesWhereACarriageReturnStandsAlone) {
  const auto root = parse("a: [x,\r\r\ry]\nb: &an z\r\nc: 1\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ((*root)->entries.at(0).second->items.at(1)->line, 1U);
  EXPECT_EQ(place(*root, "b"), "2:4");
  EXPECT_EQ(place(*root, "c"), "3:4");
  for (const auto* text : {"a: 1\r\r\rb: *x", "a: 1\r\r\rb: [1, 2"}) {
    const auto wrong = parse(text);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().span.line, 1U) << wrong.error().message;
  }
}

TEST(Yaml, SharesWhatAliasesNameAndHoldsItsLimits) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            ", *a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_TRUE(parse(bomb));
  EXPECT_EQ(parse("[[[[1]]]]", {.depth = 3}).error().code, "yaml/too-large");
  EXPECT_EQ(parse("[1, 2, 3]", {.events = 4}).error().code, "yaml/too-large");
  EXPECT_EQ(parse("aaaaaa", {.bytes = 5}).error().code, "yaml/too-large");
}

TEST(Yaml, CountsTheDepthOfAliasesToo) {
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 30000; ++i)
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  EXPECT_EQ(parse(chain).error().code, "yaml/too-large");
}

TEST(Yaml, TakesACommentRightBehindAList) {
  const auto root = parse("a: [one]#, two]\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ((*root)->entries[0].second->items.size(), 1U);
}

TEST(Yaml, EndsABlockAsTheFileEnds) {
  for (const auto& [text, value] : {std::pair("a: |\n  x", "x"), std::pair("a: |\n  x\n", "x\n"),
                                    std::pair("a: >\n  x\n  ", "x\n"), std::pair("a: |-\n  x", "x"),
                                    std::pair("a: |\n  x\nb: c", "x\n")}) {
    const auto root = parse(text);
    ASSERT_TRUE(root) << text;
    EXPECT_EQ((*root)->entries[0].second->text, value) << text;
  }
}

TEST(Yaml, RefusesAnchorsWhereTheyAreNotAllowed) {
  const auto root = parse("a: &b c\n", {.anchors = false});
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, "yaml/anchor");
  EXPECT_EQ(root.error().span.line, 1U);
}

TEST(Yaml, TakesAnEmptyItemOfAnUnindentedList) {
  const auto root = parse("a:\n-\n- b\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ((*root)->entries[0].second->items.size(), 2U);
}

TEST(Yaml, ReadsAnEmptyFileAsNothing) {
  const auto root = parse("");
  ASSERT_TRUE(root);
  EXPECT_EQ((*root)->kind, YamlKind::scalar);
  EXPECT_EQ((*root)->text, "");
}

TEST(Yaml, ReadsTheDocumentsOfAFile) {
  const auto read = [](std::string text, YamlLimits limits = {}) {
    return parse_yaml_documents(std::make_shared<const SourceFile>("t.yml", std::move(text)),
                                limits);
  };
  const auto documents = read("a: &x 1\n---\nb: 2\n...\n---\nc\n");
  ASSERT_TRUE(documents) << documents.error().message;
  ASSERT_EQ(documents->size(), 3U);
  EXPECT_EQ((*documents)[2]->text, "c");
  EXPECT_EQ(read("a: &x 1\n---\nb: *x\n").error().code, "yaml/unknown-anchor");
  EXPECT_EQ(read("a\n---\nb\n", {.documents = 1}).error().span.line, 2U);
  EXPECT_TRUE(read("").value().empty());
}

TEST(Yaml, ReadsBytesThatAreNoUtf8AsGitHubDoes) {
  const auto root = parse("a: caf\xE9 x\nb: 1\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ((*root)->entries[0].second->text, "caf\xEF\xBF\xBD x");
  EXPECT_EQ((*root)->entries[0].second->column, 4U);
  EXPECT_FALSE(parse("%\xD9"));  // libfyaml 0.7 never ends with this
}

}  // namespace
}  // namespace crema::formats
