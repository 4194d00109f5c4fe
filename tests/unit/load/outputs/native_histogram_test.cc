#include "native_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

std::string written(const std::vector<double>& values) {
  NativeHistogram histogram;
  for (const double value : values) histogram.add(value);
  ProtobufWriter out;
  histogram.write(out, 1000);
  return out.take();
}

struct Expected {
  std::uint64_t count;
  double sum;
  std::uint64_t zeros;
  std::vector<std::pair<std::int32_t, std::uint32_t>> spans;  // of what is positive
  std::vector<std::int64_t> deltas;
};

std::string bytes_of(const Expected& expected) {
  ProtobufWriter out;
  out.number(1, expected.count);
  out.real(3, expected.sum);
  out.signed_number(4, 3);
  out.real(5, 2.938735877055719e-39);
  out.number(6, expected.zeros);
  for (const auto& [offset, length] : expected.spans)
    out.message(11, [&] {
      if (offset != 0) out.signed_number(1, offset);
      out.number(2, length);
    });
  if (!expected.deltas.empty())
    out.message(12, [&] {
      for (const auto delta : expected.deltas) out.packed_signed(delta);
    });
  out.number(15, 1000);
  return out.take();
}

// Bucket i of schema 3 holds what is above 2^((i-1)/8) and not above 2^(i/8).
TEST(NativeHistogram, PutsValuesIntoTheBucketsOfSchema3) {
  EXPECT_EQ(written({1}), bytes_of({1, 1, 0, {{0, 1}}, {1}}));
  EXPECT_EQ(written({2, 2}), bytes_of({2, 4, 0, {{8, 1}}, {2}}));
  EXPECT_EQ(written({1.01}), bytes_of({1, 1.01, 0, {{1, 1}}, {1}}));
  EXPECT_EQ(written({0.5}), bytes_of({1, 0.5, 0, {{-8, 1}}, {1}}));
  EXPECT_EQ(written({0.001}), bytes_of({1, 0.001, 0, {{-79, 1}}, {1}}));
}

TEST(NativeHistogram, FillsSmallGapsAndBeginsASpanAfterLargeOnes) {
  // Buckets 0, 3 (a gap of two) and 8 (a gap of four).
  EXPECT_EQ(written({1, 1, 1.25, 2}), bytes_of({4, 5.25, 0, {{0, 4}, {4, 1}}, {2, -2, 0, 1, 0}}));
}

TEST(NativeHistogram, CountsZeros) {
  EXPECT_EQ(written({0, 1e-40, 0}), bytes_of({3, 1e-40, 3, {}, {}}));
}

}  // namespace
}  // namespace crema::load
