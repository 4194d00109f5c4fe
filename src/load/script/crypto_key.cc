#include "crypto_key.h"

#include "base64.h"
#include "crypto_pair_key.h"
#include "intrinsics.h"
#include "native.h"
#include "script_classes.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 8> kUsages{
    "encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"};
constexpr std::array<std::string_view, 5> kAlgorithms{"HMAC", "AES-CBC", "AES-CTR", "AES-GCM",
                                                      "PBKDF2"};
constexpr int kLargestKeyBits = 1 << 20;

struct Hash {
  std::string_view name;
  DigestKind kind;
};
constexpr std::array kHashes{Hash{"SHA-1", DigestKind::sha1}, Hash{"SHA-256", DigestKind::sha256},
                             Hash{"SHA-384", DigestKind::sha384},
                             Hash{"SHA-512", DigestKind::sha512}};

// The only name that is not in capitals.
constexpr std::string_view kRsaSsa = "RSASSA-PKCS1-v1_5";

std::string algorithm_name(std::string_view text) {
  return equals_ignore_case(text, kRsaSsa) ? std::string(kRsaSsa) : to_upper(text);
}

std::string_view hash_name(DigestKind kind) {
  return std::ranges::find(kHashes, kind, &Hash::kind)->name;
}

JSClassID key_class(JSContext* context) {
  return user_of(context).links.runtime->classes().crypto_key;
}

void put(JSContext* context, JSValueConst object, const char* name, JSValue value) {
  JS_DefinePropertyValueStr(context, object, name, value, JS_PROP_C_W_E);
}

JSValue strings(JSContext* context, const std::vector<std::string>& texts) {
  const JSValue array = JS_NewArray(context);
  for (std::size_t i = 0; i < texts.size(); ++i)
    JS_SetPropertyInt64(context, array, static_cast<std::int64_t>(i),
                        new_string(context, texts[i]));
  return array;
}

bool of_aes(std::string_view algorithm) { return algorithm.starts_with("AES-"); }

bool fits(std::string_view algorithm, std::string_view usage) {
  if (algorithm == "HMAC") return usage == "sign" || usage == "verify";
  if (algorithm == "PBKDF2") return usage.starts_with("derive");
  return usage == "encrypt" || usage == "decrypt" || usage == "wrapKey" || usage == "unwrapKey";
}

bool read_usages(JSContext* context, JSValueConst value, CryptoKey& key) {
  if (!JS_IsArray(value)) {
    throw_named(context, "TypeError", "keyUsages must be an array of strings");
    return false;
  }
  const bool complete = each_member(context, value, [&](JSAtom, const Value& member) {
    const std::string usage = text_of(context, member.get());
    if (std::ranges::find(kUsages, usage) == kUsages.end() || !fits(key.algorithm, usage)) {
      throw_named(context, "SyntaxError", fmt::format("invalid key usage: {}", usage));
      return false;
    }
    key.usages.push_back(usage);
    return true;
  });
  if (!complete) return false;
  if (!key.usages.empty()) return true;
  throw_named(context, "SyntaxError", "key usages cannot be empty");
  return false;
}

// The bytes of "k" of a JSON Web Key.
std::optional<std::string> read_web_key(JSContext* context, JSValueConst value) {
  const Value object = Value::copy_of(context, value);
  if (object.object() && text_of(context, object.member("kty").get()) == "oct") {
    auto bytes =
        decode_base64(text_of(context, object.member("k").get()), {.url = true, .padded = false});
    if (bytes) return std::move(*bytes);
  }
  throw_named(context, "DataError", "the JSON Web Key is no symmetric key (kty \"oct\" with a k)");
  return std::nullopt;
}

std::string web_key_algorithm(const CryptoKey& key) {
  if (key.algorithm != "HMAC")
    return fmt::format("A{}{}", key.secret.size() * 8, key.algorithm.substr(4));
  const std::string_view name = hash_name(*key.hash);
  return fmt::format("HS{}", name.substr(name.find('-') + 1));
}

JSValueConst argument(int index, int count, JSValueConst* arguments) {
  return index < count ? arguments[index] : JS_UNDEFINED;
}

}  // namespace

bool CryptoKey::allows(std::string_view usage) const {
  return std::ranges::find(usages, usage) != usages.end();
}

