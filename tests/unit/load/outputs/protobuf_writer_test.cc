#include "protobuf_writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

// The examples of https://protobuf.dev/programming-guides/encoding/.
TEST(ProtobufWriter, WritesTheExamplesOfTheSpecification) {
  ProtobufWriter out;
  out.number(1, 150);
  EXPECT_EQ(hex(out.take()), "089601");
  out = {};
  out.text(2, "testing");
  EXPECT_EQ(hex(out.take()), "120774657374696e67");
  out = {};
  out.message(3, [&] { out.number(1, 150); });
  EXPECT_EQ(hex(out.take()), "1a03089601");
  out = {};
  out.message(6, [&] {
    for (const std::uint64_t value : {3, 270, 86942}) out.packed_number(value);
  });
  EXPECT_EQ(hex(out.take()), "3206038e029ea705");
}

TEST(ProtobufWriter, WritesSignsAndFractions) {
  ProtobufWriter out;
  for (const std::int64_t value : {0, -1, 1, -2}) out.packed_signed(value);
  out.packed_signed(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(hex(out.take()), "00010203ffffffffffffffffff01");
  out = {};
  out.real(1, 1.0);
  out.fixed64(2, 258);
  EXPECT_EQ(hex(out.take()), "09000000000000f03f110201000000000000");
}

TEST(ProtobufWriter, CountsWhatIsDeepAndLong) {
  ProtobufWriter out;
  out.message(1, [&] { out.message(2, [&] { out.text(3, std::string(200, 'x')); }); });
  const auto bytes = out.take();
  EXPECT_EQ(hex(bytes.substr(0, 9)), "0ace0112cb011ac801");
  EXPECT_EQ(bytes.size(), 209U);
}

}  // namespace
}  // namespace crema::load
