// What is done with the keys of pairs: signatures, RSA-OAEP, ECDH.
#include "key_pair.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace crema::load {
namespace {

using Context = std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;
using Signature = std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)>;

auto refuse(std::string why) {
  ERR_clear_error();
  return fail("load/crypto", std::move(why));
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

bool set_padding(EVP_PKEY_CTX* context, SignatureScheme scheme, DigestKind digest, int salt_bytes) {
  if (scheme == SignatureScheme::rsa_pkcs1)
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  if (scheme == SignatureScheme::ecdsa) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt_bytes) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, openssl_digest(digest)) == 1;
}

// Bytes of the order of the key's curve: r and s have as many each.
std::size_t order_bytes(const PairKey& key) {
  return static_cast<std::size_t>(EVP_PKEY_get_bits(key.get()) + 7) / 8;
}

// From ASN.1 to r and s side by side, and back.
Result<std::string> plain_signature(const PairKey& key, std::string_view der) {
  const unsigned char* at = data_of(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())),
                            ECDSA_SIG_free);
  if (!signature) return refuse("unable to sign data");
  const auto size = order_bytes(key);
  std::string plain(2 * size, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), data_of(plain), static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), data_of(plain) + size, static_cast<int>(size));
  return plain;
}

std::string der_signature(std::string_view plain) {
  const auto half = static_cast<int>(plain.size() / 2);
  const Signature signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(data_of(plain), half, nullptr),
                 BN_bin2bn(data_of(plain) + half, half, nullptr));
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

Context oaep_context(const PairKey& key, DigestKind digest, std::string_view label,
                     int (*begin)(EVP_PKEY_CTX*)) {
  Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), EVP_PKEY_CTX_free);
  const EVP_MD* md = openssl_digest(digest);
  if (!context || begin(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), md) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), md) != 1)
    return {nullptr, EVP_PKEY_CTX_free};
  if (label.empty()) return context;
  // OpenSSL takes the copy over.
  void* copy = OPENSSL_memdup(label.data(), label.size());
  if (EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), copy, static_cast<int>(label.size())) == 1)
    return context;
  OPENSSL_free(copy);
  return {nullptr, EVP_PKEY_CTX_free};
}

using Step = int (*)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*,
                     std::size_t);

Result<std::string> run(const Context& context, Step step, std::string_view input,
                        const char* failure) {
  std::size_t size = 0;
  if (!context || step(context.get(), nullptr, &size, data_of(input), input.size()) != 1)
    return refuse(failure);
  std::string output(size, '\0');
  if (step(context.get(), data_of(output), &size, data_of(input), input.size()) != 1)
    return refuse(failure);
  output.resize(size);
  return output;
}

}  // namespace

Result<std::string> sign_with(const PairKey& key, SignatureScheme scheme, DigestKind digest,
                              int salt_bytes, std::string_view data) {
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* settings = nullptr;
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit(context.get(), &settings, openssl_digest(digest), nullptr, key.get()) !=
          1 ||
      !set_padding(settings, scheme, digest, salt_bytes) ||
      EVP_DigestSign(context.get(), nullptr, &size, data_of(data), data.size()) != 1)
    return refuse("unable to sign data");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), data_of(signature), &size, data_of(data), data.size()) != 1)
    return refuse("unable to sign data");
  signature.resize(size);
  return scheme == SignatureScheme::ecdsa ? plain_signature(key, signature)
                                          : Result<std::string>(std::move(signature));
}

bool verify_with(const PairKey& key, SignatureScheme scheme, DigestKind digest, int salt_bytes,
                 std::string_view signature, std::string_view data) {
  std::string der;
  if (scheme == SignatureScheme::ecdsa) {
    if (signature.size() != 2 * order_bytes(key)) return false;
    der = der_signature(signature);
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* settings = nullptr;
  const bool valid = context &&
                     EVP_DigestVerifyInit(context.get(), &settings, openssl_digest(digest), nullptr,
                                          key.get()) == 1 &&
                     set_padding(settings, scheme, digest, salt_bytes) &&
                     EVP_DigestVerify(context.get(), data_of(signature), signature.size(),
                                      data_of(data), data.size()) == 1;
  ERR_clear_error();
  return valid;
}

Result<std::string> oaep_encrypt(const PairKey& key, DigestKind digest, std::string_view label,
                                 std::string_view plain) {
  return run(oaep_context(key, digest, label, EVP_PKEY_encrypt_init), EVP_PKEY_encrypt, plain,
             "could not encrypt data");
}

Result<std::string> oaep_decrypt(const PairKey& key, DigestKind digest, std::string_view label,
                                 std::string_view secret) {
  return run(oaep_context(key, digest, label, EVP_PKEY_decrypt_init), EVP_PKEY_decrypt, secret,
             "could not decrypt data");
}

Result<std::string> shared_secret(const PairKey& own, const PairKey& other) {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr), EVP_PKEY_CTX_free);
  std::size_t size = 0;
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &size) != 1)
    return refuse("could not derive");
  std::string secret(size, '\0');
  if (EVP_PKEY_derive(context.get(), data_of(secret), &size) != 1)
    return refuse("could not derive");
  secret.resize(size);
  return secret;
}

}  // namespace crema::load
