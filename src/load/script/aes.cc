#include "aes.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

namespace crema::load {
namespace {

constexpr std::size_t kBlock = 16;
constexpr auto kLargest = static_cast<std::size_t>(std::numeric_limits<int>::max()) - 64;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

const EVP_CIPHER* cipher_of(AesMode mode, std::size_t key_size) {
  const std::size_t which = key_size == 16 ? 0 : key_size == 24 ? 1 : 2;
  static constexpr std::array kCbc{EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc};
  static constexpr std::array kGcm{EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm};
  static constexpr std::array kEcb{EVP_aes_128_ecb, EVP_aes_192_ecb, EVP_aes_256_ecb};
  switch (mode) {
    case AesMode::cbc:
      return kCbc[which]();
    case AesMode::gcm:
      return kGcm[which]();
    default:
      return kEcb[which]();  // counter mode is made of single blocks below
  }
}

Result<> check(std::string_view key, const AesParameters& parameters, std::string_view data) {
  if (key.size() != 16 && key.size() != 24 && key.size() != 32)
    return fail("load/aes", fmt::format("invalid key length {} bytes", key.size()));
  if (data.size() > kLargest) return fail("load/aes", "the data has more than 2 GB");
  if (parameters.mode != AesMode::gcm && parameters.vector.size() != kBlock)
    return fail("load/aes", parameters.mode == AesMode::cbc ? "invalid initialization vector length"
                                                            : "invalid counter length");
  if (parameters.mode == AesMode::gcm && parameters.vector.empty())
    return fail("load/aes", "invalid initialization vector length");
  if (parameters.mode == AesMode::ctr &&
      (parameters.counter_bits < 1 || parameters.counter_bits > 128))
    return fail("load/aes", "invalid counter length, must be between 1 and 128");
  static constexpr std::array kTags{32, 64, 96, 104, 112, 120, 128};
  if (parameters.mode == AesMode::gcm &&
      std::ranges::find(kTags, parameters.tag_bits) == kTags.end())
    return fail("load/aes", "invalid tag length");
  return {};
}

// Counts the last `bits` bits of a block up by one; the others stay.
void count_up(std::string& block, int bits) {
  for (std::size_t i = kBlock; i-- > 0 && bits > 0; bits -= 8) {
    const auto before = static_cast<unsigned char>(block[i]);
    const unsigned mask = bits >= 8 ? 0xffU : (1U << bits) - 1;
    const unsigned after = (before & ~mask) | ((before + 1U) & mask);
    block[i] = static_cast<char>(after);
    if ((after & mask) != 0) return;
  }
}

Result<std::string> counter_mode(std::string_view key, const AesParameters& parameters,
                                 std::string_view data) {
  std::string stream, counter = parameters.vector;
  while (stream.size() < data.size()) {
    stream += counter;
    count_up(counter, parameters.counter_bits);
  }
  const Context context(EVP_CIPHER_CTX_new());
  int size = 0;
  std::string mask(stream.size() + kBlock, '\0');
  if (EVP_EncryptInit_ex(context.get(), cipher_of(AesMode::ctr, key.size()), nullptr, bytes_in(key),
                         nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), bytes_of(mask), &size, bytes_in(stream),
                        static_cast<int>(stream.size())) != 1)
    return fail("load/aes", "could not encrypt");
  std::string result(data);
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<char>(result[i] ^ mask[i]);
  return result;
}

bool start(EVP_CIPHER_CTX* context, std::string_view key, const AesParameters& parameters,
           bool encrypting) {
  const int direction = encrypting ? 1 : 0;
  if (EVP_CipherInit_ex(context, cipher_of(parameters.mode, key.size()), nullptr, nullptr, nullptr,
                        direction) != 1)
    return false;
  if (parameters.mode == AesMode::gcm &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IVLEN,
                          static_cast<int>(parameters.vector.size()), nullptr) != 1)
    return false;
  if (EVP_CipherInit_ex(context, nullptr, nullptr, bytes_in(key), bytes_in(parameters.vector),
                        direction) != 1)
    return false;
  int size = 0;
  return parameters.additional.empty() ||
         EVP_CipherUpdate(context, nullptr, &size, bytes_in(parameters.additional),
                          static_cast<int>(parameters.additional.size())) == 1;
}

bool finish(EVP_CIPHER_CTX* context, std::string_view data, std::string& result) {
  int size = 0, last = 0;
  result.resize(data.size() + 2 * kBlock);
  if (EVP_CipherUpdate(context, bytes_of(result), &size, bytes_in(data),
                       static_cast<int>(data.size())) != 1 ||
      EVP_CipherFinal_ex(context, bytes_of(result) + size, &last) != 1)
    return false;
  result.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(last));
  return true;
}

}  // namespace

Result<std::string> aes_encrypt(std::string_view key, const AesParameters& parameters,
                                std::string_view data) {
  CREMA_TRY(check(key, parameters, data));
  if (parameters.mode == AesMode::ctr) return counter_mode(key, parameters, data);
  const Context context(EVP_CIPHER_CTX_new());
  std::string result;
  if (!start(context.get(), key, parameters, true) || !finish(context.get(), data, result))
    return fail("load/aes", "could not encrypt");
  if (parameters.mode != AesMode::gcm) return result;
  std::string tag(static_cast<std::size_t>(parameters.tag_bits / 8), '\0');
  if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag.size()),
                          bytes_of(tag)) != 1)
    return fail("load/aes", "could not encrypt");
  return result + tag;
}

Result<std::string> aes_decrypt(std::string_view key, const AesParameters& parameters,
                                std::string_view data) {
  CREMA_TRY(check(key, parameters, data));
  if (parameters.mode == AesMode::ctr) return counter_mode(key, parameters, data);
  const Context context(EVP_CIPHER_CTX_new());
  if (!start(context.get(), key, parameters, false))
    return fail("load/aes", "could not decrypt ciphertext");
  if (parameters.mode == AesMode::gcm) {
    const auto tag_size = static_cast<std::size_t>(parameters.tag_bits / 8);
    if (data.size() < tag_size) return fail("load/aes", "could not decrypt ciphertext");
    std::string tag(data.substr(data.size() - tag_size));
    data.remove_suffix(tag_size);
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size),
                            bytes_of(tag)) != 1)
      return fail("load/aes", "could not decrypt ciphertext");
  }
  std::string result;
  if (!finish(context.get(), data, result)) return fail("load/aes", "could not decrypt ciphertext");
  return result;
}

}  // namespace crema::load
