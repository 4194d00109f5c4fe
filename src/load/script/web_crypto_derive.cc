#include "key_pair.h"
#include "web_crypto_operations.h"

#include <openssl/evp.h>

namespace crema::load {
namespace {

constexpr int kMostDerivedBits = 1 << 20;

// ECDH. None with an exception.
std::optional<std::string> agree(JSContext* context, const Algorithm& algorithm,
                                 JSValueConst key_object, int bits, const char* usage) {
  const CryptoKey* key = usable_key(context, key_object, "ECDH", usage);
  if (key == nullptr) return std::nullopt;
  const CryptoKey* other = known_key(context, algorithm.object.member("public").get());
  const char* wrong = nullptr;
  if (other == nullptr || other->algorithm != "ECDH" || other->kind != KeyKind::of_public)
    wrong = "algorithm's public key is not a public key of ECDH";
  else if (key->kind != KeyKind::of_private)
    wrong = "provided baseKey is not a private key";
  else if (curve_of(key->pair) != curve_of(other->pair))
    wrong = "keys have different curves";
  if (wrong != nullptr) {
    throw_named(context, "InvalidAccessError", wrong);
    return std::nullopt;
  }
  auto secret = shared_secret(key->pair, other->pair);
  if (secret && bits > 0 && bits % 8 == 0 && static_cast<std::size_t>(bits / 8) <= secret->size())
    return secret->substr(0, static_cast<std::size_t>(bits / 8));
  throw_named(context, "OperationError",
              secret ? "invalid length of bits" : secret.error().message);
  return std::nullopt;
}

// PBKDF2 of RFC 8018, or ECDH. None with an exception.
std::optional<std::string> derive(JSContext* context, JSValueConst given, JSValueConst key_object,
                                  int bits, const char* usage) {
  const auto algorithm = read_algorithm(context, given);
  if (!algorithm) return std::nullopt;
  if (algorithm->name == "ECDH" && algorithm->object.object())
    return agree(context, *algorithm, key_object, bits, usage);
  if (algorithm->name != "PBKDF2" || !algorithm->object.object()) {
    throw_no_algorithm(context, algorithm->name, usage);
    return std::nullopt;
  }
  const CryptoKey* key = usable_key(context, key_object, "PBKDF2", usage);
  if (key == nullptr) return std::nullopt;
  const auto hash = read_hash(context, algorithm->object.member("hash").get(), usage);
  if (!hash) return std::nullopt;
  const auto salt = read_bytes(context, algorithm->object.member("salt").get());
  if (!salt) return std::nullopt;
  int iterations = 0;
  if (!read_number(context, algorithm->object, "iterations", iterations)) return std::nullopt;
  if (iterations < 1 || bits < 8 || bits % 8 != 0 || bits > kMostDerivedBits) {
    throw_named(context, "OperationError",
                iterations < 1 ? "iterations must be more than 0" : "invalid length of bits");
    return std::nullopt;
  }
  std::string derived(static_cast<std::size_t>(bits / 8), '\0');
  if (PKCS5_PBKDF2_HMAC(key->secret.data(), static_cast<int>(key->secret.size()),
                        reinterpret_cast<const unsigned char*>(salt->data()),
                        static_cast<int>(salt->size()), iterations, openssl_digest(*hash),
                        static_cast<int>(derived.size()),
                        reinterpret_cast<unsigned char*>(derived.data())) != 1) {
    throw_named(context, "OperationError", "could not derive");
    return std::nullopt;
  }
  return derived;
}

}  // namespace

// deriveBits(algorithm, key, length)
JSValue derive_bits(JSContext* context, int count, JSValueConst* arguments) {
  std::int32_t bits = 0;
  if (JS_ToInt32(context, &bits, argument_at(2, count, arguments)) < 0) return JS_EXCEPTION;
  const auto derived = derive(context, argument_at(0, count, arguments),
                              argument_at(1, count, arguments), bits, "deriveBits");
  return derived ? new_buffer(context, *derived) : JS_EXCEPTION;
}

// deriveKey(algorithm, key, derived algorithm, extractable, usages)
JSValue derive_key(JSContext* context, int count, JSValueConst* arguments) {
  const auto target = read_algorithm(context, argument_at(2, count, arguments));
  if (!target) return JS_EXCEPTION;
  const auto bits = key_bits(context, *target);
  if (!bits) return JS_EXCEPTION;
  auto derived = derive(context, argument_at(0, count, arguments), argument_at(1, count, arguments),
                        *bits, "deriveKey");
  if (!derived) return JS_EXCEPTION;
  return make_secret_key(context, *target, std::move(*derived), argument_at(3, count, arguments),
                         argument_at(4, count, arguments));
}

}  // namespace crema::load
