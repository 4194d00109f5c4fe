// AES as WebCrypto has it: CBC with padding, counter mode, and GCM.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

enum class AesMode : std::uint8_t { cbc, ctr, gcm };

struct AesParameters {
  AesMode mode = AesMode::cbc;
  std::string vector;      // iv of 16 bytes, counter of 16 bytes; GCM takes any length but 0
  int counter_bits = 128;  // of ctr: how many of the counter's last bits count
  std::string additional;  // of gcm: bytes that are signed and not encrypted
  int tag_bits = 128;      // of gcm: 32, 64, 96, 104, 112, 120 or 128
};

// `key` has 16, 24 or 32 bytes. Fails with "load/aes": a wrong length of key, vector or tag.
Result<std::string> aes_encrypt(std::string_view key, const AesParameters& parameters,
                                std::string_view data);
// Fails as well where the padding or the tag is wrong.
Result<std::string> aes_decrypt(std::string_view key, const AesParameters& parameters,
                                std::string_view data);

}  // namespace crema::load
