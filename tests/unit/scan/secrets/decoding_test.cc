#include "crema/scan/secrets/decoding.h"

#include "crema/base/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

std::string decoded_all(std::string_view text) {
  std::vector<std::unique_ptr<DecodedText>> passes;
  for (auto next = DecodedText::first(text); next; next = passes.back()->next())
    passes.push_back(std::make_unique<DecodedText>(std::move(*next)));
  return passes.empty() ? std::string(text) : passes.back()->text();
}

struct Case {
  const char* name;
  std::string text;
  std::string decoded;
};

TEST(Decoding, ReadsEachEncoding) {
  const Case cases[] = {
      {"base64", "key: " + base64_encode("a long enough value"), "key: a long enough value"},
      {"base64 without padding", "key: YSBsb25nIGVub3VnaCB2YWx1ZQ", "key: a long enough value"},
      {"the URL's base64", "k=P2xvbmctZW5vdWdoPz4-Pj8_Pz8", "k=?long-enough?>>>????"},
      {"hexadecimal", "k=\"6c6f6e672d656e6f7567682d76616c7565\"", "k=\"long-enough-value\""},
      {"percent", "k%3D%22a%20b%22 end", "k=\"a b\" end"},
      {"Unicode points", "k=U+0061 U+0062 U+0063", "k=abc"},
      {"Unicode escapes", R"(k=\u0061\\u0062c)", "k=abc"},
      {"no text behind it", "sha1 a3d3fa7c2bb99e469ba55e5834ce79ee4853a8a3",
       "sha1 a3d3fa7c2bb99e469ba55e5834ce79ee4853a8a3"},
      {"a name in code", "theNameOfAFunctionInCode()", "theNameOfAFunctionInCode()"},
      {"a control character", "printf(\"%02d %1b\")", "printf(\"%02d %1b\")"},
      {"base64 in base64", base64_encode("key=" + base64_encode("a long enough value")),
       "key=a long enough value"},
      {"nothing", "", ""},
  };
  for (const auto& [name, text, decoded] : cases) EXPECT_EQ(decoded_all(text), decoded) << name;
}

TEST(Decoding, KnowsWhereItStood) {
  const std::string text =
      "a: YSBsb25nIGVub3VnaCB2YWx1ZQ== b: 6c6f6e672d656e6f7567682d76616c7565 c";
  const auto decoded = DecodedText::first(text);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->text(), "a: a long enough value b: long-enough-value c");
  const auto first = decoded->text().find("enough");
  EXPECT_EQ(decoded->original_of({first, first + 6}), (TextRange{3, 31}));
  EXPECT_EQ(decoded->encodings_of({first, first + 6}), "base64");
  const auto second = decoded->text().rfind("enough");
  EXPECT_EQ(decoded->original_of({second, second + 6}), (TextRange{35, 69}));
  EXPECT_FALSE(decoded->touches({0, 2}));
}

TEST(Decoding, KnowsWhereItStoodSeveralPassesAgo) {
  const auto inner = base64_encode("a long enough value");
  const std::string text = "x " + base64_encode("key=" + inner) + " y";
  const auto first = DecodedText::first(text);
  ASSERT_TRUE(first.has_value());
  const auto second = first->next();
  ASSERT_TRUE(second.has_value());
  const auto at = second->text().find("value");
  EXPECT_EQ(second->original_of({at, at + 5}), (TextRange{2, text.size() - 2}));
}

TEST(Decoding, TakesBase64AsItIsWritten) {
  EXPECT_EQ(decode_base64("YQ=="), "a");
  EXPECT_EQ(decode_base64("YQ"), "a");
  EXPECT_EQ(decode_base64("_-8"), "\xff\xef");
  EXPECT_EQ(decode_base64("Y"), std::nullopt);
  EXPECT_EQ(decode_base64("YQ="), std::nullopt);
  EXPECT_EQ(decode_base64("a b="), std::nullopt);
  EXPECT_EQ(decode_base64("+_aa"), std::nullopt);
}

}  // namespace
}  // namespace crema::scan
