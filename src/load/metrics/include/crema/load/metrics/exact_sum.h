// A sum of doubles without rounding: the same whatever the order, so that threads and agents can be
// merged and give what one of them would have given.
#pragma once

#include <array>
#include <cstdint>

namespace crema::load {

// A fixed-point number wide enough for every finite double, in chunks of 32 bits with room for
// carries (R. Neal, "Fast exact summation using small and large superaccumulators", 2015).
class ExactSum {
 public:
  static constexpr std::size_t kChunks = 67;

  void add(double value);  // finite
  void merge(const ExactSum& other);
  double value() const;  // rounded once; infinite where no double is large enough

  // The chunks with their carries done, and back: for the binary form. A set of chunks has one
  // form.
  std::array<std::int64_t, kChunks> chunks() const;
  void merge_chunk(std::size_t index, std::int64_t chunk);  // index < kChunks, |chunk| <= 2^32

 private:
  void carry();

  std::array<std::int64_t, kChunks> chunks_{};
  std::uint32_t adds_ = 0;  // since the last carry
};

}  // namespace crema::load
