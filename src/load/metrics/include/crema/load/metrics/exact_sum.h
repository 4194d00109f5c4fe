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

  // The chunks with their carries done, and back: for the binary form. A number has one form.
  using Chunks = std::array<std::int64_t, kChunks>;
  Chunks chunks() const;
  void merge_chunks(const Chunks& chunks);  // each within +-2^40

 private:
  void carry();

  Chunks chunks_{};
  std::uint32_t adds_ = 0;  // since the last carry
};

}  // namespace crema::load
