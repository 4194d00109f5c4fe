// Sinks: exact while they can be, within 0.1 % after, and the same whatever was merged when.
#include "crema/load/metrics/sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <random>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

sys::WallTime at(std::int64_t seconds) { return sys::WallTime(std::chrono::seconds(seconds)); }

TEST(ExactSum, LosesNothing) {
  ExactSum sum;
  for (const double value : {1e300, 1.0, 1e-300, -1e300, -1e-300}) sum.add(value);
  EXPECT_EQ(sum.value(), 1.0);
  ExactSum tenths;
  for (int i = 0; i < 1'000'000; ++i) tenths.add(0.1);
  EXPECT_EQ(tenths.value(), 100000.0);  // adding one after another gives 100000.00000133288
  ExactSum negative;
  for (int i = 0; i < 5000; ++i) negative.add(-0.25);
  EXPECT_EQ(negative.value(), -1250.0);
  EXPECT_EQ(ExactSum().value(), 0.0);
}

TEST(ExactSum, RoundsToTheNearest) {
  ExactSum sum;
  sum.add(1.0);
  sum.add(std::ldexp(1.0, -53));  // half of the last bit: to even
  EXPECT_EQ(sum.value(), 1.0);
  sum.add(DBL_TRUE_MIN);  // and a little more: up
  EXPECT_EQ(sum.value(), 1.0 + DBL_EPSILON);
  ExactSum large;
  large.add(DBL_MAX);
  large.add(DBL_MAX);
  EXPECT_TRUE(std::isinf(large.value()));
  large.add(-DBL_MAX);
  EXPECT_EQ(large.value(), DBL_MAX);
  ExactSum small;
  small.add(DBL_TRUE_MIN);
  EXPECT_EQ(small.value(), DBL_TRUE_MIN);
}

TEST(ExactSum, DoesNotDependOnTheOrder) {
  std::mt19937_64 random(7);
  std::vector<double> values;
  for (int i = 0; i < 20'000; ++i)
    values.push_back(std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())),
                                static_cast<int>(random() % 200) - 150));
  ExactSum forward;
  for (const double value : values) forward.add(value);
  std::shuffle(values.begin(), values.end(), random);
  std::array<ExactSum, 7> parts;
  for (std::size_t i = 0; i < values.size(); ++i) parts[i % parts.size()].add(values[i]);
  ExactSum merged;
  for (const auto& part : parts) merged.merge(part);
  EXPECT_EQ(merged.chunks(), forward.chunks());
  EXPECT_EQ(merged.value(), forward.value());
}

TEST(Histogram, IsWithinATenthOfAPercent) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> exponent(-60, 60);
  for (int i = 0; i < 100'000; ++i) {
    const double value = std::exp2(exponent(random)) * (i % 2 == 0 ? 1 : -1);
    EXPECT_NEAR(bucket_middle(bucket_of(value)), value, std::abs(value) * 0.001);
  }
  EXPECT_EQ(bucket_middle(bucket_of(0.0)), 0.0);
  EXPECT_EQ(bucket_of(-0.0), bucket_of(0.0));
}

TEST(Histogram, OrdersBucketsAsValues) {
  std::int32_t before = bucket_of(-DBL_MAX);
  for (const double value :
       {-1e9, -1.01, -1.0, -0.5, -1e-9, 0.0, 1e-9, 0.5, 1.0, 1.01, 1e9, DBL_MAX}) {
    EXPECT_LT(before, bucket_of(value)) << value;
    before = bucket_of(value);
  }
}

TEST(Histogram, FindsRanks) {
  Histogram histogram;
  for (const double value : {5.0, -2.0, 0.0, 1000.0, 5.0}) histogram.add(value);
  const std::vector<double> sorted = {-2, 0, 5, 5, 1000};
  const auto sparse = histogram.sparse();
  EXPECT_EQ(sparse.size(), 4U);
  EXPECT_EQ(count_of(sparse), 5U);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    EXPECT_NEAR(histogram.value_at(i), sorted[i], std::abs(sorted[i]) * 0.001);
    EXPECT_EQ(value_at(sparse, i), histogram.value_at(i));
  }
  auto twice = sparse;
  merge_into(twice, sparse);
  histogram.merge(histogram);
  EXPECT_EQ(twice, histogram.sparse());
  EXPECT_EQ(quantile({}, 0.5), 0.0);
  EXPECT_NEAR(quantile(sparse, 0.9), 5 + 0.6 * 995, 0.6);
}

