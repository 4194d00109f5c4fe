#include "md4.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace crema::load {
namespace {

constexpr std::size_t kBlock = 64;

using Words = std::array<std::uint32_t, 16>;
using Order = std::array<std::uint8_t, 16>;

// The order in which each round takes the words of a block, and how far it rotates.
constexpr Order kFirst{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr Order kSecond{0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
constexpr Order kThird{0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};

template <class Mix>
void round(std::array<std::uint32_t, 4>& state, const Words& words, const Order& order,
           const std::array<int, 4>& shifts, std::uint32_t constant, Mix mix) {
  for (std::size_t step = 0; step < 16; ++step) {
    // The four registers take turns: a, d, c, b.
    std::uint32_t& a = state[(16 - step) % 4];
    const std::uint32_t b = state[(17 - step) % 4], c = state[(18 - step) % 4],
                        d = state[(19 - step) % 4];
    a = std::rotl(a + mix(b, c, d) + words[order[step]] + constant, shifts[step % 4]);
  }
}

}  // namespace

void Md4::block(const std::uint8_t* bytes) {
  Words words;
  for (std::size_t i = 0; i < 16; ++i)
    words[i] = static_cast<std::uint32_t>(bytes[4 * i]) |
               static_cast<std::uint32_t>(bytes[4 * i + 1]) << 8 |
               static_cast<std::uint32_t>(bytes[4 * i + 2]) << 16 |
               static_cast<std::uint32_t>(bytes[4 * i + 3]) << 24;
  auto state = state_;
  using Word = std::uint32_t;
  round(state, words, kFirst, {3, 7, 11, 19}, 0,
        [](Word x, Word y, Word z) { return (x & y) | (~x & z); });
  round(state, words, kSecond, {3, 5, 9, 13}, 0x5a827999,
        [](Word x, Word y, Word z) { return (x & y) | (x & z) | (y & z); });
  round(state, words, kThird, {3, 9, 11, 15}, 0x6ed9eba1,
        [](Word x, Word y, Word z) { return x ^ y ^ z; });
  for (std::size_t i = 0; i < 4; ++i) state_[i] += state[i];
}

void Md4::update(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t used = length_ % kBlock;
    const std::size_t taken = std::min(kBlock - used, bytes.size());
    std::memcpy(rest_.data() + used, bytes.data(), taken);
    length_ += taken;
    bytes.remove_prefix(taken);
    if (used + taken == kBlock) block(rest_.data());
  }
}

std::string Md4::digest() const {
  Md4 last = *this;
  std::string tail(1, '\x80');
  while ((length_ + tail.size()) % kBlock != kBlock - 8) tail += '\0';
  for (int shift = 0; shift < 64; shift += 8) tail += static_cast<char>(length_ * 8 >> shift);
  last.update(tail);
  std::string bytes;
  for (const std::uint32_t word : last.state_)
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift);
  return bytes;
}

}  // namespace crema::load