JSValue throw_named(JSContext* context, const char* name, const std::string& message) {
  JS_ThrowPlainError(context, "%s", message.c_str());
  const JSValue error = JS_GetException(context);
  JS_DefinePropertyValueStr(context, error, "name", JS_NewString(context, name),
                            JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
  return JS_Throw(context, error);
}

std::optional<Algorithm> read_algorithm(JSContext* context, JSValueConst value) {
  Algorithm algorithm;
  if (JS_IsString(value)) {
    algorithm.name = algorithm_name(text_of(context, value));
    return algorithm;
  }
  algorithm.object = Value::copy_of(context, value);
  const Value name = algorithm.object.object() ? algorithm.object.member("name") : Value();
  if (JS_IsString(name.get())) {
    algorithm.name = algorithm_name(text_of(context, name.get()));
    return algorithm;
  }
  throw_named(context, "SyntaxError", "algorithm name is not a string");
  return std::nullopt;
}

JSValue throw_no_algorithm(JSContext* context, const std::string& name, const char* operation) {
  return throw_named(context, "NotSupportedError",
                     fmt::format("not supported: {} by the algorithm \"{}\"", operation, name));
}

std::optional<DigestKind> read_hash(JSContext* context, JSValueConst value, const char* operation) {
  const auto algorithm = read_algorithm(context, value);
  if (!algorithm) return std::nullopt;
  const auto found = std::ranges::find(kHashes, algorithm->name, &Hash::name);
  if (found != kHashes.end()) return found->kind;
  throw_no_algorithm(context, algorithm->name, operation);
  return std::nullopt;
}

std::optional<std::string> read_bytes(JSContext* context, JSValueConst value) {
  if (const auto bytes = bytes_of(context, value)) return std::string(*bytes);
  throw_named(context, "TypeError", "data must be an ArrayBuffer, TypedArray, or DataView");
  return std::nullopt;
}

void register_key_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kClass{.class_name = "CryptoKey",
                                 .finalizer = [](JSRuntime*, JSValueConst value) {
                                   JSClassID id = 0;
                                   delete static_cast<CryptoKey*>(JS_GetAnyOpaque(value, &id));
                                 }};
  JS_NewClassID(engine, &classes.crypto_key);
  JS_NewClass(engine, classes.crypto_key, &kClass);
}

JSValue new_crypto_key(JSContext* context, CryptoKey key) {
  const JSValue object = JS_NewObjectClass(context, static_cast<int>(key_class(context)));
  if (JS_IsException(object)) return object;
  const JSValue algorithm = JS_NewObject(context);
  put(context, algorithm, "name", new_string(context, key.algorithm));
  if (key.kind != KeyKind::secret) {
    if (is_rsa(key.pair))
      put(context, algorithm, "modulusLength", JS_NewInt32(context, modulus_bits(key.pair)));
    else
      put(context, algorithm, "namedCurve", new_string(context, curve_of(key.pair)));
  } else if (key.algorithm != "PBKDF2") {
    put(context, algorithm, "length",
        JS_NewInt64(context, static_cast<std::int64_t>(key.secret.size() * 8)));
  }
  if (key.hash) {
    const JSValue hash = JS_NewObject(context);
    put(context, hash, "name", new_string(context, hash_name(*key.hash)));
    put(context, algorithm, "hash", hash);
  }
  static constexpr std::array kKinds{"secret", "private", "public"};
  put(context, object, "type", new_string(context, kKinds[static_cast<std::size_t>(key.kind)]));
  put(context, object, "extractable", JS_NewBool(context, key.extractable));
  put(context, object, "algorithm", algorithm);
  put(context, object, "usages", strings(context, key.usages));
  JS_SetOpaque(object, std::make_unique<CryptoKey>(std::move(key)).release());
  return object;
}

const CryptoKey* known_key(JSContext* context, JSValueConst value) {
  return static_cast<const CryptoKey*>(JS_GetOpaque(value, key_class(context)));
}

const CryptoKey* usable_key(JSContext* context, JSValueConst value, std::string_view algorithm,
                            const char* usage) {
  const auto* key = known_key(context, value);
  if (key == nullptr) {
    throw_named(context, "TypeError", "the key is no CryptoKey");
    return nullptr;
  }
  if (key->algorithm != algorithm) {
    throw_named(context, "InvalidAccessError", "algorithm does not match the key");
    return nullptr;
  }
  if (!key->allows(usage)) {
    throw_named(context, "InvalidAccessError",
                fmt::format("key does not contain the '{}' usage", usage));
    return nullptr;
  }
  return key;
}

std::optional<int> key_bits(JSContext* context, const Algorithm& algorithm) {
  std::int32_t bits = 0;
  const Value length = algorithm.object.object() ? algorithm.object.member("length") : Value();
  if (length.given() && JS_ToInt32(context, &bits, length.get()) < 0) return std::nullopt;
  if (of_aes(algorithm.name)) {
    if (bits == 128 || bits == 192 || bits == 256) return bits;
  } else if (algorithm.name == "HMAC") {
    if (bits > 0 && bits <= kLargestKeyBits) return bits;
    if (!length.given()) {
      const auto hash = read_hash(context, algorithm.object.member("hash").get(), "HMAC");
      if (!hash) return std::nullopt;
      return static_cast<int>(block_size(*hash) * 8);
    }
  }
  throw_named(context, "OperationError", "invalid key length");
  return std::nullopt;
}