TEST(Trend, InterpolatesAsK6Does) {
  TrendSink sink;
  for (const double value : {0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0})
    sink.add(value);
  EXPECT_DOUBLE_EQ(sink.quantile(0.95), 85.5);
  EXPECT_DOUBLE_EQ(sink.median(), 45.0);
  EXPECT_DOUBLE_EQ(sink.quantile(0), 0.0);
  EXPECT_DOUBLE_EQ(sink.quantile(1), 90.0);
  EXPECT_DOUBLE_EQ(sink.average(), 45.0);
  sink.add(-5);  // after a sort
  EXPECT_DOUBLE_EQ(sink.quantile(0), -5.0);
  EXPECT_DOUBLE_EQ(sink.median(), 40.0);
  const TrendSink empty;
  EXPECT_EQ(empty.quantile(0.9) + empty.min() + empty.max() + empty.average(), 0.0);
}

std::vector<double> log_normal(std::size_t count) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> distribution(3, 1);
  std::vector<double> values(count);
  for (double& value : values) value = distribution(random);
  return values;
}

TEST(Trend, IsExactUpToItsLimitAndNearAfter) {
  auto values = log_normal(200'000);
  TrendSink sink;
  for (std::size_t i = 0; i < kExactSamples; ++i) sink.add(values[i]);
  EXPECT_TRUE(sink.exact());
  auto sorted = std::vector(values.begin(), values.begin() + kExactSamples);
  std::ranges::sort(sorted);
  EXPECT_TRUE(std::ranges::equal(sink.samples(), sorted));
  for (std::size_t i = kExactSamples; i < values.size(); ++i) sink.add(values[i]);
  EXPECT_FALSE(sink.exact());
  std::ranges::sort(values);
  for (const double p : {0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.9999, 1.0}) {
    const double rank = p * static_cast<double>(values.size() - 1);
    const double exact = values[static_cast<std::size_t>(rank)];
    EXPECT_NEAR(sink.quantile(p), exact, exact * 0.0012) << p;
  }
  EXPECT_EQ(sink.quantile(0), values.front());
  EXPECT_EQ(sink.quantile(1), values.back());
  EXPECT_EQ(sink.count(), values.size());
}

// Merged in any parts, a trend is what one trend would have been.
TEST(Trend, MergesToWhatOneWouldHaveBeen) {
  for (const std::size_t count :
       {std::size_t{100}, kExactSamples, kExactSamples + 1, std::size_t{150'000}}) {
    const auto values = log_normal(count);
    TrendSink whole;
    std::array<TrendSink, 5> parts;
    for (std::size_t i = 0; i < count; ++i) {
      whole.add(values[i]);
      parts[(i * i) % parts.size()].add(values[i]);
    }
    for (const bool backwards : {false, true}) {
      TrendSink merged;
      for (std::size_t i = 0; i < parts.size(); ++i)
        merged.merge(parts[backwards ? parts.size() - 1 - i : i]);
      EXPECT_EQ(merged.exact(), whole.exact());
      EXPECT_TRUE(std::ranges::equal(merged.samples(), whole.samples()));
      EXPECT_EQ(merged.buckets(), whole.buckets());
      EXPECT_EQ(merged.count(), whole.count());
      EXPECT_EQ(merged.sum(), whole.sum());
      EXPECT_EQ(merged.min(), whole.min());
      EXPECT_EQ(merged.max(), whole.max());
      for (const double p : {0.5, 0.99}) EXPECT_EQ(merged.quantile(p), whole.quantile(p));
    }
  }
}

TEST(Sinks, MergeInAnyOrder) {
  GaugeSink early, late, tie;
  early.add(9, at(1));
  late.add(3, at(5));
  late.add(4, at(2));
  tie.add(2, at(5));
  for (const auto& order : {std::array{early, late, tie}, std::array{tie, late, early}}) {
    GaugeSink merged;
    for (const auto& part : order) merged.merge(part);
    EXPECT_EQ(merged.last, 3);
    EXPECT_EQ(merged.min, 2);
    EXPECT_EQ(merged.max, 9);
    EXPECT_EQ(merged.count, 4U);
  }
  // Of one thread's at one time the latest counts.
  GaugeSink falling;
  for (const double value : {9.0, 4.0, 6.0}) falling.add(value, at(3));
  falling.add(8, at(2));
  EXPECT_EQ(falling.last, 6);
  CounterSink a, b;
  a.add(2, at(7));
  b.add(0.5, at(3));
  b.merge(a);
  EXPECT_EQ(b.sum(), 2.5);
  EXPECT_EQ(b.first, at(3));
  RateSink rate;
  EXPECT_EQ(rate.rate(), 0);
  for (const double value : {1.0, 0.0, 5.0, -1.0}) rate.add(value);
  EXPECT_EQ(rate.rate(), 0.75);
}

}  // namespace
}  // namespace crema::load
