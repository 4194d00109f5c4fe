#include "native_histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace crema::load {
namespace {

// Eight buckets between a power of two and the next: the schema for a growth of at most 1.1, which
// is what k6 asks for.
constexpr int kSchema = 3;
constexpr std::int32_t kBucketsOfOctave = 1 << kSchema;
// What is nearer to zero counts as zero: 2^-128, the default of Prometheus's clients.
constexpr double kZeroThreshold = 0x1p-128;
// Empty buckets that are written as such before it is shorter to begin a new span.
constexpr std::int32_t kGap = 2;

const std::array<double, kBucketsOfOctave>& bounds() {
  static const auto all = [] {
    std::array<double, kBucketsOfOctave> made{};
    for (int i = 0; i < kBucketsOfOctave; ++i)
      made[static_cast<std::size_t>(i)] = std::exp2(static_cast<double>(i) / kBucketsOfOctave - 1);
    return made;
  }();
  return all;
}

}  // namespace

// Bucket i holds what is above 2^((i-1)/8) and not above 2^(i/8).
std::int32_t NativeHistogram::bucket_of(double magnitude) {
  int exponent = 0;
  const double fraction = std::frexp(magnitude, &exponent);
  const auto at = std::ranges::lower_bound(bounds(), fraction) - bounds().begin();
  return static_cast<std::int32_t>(at) + (exponent - 1) * kBucketsOfOctave;
}

void NativeHistogram::add(double value) {
  ++count_;
  sum_ += value;
  if (std::abs(value) <= kZeroThreshold) {
    ++zeros_;
  } else if (value > 0) {
    ++positive_[bucket_of(value)];
  } else {
    ++negative_[bucket_of(-value)];
  }
}

void NativeHistogram::write_buckets(ProtobufWriter& out, const Buckets& buckets,
                                    std::uint32_t spans, std::uint32_t deltas) {
  if (buckets.empty()) return;
  std::vector<std::pair<std::int32_t, std::uint32_t>> runs;  // offset and length
  std::vector<std::int64_t> changes;
  std::int64_t before = 0;
  std::int32_t next = 0;  // the bucket after the last that was written
  const auto append = [&](std::uint64_t count) {
    changes.push_back(static_cast<std::int64_t>(count) - before);
    before = static_cast<std::int64_t>(count);
    ++runs.back().second;
    ++next;
  };
  for (const auto& [bucket, count] : buckets) {
    if (runs.empty() || bucket - next > kGap) {
      runs.emplace_back(bucket - next, 0);
      next = bucket;
    }
    while (next < bucket) append(0);
    append(count);
  }
  for (const auto& [offset, length] : runs) {
    out.message(spans, [&] {
      if (offset != 0) out.signed_number(1, offset);
      out.number(2, length);
    });
  }
  out.message(deltas, [&] {
    for (const std::int64_t change : changes) out.packed_signed(change);
  });
}

void NativeHistogram::write(ProtobufWriter& out, std::int64_t time) const {
  out.number(1, count_);
  out.real(3, sum_);
  out.signed_number(4, kSchema);
  out.real(5, kZeroThreshold);
  out.number(6, zeros_);
  write_buckets(out, negative_, 8, 9);
  write_buckets(out, positive_, 11, 12);
  out.number(15, static_cast<std::uint64_t>(time));
}

}  // namespace crema::load
