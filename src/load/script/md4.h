// MD4 of RFC 1320: OpenSSL has moved it to a module that a machine may lack.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// Broken as a digest since 1995; here because k6 scripts may ask for it (NTLM does).
class Md4 {
 public:
  void update(std::string_view bytes);
  // The 16 bytes of what came so far; more may follow.
  std::string digest() const;

 private:
  void block(const std::uint8_t* bytes);

  std::array<std::uint32_t, 4> state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<std::uint8_t, 64> rest_{};
  std::uint64_t length_ = 0;  // bytes
};

}  // namespace crema::load
