// XML: what the tree holds, where it stands, what is refused, and that text survives both ways.
#include "crema/formats/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::formats {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

auto parse(std::string text, const XmlLimits& limits = {}) {
  return parse_xml(std::make_shared<SourceFile>("a.xml", std::move(text)), limits);
}

TEST(Xml, GivesElementsAttributesAndText) {
  const auto document = parse(
      "\xEF\xBB\xBF<?xml version='1.0'?>\n<!DOCTYPE r SYSTEM \"r.dtd\" [<!ENTITY e \"boom\">]>\n"
      "<r a='1' b=\"&lt;&#xe9;&quot;\">\n  one <!-- no --><c/>two<![CDATA[ <3>]]>\n  <c d=''/>&e;"
      "</r>\n");
  ASSERT_TRUE(document) << document.error().message;
  const auto root = (*document)->root();
  EXPECT_EQ(root.name(), "r");
  EXPECT_EQ(root.attribute("b"), "<\xC3\xA9\"");
  EXPECT_EQ(root.attribute("c"), "");
  EXPECT_TRUE(root.has("a"));
  EXPECT_FALSE(root.has("c"));
  EXPECT_EQ(root.text(), "\n  one two <3>&e;");
  ASSERT_EQ(root.children("c").size(), 2U);
  EXPECT_TRUE(root.children("c")[1].has("d"));
  EXPECT_FALSE(root.child("x").child("y").first_child());
  EXPECT_EQ(root.span().line, 3U);
  EXPECT_EQ(root.children("c")[1].span().line, 5U);
  EXPECT_EQ(root.children("c")[1].span().column, 4U);
}

TEST(Xml, ReadsTheEncodingsOfTheWild) {
  std::string little = "\xFF\xFE";
  std::string big;
  for (const char16_t unit : std::u16string(u"<r a=\"\u00e9\U0001F600\">\n</r>")) {
    little += {static_cast<char>(unit & 0xFFU), static_cast<char>(unit >> 8U)};
    big += {static_cast<char>(unit >> 8U), static_cast<char>(unit & 0xFFU)};
  }
  for (const auto& bytes : {little, big}) {
    const auto document = parse(bytes);
    ASSERT_TRUE(document) << document.error().message;
    EXPECT_EQ((*document)->root().attribute("a"), "\xC3\xA9\xF0\x9F\x98\x80");
  }
  const auto latin = parse("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r a=\"\xE9\x80\"/>");
  ASSERT_TRUE(latin);
  EXPECT_EQ((*latin)->root().attribute("a"), "\xC3\xA9\xE2\x82\xAC");
  const auto broken = parse("<r a=\"\xE9\"/>");
  ASSERT_TRUE(broken);
  EXPECT_EQ((*broken)->root().attribute("a"), "\xEF\xBF\xBD");
}

struct Wrong {
  std::string text;
  std::uint32_t line, column;
  std::string message;
};
class WrongXml : public testing::TestWithParam<Wrong> {};

TEST_P(WrongXml, IsSaidWithItsPlace) {
  const auto document = parse(GetParam().text);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().span.line, GetParam().line) << document.error().message;
  EXPECT_EQ(document.error().span.column, GetParam().column) << document.error().message;
  EXPECT_THAT(document.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(All, WrongXml,
                         testing::Values(Wrong{"", 1, 1, "no root element"},
                                         Wrong{"text\n", 2, 1, "no root element"},
                                         Wrong{"<a>\n<b></a>", 2, 6, "closes another"},
                                         Wrong{"<a>\n<b>", 2, 3, "ends inside"},
                                         Wrong{"<a>\n<b c></b></a>", 2, 6, "attribute"},
                                         Wrong{"<a/>\n <b/>", 2, 3, "second"},
                                         Wrong{"<a>\n\0</a>"s, 2, 1, "zero byte"}));

TEST(Xml, HasLimits) {
  EXPECT_EQ(parse("<a><b><c/></b></a>", {.depth = 2}).error().code, "xml/too-large");
  EXPECT_TRUE(parse("<a><b><c/></b><b/></a>", {.depth = 3}));
  EXPECT_EQ(parse("<a></a>", {.bytes = 6}).error().code, "xml/too-large");
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  for (int i = 0; i < 200'000; ++i) deep += "</a>";
  EXPECT_EQ(parse(deep).error().code, "xml/too-large");
}

TEST(Xml, TextSurvivesBothWays) {
  const std::string text = "<\"&'>\n\ta\r\n\xC3\xA9]]>";
  const auto document =
      parse("<r" + xml_attribute("a", text) + ">" + xml_text(text + "\x01\xFF") + "</r>");
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ((*document)->root().attribute("a"), text);
  EXPECT_EQ((*document)->root().text(), text + "\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace crema::formats
