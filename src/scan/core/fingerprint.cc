#include "crema/scan/core/fingerprint.h"

#include "crema/base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <unordered_map>

namespace crema::scan {
namespace {

// 128 bits: two of a billion findings are alike once in 10^20 repositories.
constexpr std::size_t kHexDigits = 32;

// With the length of each before it, so that no two keys run together.
std::string key_of(const Found& found) {
  std::string key = "1";  // the version of this scheme
  for (const auto* part :
       {&found.finding.family, &found.finding.rule, &found.subject, &found.content})
    key += std::to_string(part->size()) + ":" + *part;
  return key;
}

}  // namespace

void set_fingerprints(std::span<Found> all) {
  std::unordered_map<std::string, std::size_t> seen;
  for (auto& found : all) {
    const auto key = key_of(found);
    const auto number = seen[key]++;
    found.finding.fingerprint =
        sha256_hex(key + "#" + std::to_string(number)).substr(0, kHexDigits);
  }
}

std::string keyed_hash(std::string_view key, std::string_view value) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(value.data()), value.size(), digest.data(), &size);
  return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace crema::scan
