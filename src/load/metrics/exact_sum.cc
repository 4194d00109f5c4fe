#include "crema/load/metrics/exact_sum.h"

#include <bit>
#include <cmath>

namespace crema::load {
namespace {

constexpr int kChunkBits = 32;
constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52U) - 1;
// Each sum of a chunk grows by less than 2^52 an addition: 2^10 of them leave room in 63 bits.
constexpr std::uint32_t kAddsBeforeCarry = 1024;
// The weight of the lowest bit of chunk 0 is that of the smallest double.
constexpr int kLowestExponent = -1074;

}  // namespace

void ExactSum::add(double value) {
  if (value == 0) return;  // a request that opened no connection has three of them
  if (++adds_ >= kAddsBeforeCarry) carry();
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<unsigned>(bits >> 52U) & 0x7FFU;
  std::uint64_t mantissa = bits & kMantissa;
  unsigned shift = 0;
  if (exponent != 0) {
    mantissa |= kMantissa + 1;
    shift = exponent - 1;
  }
  const auto low_shift = shift % kChunkBits;
  const auto low = static_cast<std::int64_t>((mantissa << low_shift) & 0xFFFFFFFFU);
  const auto high = static_cast<std::int64_t>(mantissa >> (kChunkBits - low_shift));
  auto* chunk = &chunks_[shift / kChunkBits];
  if ((bits >> 63U) != 0) {
    chunk[0] -= low;
    chunk[1] -= high;
  } else {
    chunk[0] += low;
    chunk[1] += high;
  }
}

// Leaves every chunk but the last in 0..2^32-1; the last has the sign.
void ExactSum::carry() {
  for (std::size_t i = 0; i + 1 < kChunks; ++i) {
    chunks_[i + 1] += chunks_[i] >> kChunkBits;  // towards minus infinity
    chunks_[i] &= 0xFFFFFFFF;
  }
  adds_ = 0;
}

void ExactSum::merge(const ExactSum& other) { merge_chunks(other.chunks()); }

ExactSum::Chunks ExactSum::chunks() const {
  ExactSum carried = *this;
  carried.carry();
  return carried.chunks_;
}

void ExactSum::merge_chunks(const Chunks& chunks) {
  carry();
  for (std::size_t i = 0; i < kChunks; ++i) chunks_[i] += chunks[i];
  carry();
}

double ExactSum::value() const {
  auto carried = chunks();
  const bool negative = carried[kChunks - 1] < 0;
  if (negative) {
    ExactSum turned;
    for (std::size_t i = 0; i < kChunks; ++i) turned.chunks_[i] = -carried[i];
    turned.carry();
    carried = turned.chunks_;
  }
  std::size_t top = kChunks - 1;
  while (top > 0 && carried[top] == 0) --top;
  // The highest 64 bits in use, with a last bit that says whether any bit below is set: enough for
  // one rounding to the nearest.
  unsigned __int128 head = static_cast<std::uint64_t>(carried[top]);
  std::size_t used = 1;
  for (; used < 3 && used <= top; ++used)
    head = (head << kChunkBits) | static_cast<std::uint64_t>(carried[top - used]);
  int exponent = kLowestExponent + static_cast<int>(top + 1 - used) * kChunkBits;
  bool rest = false;
  for (std::size_t i = 0; i + used <= top; ++i) rest = rest || carried[i] != 0;
  while (head >> 64U != 0) {
    rest = rest || (head & 1U) != 0;
    head >>= 1U;
    ++exponent;
  }
  auto whole = static_cast<std::uint64_t>(head);
  if (rest) whole |= 1U;
  const double value = std::ldexp(static_cast<double>(whole), exponent);
  return negative ? -value : value;
}

}  // namespace crema::load
