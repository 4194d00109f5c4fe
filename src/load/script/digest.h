// The digests that scripts may ask for, and HMAC (RFC 2104) over each.
#pragma once

#include "md4.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

struct evp_md_ctx_st;
struct evp_md_st;

namespace crema::load {

// As k6/crypto names them: "md4", "sha512_224".
enum class DigestKind : std::uint8_t {
  md4,
  md5,
  ripemd160,
  sha1,
  sha256,
  sha384,
  sha512,
  sha512_224,
  sha512_256
};
std::optional<DigestKind> digest_named(std::string_view name);
// OpenSSL's; null for MD4, which is our own.
const evp_md_st* openssl_digest(DigestKind kind);

// Fed in pieces. A copy goes on from what the original had.
class Digest {
 public:
  explicit Digest(DigestKind kind);
  Digest(const Digest& other);
  Digest& operator=(const Digest&) = delete;
  ~Digest();

  void update(std::string_view bytes);
  // Of what came so far; more may follow.
  std::string value() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::variant<std::unique_ptr<evp_md_ctx_st, Free>, Md4> state_;
};

class Hmac {
 public:
  Hmac(DigestKind kind, std::string_view key);
  void update(std::string_view bytes) { inner_.update(bytes); }
  std::string value() const;

 private:
  Digest inner_;
  Digest outer_;
};

std::string digest_of(DigestKind kind, std::string_view bytes);
std::string hmac_of(DigestKind kind, std::string_view key, std::string_view bytes);
// Bytes of one block of the digest: the length of the key that HMAC is made for.
std::size_t block_size(DigestKind kind);

}  // namespace crema::load