JSValue make_secret_key(JSContext* context, const Algorithm& algorithm, std::string secret,
                        JSValueConst extractable, JSValueConst usages) {
  CryptoKey key{.algorithm = algorithm.name,
                .extractable = JS_ToBool(context, extractable) == 1,
                .secret = std::move(secret)};
  if (key.algorithm == "HMAC") {
    key.hash = algorithm.object.object()
                   ? read_hash(context, algorithm.object.member("hash").get(), "HMAC")
                   : std::nullopt;
    if (!key.hash) {
      if (!JS_HasException(context)) throw_named(context, "TypeError", "HMAC needs a hash");
      return JS_EXCEPTION;
    }
  }
  const std::size_t size = key.secret.size();
  if (of_aes(key.algorithm) && size != 16 && size != 24 && size != 32)
    return throw_named(context, "DataError", fmt::format("invalid key length {} bytes", size));
  if (!read_usages(context, usages, key)) return JS_EXCEPTION;
  return new_crypto_key(context, std::move(key));
}

// importKey(format, data, algorithm, extractable, usages)
JSValue import_key(JSContext* context, int count, JSValueConst* arguments) {
  const auto algorithm = read_algorithm(context, argument(2, count, arguments));
  if (!algorithm) return JS_EXCEPTION;
  if (of_pair(algorithm->name))
    return import_pair_key(context, *algorithm, text_of(context, argument(0, count, arguments)),
                           argument(1, count, arguments), argument(3, count, arguments),
                           argument(4, count, arguments));
  if (std::ranges::find(kAlgorithms, algorithm->name) == kAlgorithms.end())
    return throw_no_algorithm(context, algorithm->name, "importKey");
  const std::string format = text_of(context, argument(0, count, arguments));
  std::optional<std::string> secret;
  if (format == "raw")
    secret = read_bytes(context, argument(1, count, arguments));
  else if (format == "jwk" && algorithm->name != "PBKDF2")
    secret = read_web_key(context, argument(1, count, arguments));
  else
    return throw_named(context, "NotSupportedError",
                       fmt::format("not supported: keys in the format \"{}\"", format));
  if (!secret) return JS_EXCEPTION;
  return make_secret_key(context, *algorithm, std::move(*secret), argument(3, count, arguments),
                         argument(4, count, arguments));
}

// exportKey(format, key)
JSValue export_key(JSContext* context, int count, JSValueConst* arguments) {
  const auto* key = known_key(context, argument(1, count, arguments));
  if (key == nullptr) return throw_named(context, "TypeError", "the key is no CryptoKey");
  if (!key->extractable || key->algorithm == "PBKDF2")
    return throw_named(context, "InvalidAccessError", "the key is not extractable");
  const std::string format = text_of(context, argument(0, count, arguments));
  if (key->kind != KeyKind::secret) return export_pair_key(context, *key, format);
  if (format == "raw") return new_buffer(context, key->secret);
  if (format != "jwk")
    return throw_named(context, "NotSupportedError",
                       fmt::format("not supported: keys in the format \"{}\"", format));
  const JSValue object = JS_NewObject(context);
  put(context, object, "kty", new_string(context, "oct"));
  put(context, object, "k",
      new_string(context, encode_base64(key->secret, {.url = true, .padded = false})));
  put(context, object, "alg", new_string(context, web_key_algorithm(*key)));
  put(context, object, "key_ops", strings(context, key->usages));
  put(context, object, "ext", JS_TRUE);
  return object;
}

// generateKey(algorithm, extractable, usages)
JSValue generate_key(JSContext* context, int count, JSValueConst* arguments) {
  const auto algorithm = read_algorithm(context, argument(0, count, arguments));
  if (!algorithm) return JS_EXCEPTION;
  if (of_pair(algorithm->name))
    return generate_pair(context, *algorithm, argument(1, count, arguments),
                         argument(2, count, arguments));
  if (algorithm->name != "HMAC" &&
      (!of_aes(algorithm->name) ||
       std::ranges::find(kAlgorithms, algorithm->name) == kAlgorithms.end()))
    return throw_no_algorithm(context, algorithm->name, "generateKey");
  const auto bits = key_bits(context, *algorithm);
  if (!bits) return JS_EXCEPTION;
  std::string secret(static_cast<std::size_t>((*bits + 7) / 8), '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()),
                 static_cast<int>(secret.size())) != 1)
    return throw_named(context, "OperationError", "the machine has no random bytes to give");
  return make_secret_key(context, *algorithm, std::move(secret), argument(1, count, arguments),
                         argument(2, count, arguments));
}

}  // namespace crema::load
