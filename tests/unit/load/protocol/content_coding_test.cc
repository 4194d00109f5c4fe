#include "crema/load/protocol/content_coding.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

constexpr std::size_t kLimit = 1 << 20;

TEST(ContentCodingTest, WhatIsWrittenIsRead) {
  std::string body;
  for (int i = 0; i < 20'000; ++i) body += static_cast<char>('a' + i * i % 23);
  for (const std::string_view codings : {"gzip", "deflate", "zstd", "gzip, zstd", "deflate,gzip"}) {
    const auto encoded = encode_content(codings, body);
    ASSERT_TRUE(encoded) << codings;
    EXPECT_LT(encoded->size(), body.size());
    EXPECT_EQ(decode_content(codings, *encoded, kLimit).value(), body) << codings;
    EXPECT_FALSE(decode_content(codings, encoded->substr(0, encoded->size() - 6), kLimit))
        << codings;
    EXPECT_FALSE(decode_content(codings, *encoded, 100)) << "it grows beyond the limit";
  }
  EXPECT_EQ(encode_content("br", "x").error().code, "load/content-coding");
}

TEST(ContentCodingTest, ReadsBrotli) {
  // "hello" as one uncompressed block (RFC 7932, 9.2).
  EXPECT_EQ(decode_content("br", std::string("\x0b\x02\x80hello\x03", 9), kLimit).value(), "hello");
  EXPECT_FALSE(decode_content("br", "hello", kLimit));
}

TEST(ContentCodingTest, WhatIsNotKnownStays) {
  EXPECT_EQ(decode_content("identity", "x", kLimit).value(), "x");
  EXPECT_EQ(decode_content("gzip, magic", "x", kLimit).value(), "x");
  EXPECT_FALSE(decode_content("GZIP", "x", kLimit));
}

}  // namespace
}  // namespace crema::load
