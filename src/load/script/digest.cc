#include "digest.h"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace crema::load {
namespace {

struct Named {
  std::string_view name;
  DigestKind kind;
  const EVP_MD* (*method)();  // null where the digest is our own
  std::size_t block;
};

constexpr std::array kDigests{
    Named{"md4", DigestKind::md4, nullptr, 64},
    Named{"md5", DigestKind::md5, EVP_md5, 64},
    Named{"ripemd160", DigestKind::ripemd160, EVP_ripemd160, 64},
    Named{"sha1", DigestKind::sha1, EVP_sha1, 64},
    Named{"sha256", DigestKind::sha256, EVP_sha256, 64},
    Named{"sha384", DigestKind::sha384, EVP_sha384, 128},
    Named{"sha512", DigestKind::sha512, EVP_sha512, 128},
    Named{"sha512_224", DigestKind::sha512_224, EVP_sha512_224, 128},
    Named{"sha512_256", DigestKind::sha512_256, EVP_sha512_256, 128},
};

const Named& entry_of(DigestKind kind) { return kDigests[static_cast<std::size_t>(kind)]; }

evp_md_ctx_st* new_context() {
  evp_md_ctx_st* context = EVP_MD_CTX_new();
  if (context == nullptr) throw std::bad_alloc();
  return context;
}

// The key as HMAC takes it: one block, each byte mixed with `pad`.
std::string padded_key(DigestKind kind, std::string_view key, char pad) {
  std::string block = key.size() > block_size(kind) ? digest_of(kind, key) : std::string(key);
  block.resize(block_size(kind), '\0');
  for (char& c : block) c = static_cast<char>(c ^ pad);
  return block;
}

}  // namespace

std::optional<DigestKind> digest_named(std::string_view name) {
  for (const Named& each : kDigests)
    if (each.name == name) return each.kind;
  return std::nullopt;
}

const EVP_MD* openssl_digest(DigestKind kind) {
  const auto method = entry_of(kind).method;
  return method == nullptr ? nullptr : method();
}

std::size_t block_size(DigestKind kind) { return entry_of(kind).block; }

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(DigestKind kind) {
  const Named& entry = entry_of(kind);
  if (entry.method == nullptr) {
    state_ = Md4();
    return;
  }
  std::unique_ptr<evp_md_ctx_st, Free> context(new_context());
  EVP_DigestInit_ex(context.get(), entry.method(), nullptr);
  state_ = std::move(context);
}

Digest::Digest(const Digest& other) {
  if (const auto* own = std::get_if<Md4>(&other.state_)) {
    state_ = *own;
    return;
  }
  std::unique_ptr<evp_md_ctx_st, Free> context(new_context());
  EVP_MD_CTX_copy_ex(context.get(), std::get<0>(other.state_).get());
  state_ = std::move(context);
}

Digest::~Digest() = default;

void Digest::update(std::string_view bytes) {
  if (auto* own = std::get_if<Md4>(&state_))
    own->update(bytes);
  else
    EVP_DigestUpdate(std::get<0>(state_).get(), bytes.data(), bytes.size());
}

std::string Digest::value() const {
  if (const auto* own = std::get_if<Md4>(&state_)) return own->digest();
  const Digest last(*this);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(std::get<0>(last.state_).get(), bytes.data(), &size);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

Hmac::Hmac(DigestKind kind, std::string_view key) : inner_(kind), outer_(kind) {
  inner_.update(padded_key(kind, key, 0x36));
  outer_.update(padded_key(kind, key, 0x5c));
}

std::string Hmac::value() const {
  Digest outer(outer_);
  outer.update(inner_.value());
  return outer.value();
}

std::string digest_of(DigestKind kind, std::string_view bytes) {
  Digest digest(kind);
  digest.update(bytes);
  return digest.value();
}

std::string hmac_of(DigestKind kind, std::string_view key, std::string_view bytes) {
  Hmac hmac(kind, key);
  hmac.update(bytes);
  return hmac.value();
}

}  // namespace crema::load
