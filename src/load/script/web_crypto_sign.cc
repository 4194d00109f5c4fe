#include "intrinsics.h"
#include "key_pair.h"
#include "web_crypto_operations.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

struct Scheme {
  std::string_view algorithm;
  SignatureScheme scheme;
};
constexpr std::array kSchemes{Scheme{"ECDSA", SignatureScheme::ecdsa},
                              Scheme{"RSASSA-PKCS1-v1_5", SignatureScheme::rsa_pkcs1},
                              Scheme{"RSA-PSS", SignatureScheme::rsa_pss}};

// What sign and verify are told, and the key for it. HMAC has no scheme.
struct Signing {
  const CryptoKey* key = nullptr;
  std::optional<SignatureScheme> scheme;
  DigestKind digest = DigestKind::sha256;
  int salt_bytes = 0;
};

// None with an exception.
std::optional<Signing> read_signing(JSContext* context, int count, JSValueConst* arguments,
                                    const char* usage) {
  const auto algorithm = read_algorithm(context, argument_at(0, count, arguments));
  if (!algorithm) return std::nullopt;
  Signing signing;
  const auto* known = std::ranges::find(kSchemes, algorithm->name, &Scheme::algorithm);
  if (known != kSchemes.end()) signing.scheme = known->scheme;
  if (!signing.scheme && algorithm->name != "HMAC") {
    throw_no_algorithm(context, algorithm->name, usage);
    return std::nullopt;
  }
  const bool told = signing.scheme && *signing.scheme != SignatureScheme::rsa_pkcs1;
  if (told && !algorithm->object.object()) {
    throw_named(context, "SyntaxError", "the algorithm needs its parameters");
    return std::nullopt;
  }
  signing.key = usable_key(context, argument_at(1, count, arguments), algorithm->name, usage);
  if (signing.key == nullptr) return std::nullopt;
  if (signing.key->hash) signing.digest = *signing.key->hash;
  if (signing.scheme == SignatureScheme::ecdsa) {
    const auto digest = read_hash(context, algorithm->object.member("hash").get(), usage);
    if (!digest) return std::nullopt;
    signing.digest = *digest;
  }
  if (signing.scheme == SignatureScheme::rsa_pss &&
      !read_number(context, algorithm->object, "saltLength", signing.salt_bytes))
    return std::nullopt;
  return signing;
}

bool is_half(JSContext* context, const Signing& signing, KeyKind kind) {
  if (signing.key->kind == kind) return true;
  throw_named(
      context, "InvalidAccessError",
      kind == KeyKind::of_private ? "the key is no private key" : "the key is no public key");
  return false;
}

}  // namespace

JSValue sign_data(JSContext* context, int count, JSValueConst* arguments) {
  const auto signing = read_signing(context, count, arguments, "sign");
  if (!signing) return JS_EXCEPTION;
  const auto data = read_bytes(context, argument_at(2, count, arguments));
  if (!data) return JS_EXCEPTION;
  if (!signing->scheme)
    return new_buffer(context, hmac_of(signing->digest, signing->key->secret, *data));
  if (!is_half(context, *signing, KeyKind::of_private)) return JS_EXCEPTION;
  const auto signature =
      sign_with(signing->key->pair, *signing->scheme, signing->digest, signing->salt_bytes, *data);
  if (!signature) return throw_named(context, "OperationError", signature.error().message);
  return new_buffer(context, *signature);
}

JSValue verify_data(JSContext* context, int count, JSValueConst* arguments) {
  const auto signing = read_signing(context, count, arguments, "verify");
  if (!signing) return JS_EXCEPTION;
  const auto signature = read_bytes(context, argument_at(2, count, arguments));
  if (!signature) return JS_EXCEPTION;
  const auto data = read_bytes(context, argument_at(3, count, arguments));
  if (!data) return JS_EXCEPTION;
  if (signing->scheme) {
    if (!is_half(context, *signing, KeyKind::of_public)) return JS_EXCEPTION;
    return JS_NewBool(context, verify_with(signing->key->pair, *signing->scheme, signing->digest,
                                           signing->salt_bytes, *signature, *data));
  }
  const std::string expected = hmac_of(signing->digest, signing->key->secret, *data);
  return JS_NewBool(context,
                    expected.size() == signature->size() &&
                        CRYPTO_memcmp(expected.data(), signature->data(), expected.size()) == 0);
}

}  // namespace crema::load
