// A log-linear histogram of doubles: 512 buckets between a power of two and the next, so that a
// bucket's middle is at most 0.1 % away from any value in it. Everybody has the same buckets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace crema::load {

// The number of the bucket that holds `value` (finite), and the middle of a bucket. Numbers order
// as the values do.
std::int32_t bucket_of(double value);
double bucket_middle(std::int32_t bucket);

// Buckets with what they count, sorted by number; for keeping and sending.
using SparseHistogram = std::vector<std::pair<std::int32_t, std::uint64_t>>;

class Histogram {
 public:
  void add(double value) { add_to(bucket_of(value), 1); }
  void add_to(std::int32_t bucket, std::uint64_t count);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  // The middle of the bucket of the sample at `rank`, counted from 0 in ascending order;
  // rank < count().
  double value_at(std::uint64_t rank) const;
  SparseHistogram sparse() const;

 private:
  static constexpr std::size_t kPageBuckets = 512;
  using Page = std::array<std::uint64_t, kPageBuckets>;  // 4 KB: the octaves that were touched
  struct Octave {
    std::int32_t number;
    std::unique_ptr<Page> page;
  };
  Page& page_of(std::int32_t octave);

  std::vector<Octave> octaves_;  // sorted
  // Where octaves were found the last time, by the last bits of their number: a time has a dozen.
  std::array<std::uint16_t, 16> places_{};
  std::uint64_t count_ = 0;
};

// As Histogram::value_at, of a sparse one.
double value_at(const SparseHistogram& histogram, std::uint64_t rank);
std::uint64_t count_of(const SparseHistogram& histogram);
// Type-7 quantile as k6 computes it: linear between the samples around p*(n-1). 0 when empty;
// 0 <= p <= 1.
double quantile(const SparseHistogram& histogram, double p);
void merge_into(SparseHistogram& into, const SparseHistogram& other);

}  // namespace crema::load
