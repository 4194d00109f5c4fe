#include "crema/load/metrics/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace crema::load {
namespace {

// A double's exponent and the first 9 bits of its mantissa, as one number that grows with it.
constexpr unsigned kDroppedBits = 52 - 9;
constexpr std::int32_t kOctaveBits = 9;

double quantile_of(std::uint64_t count, double p, const auto& value_at) {
  if (count == 0) return 0;
  const double rank = p * static_cast<double>(count - 1);
  const double whole = std::floor(rank);
  const auto below = static_cast<std::uint64_t>(whole);
  const double low = value_at(below);
  if (below + 1 >= count || rank == whole) return low;
  return low + (value_at(below + 1) - low) * (rank - whole);
}

}  // namespace

std::int32_t bucket_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto size = static_cast<std::int32_t>((bits & ~(std::uint64_t{1} << 63U)) >> kDroppedBits);
  return (bits >> 63U) != 0 ? -size : size;  // both zeros are bucket 0
}

double bucket_middle(std::int32_t bucket) {
  if (bucket == 0) return 0;
  const auto size = static_cast<std::uint64_t>(bucket < 0 ? -bucket : bucket);
  const auto half = std::uint64_t{1} << (kDroppedBits - 1);
  const auto middle = std::bit_cast<double>((size << kDroppedBits) | half);
  return bucket < 0 ? -middle : middle;
}

Histogram::Page& Histogram::page_of(std::int32_t octave) {
  auto& place = places_[static_cast<std::size_t>(octave) % places_.size()];
  if (place < octaves_.size() && octaves_[place].number == octave) return *octaves_[place].page;
  auto found = std::ranges::lower_bound(octaves_, octave, {}, &Octave::number);
  if (found == octaves_.end() || found->number != octave)
    found = octaves_.insert(found, {octave, std::make_unique<Page>()});
  place = static_cast<std::uint16_t>(found - octaves_.begin());
  return *found->page;
}

void Histogram::add_to(std::int32_t bucket, std::uint64_t count) {
  // An arithmetic shift: negative buckets have octaves of their own.
  page_of(bucket >> kOctaveBits)[static_cast<std::size_t>(bucket) % kPageBuckets] += count;
  count_ += count;
}

void Histogram::merge(const Histogram& other) {
  for (const Octave& octave : other.octaves_) {
    Page& page = page_of(octave.number);
    for (std::size_t i = 0; i < kPageBuckets; ++i) page[i] += (*octave.page)[i];
  }
  count_ += other.count_;
}

double Histogram::value_at(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  for (const Octave& octave : octaves_) {
    for (std::size_t i = 0; i < kPageBuckets; ++i) {
      seen += (*octave.page)[i];
      if (seen > rank)
        return bucket_middle(octave.number * (1 << kOctaveBits) + static_cast<std::int32_t>(i));
    }
  }
  return 0;
}

SparseHistogram Histogram::sparse() const {
  SparseHistogram all;
  for (const Octave& octave : octaves_) {
    for (std::size_t i = 0; i < kPageBuckets; ++i) {
      if (const auto count = (*octave.page)[i]; count != 0)
        all.emplace_back(octave.number * (1 << kOctaveBits) + static_cast<std::int32_t>(i), count);
    }
  }
  return all;
}

std::uint64_t count_of(const SparseHistogram& histogram) {
  std::uint64_t count = 0;
  for (const auto& bucket : histogram) count += bucket.second;
  return count;
}

double value_at(const SparseHistogram& histogram, std::uint64_t rank) {
  std::uint64_t seen = 0;
  for (const auto& [bucket, count] : histogram) {
    seen += count;
    if (seen > rank) return bucket_middle(bucket);
  }
  return 0;
}

double quantile(const SparseHistogram& histogram, double p) {
  return quantile_of(count_of(histogram), p,
                     [&](std::uint64_t rank) { return value_at(histogram, rank); });
}

void merge_into(SparseHistogram& into, const SparseHistogram& other) {
  if (other.empty()) return;
  SparseHistogram merged;
  merged.reserve(into.size() + other.size());
  auto mine = into.begin();
  for (const auto& theirs : other) {
    while (mine != into.end() && mine->first < theirs.first) merged.push_back(*mine++);
    if (mine != into.end() && mine->first == theirs.first) {
      merged.emplace_back(theirs.first, mine->second + theirs.second);
      ++mine;
    } else {
      merged.push_back(theirs);
    }
  }
  merged.insert(merged.end(), mine, into.end());
  into = std::move(merged);
}

}  // namespace crema::load
