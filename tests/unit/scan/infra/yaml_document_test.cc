#include "crema/scan/infra/yaml_document.h"

#include "crema/scan/infra/yaml_path.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

Result<std::vector<formats::YamlPtr>> read(std::string text) {
  return read_yaml_documents(std::make_shared<SourceFile>("t.yml", std::move(text)));
}

TEST(YamlDocuments, AreReadOneByOne) {
  const auto documents = read("a: 1\n---\n# nothing\n---\nb: 2\n").value();
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(text_at(documents[0], "a"), "1");
  EXPECT_TRUE(is_null(*documents[1]));
  EXPECT_EQ(text_at(documents[2], "b"), "2");
  EXPECT_EQ(documents[2]->line, 5U);
  EXPECT_EQ(read("").value().size(), 0U);
}

TEST(YamlDocuments, HaveMergeKeysResolved) {
  const auto documents = read("base: &b {x: 1, y: 1}\nit:\n  y: 2\n  <<: *b\n").value();
  EXPECT_EQ(text_at(documents[0], "it.x"), "1");
  EXPECT_EQ(text_at(documents[0], "it.y"), "2");
}

TEST(YamlDocuments, AreBounded) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const auto name = std::to_string(i);
    const auto last = "*a" + std::to_string(i - 1);
    laughs += "a" + name + ": &a" + name + " [";
    for (int n = 0; n < 10; ++n) laughs += (n == 0 ? "" : ", ") + last;
    laughs += "]\n";
  }
  EXPECT_EQ(read(laughs).error().code, "yaml/too-large");
  EXPECT_EQ(read(std::string(10'000, '[')).error().code, "yaml/too-large");
  EXPECT_EQ(read(std::string(std::size_t{9} << 20U, 'a')).error().code, "yaml/too-large");
}

TEST(YamlDocuments, KnowTheirLastLines) {
  const auto documents = read("a:\n  - b\n  - c: |\n      x\n      y\n---\nd: 1\n").value();
  EXPECT_EQ(last_line_of(*documents[0]), 5U);
  EXPECT_EQ(last_line_of(*documents[1]), 7U);
}

TEST(YamlDocuments, AreKeptAsBytes) {
  const auto root = read("a: [1, 'x', {b: ~}]\nc: |\n  text\n").value().at(0);
  const auto bytes = encode_tree(*root);
  const auto again = decode_tree(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(encode_tree(*again), bytes);
  EXPECT_EQ(again->entries[1].second->style, formats::YamlStyle::literal);
  EXPECT_EQ(again->entries[1].first->line, 2U);
  for (std::size_t end = 0; end < bytes.size(); ++end)
    EXPECT_FALSE(decode_tree(std::string_view(bytes).substr(0, end))) << end;
}

}  // namespace
}  // namespace crema::scan
