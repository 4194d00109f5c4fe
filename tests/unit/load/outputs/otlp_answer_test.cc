#include "otlp_answer.h"

#include "protobuf_writer.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

std::string answer(std::uint64_t rejected, const std::string& message) {
  ProtobufWriter out;
  out.fixed64(9, 1);  // a field that nobody knows yet
  out.message(1, [&] {
    out.number(1, rejected);
    out.text(2, message);
    out.number(3, 7);
  });
  return out.take();
}

TEST(OtlpAnswer, TellsWhatWasRejectedAndWhy) {
  const auto read = read_otlp_answer(answer(300, "too old"));
  EXPECT_EQ(read.rejected, 300);
  EXPECT_EQ(read.message, "too old");
  EXPECT_EQ(read_otlp_answer(answer(1, std::string(9000, 'x'))).message.size(), 500U);
}

TEST(OtlpAnswer, IsEmptyWhereTheBytesAreNone) {
  const auto whole = answer(300, "too old");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = read_otlp_answer(whole.substr(0, size));
    EXPECT_TRUE(read.message.empty()) << size;
  }
  EXPECT_EQ(read_otlp_answer("<html>not found</html>").rejected, 0);
  EXPECT_EQ(
      read_otlp_answer(std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11)).rejected,
      0);
}

}  // namespace
}  // namespace crema::load
