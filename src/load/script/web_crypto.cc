// The global `crypto`: random numbers, and WebCrypto's `subtle`.
#include "aes.h"
#include "crypto_key.h"
#include "native.h"
#include "promise.h"
#include "script_classes.h"
#include "web_crypto_operations.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::size_t kMostRandomValues = 65536;

JSValue js_random_values(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const JSValueConst array = argument_at(0, count, arguments);
  const int type = JS_GetTypedArrayType(array);
  if (type < 0 || type >= JS_TYPED_ARRAY_FLOAT16)
    return throw_named(context, "TypeMismatchError",
                       "typedArray parameter isn't a TypedArray instance of integers");
  const auto bytes = bytes_of(context, array);
  if (!bytes) return JS_EXCEPTION;
  if (bytes->size() > kMostRandomValues)
    return throw_named(context, "QuotaExceededError",
                       "typedArray parameter is too big; maximum length is 65536");
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes->data()));
  if (!bytes->empty() && RAND_bytes(data, static_cast<int>(bytes->size())) != 1)
    return throw_named(context, "OperationError", "the machine has no random bytes to give");
  return JS_DupValue(context, array);
}

// RFC 9562, version 4.
JSValue js_random_uuid(JSContext* context, JSValueConst, int, JSValueConst*) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return throw_named(context, "OperationError", "the machine has no random bytes to give");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
  return new_string(context, text);
}

JSValue digest(JSContext* context, int count, JSValueConst* arguments) {
  const auto kind = read_hash(context, argument_at(0, count, arguments), "digest");
  if (!kind) return JS_EXCEPTION;
  const auto data = read_bytes(context, argument_at(1, count, arguments));
  return data ? new_buffer(context, digest_of(*kind, *data)) : JS_EXCEPTION;
}

// What encrypt and decrypt are told. None with an exception.
std::optional<AesParameters> read_aes(JSContext* context, const Algorithm& algorithm,
                                      const char* usage) {
  static constexpr std::array<std::string_view, 3> kModes{"AES-CBC", "AES-CTR", "AES-GCM"};
  const auto found = std::ranges::find(kModes, algorithm.name);
  if (found == kModes.end()) {
    throw_no_algorithm(context, algorithm.name, usage);
    return std::nullopt;
  }
  AesParameters parameters;
  parameters.mode = static_cast<AesMode>(found - kModes.begin());
  if (!algorithm.object.object()) {
    throw_named(context, "TypeError", "the algorithm needs its parameters");
    return std::nullopt;
  }
  const bool counter = parameters.mode == AesMode::ctr;
  auto vector = read_bytes(context, algorithm.object.member(counter ? "counter" : "iv").get());
  if (!vector) return std::nullopt;
  parameters.vector = std::move(*vector);
  if (counter && !read_number(context, algorithm.object, "length", parameters.counter_bits))
    return std::nullopt;
  if (parameters.mode != AesMode::gcm) return parameters;
  if (!read_number(context, algorithm.object, "tagLength", parameters.tag_bits))
    return std::nullopt;
  const Value additional = algorithm.object.member("additionalData");
  if (!additional.given()) return parameters;
  auto bytes = read_bytes(context, additional.get());
  if (!bytes) return std::nullopt;
  parameters.additional = std::move(*bytes);
  return parameters;
}

// RSA-OAEP: the public key encrypts, the private one decrypts.
JSValue encipher_rsa(JSContext* context, const Algorithm& algorithm, const CryptoKey& key,
                     std::string_view data, bool encrypting) {
  if (key.kind != (encrypting ? KeyKind::of_public : KeyKind::of_private))
    return throw_named(context, "InvalidAccessError",
                       encrypting ? "the key is no public key" : "the key is no private key");
  std::string label;
  if (algorithm.object.object())
    if (const Value given = algorithm.object.member("label"); given.given()) {
      auto bytes = read_bytes(context, given.get());
      if (!bytes) return JS_EXCEPTION;
      label = std::move(*bytes);
    }
  const auto result = encrypting ? oaep_encrypt(key.pair, *key.hash, label, data)
                                 : oaep_decrypt(key.pair, *key.hash, label, data);
  if (!result) return throw_named(context, "OperationError", result.error().message);
  return new_buffer(context, *result);
}

// encrypt(algorithm, key, data) and decrypt(algorithm, key, data)
JSValue encipher(JSContext* context, int count, JSValueConst* arguments, bool encrypting) {
  const char* usage = encrypting ? "encrypt" : "decrypt";
  const auto algorithm = read_algorithm(context, argument_at(0, count, arguments));
  if (!algorithm) return JS_EXCEPTION;
  const bool rsa = algorithm->name == "RSA-OAEP";
  const auto parameters =
      rsa ? std::optional(AesParameters()) : read_aes(context, *algorithm, usage);
  if (!parameters) return JS_EXCEPTION;
  const CryptoKey* key =
      usable_key(context, argument_at(1, count, arguments), algorithm->name, usage);
  if (key == nullptr) return JS_EXCEPTION;
  const auto data = read_bytes(context, argument_at(2, count, arguments));
  if (!data) return JS_EXCEPTION;
  if (rsa) return encipher_rsa(context, *algorithm, *key, *data, encrypting);
  const auto result = encrypting ? aes_encrypt(key->secret, *parameters, *data)
                                 : aes_decrypt(key->secret, *parameters, *data);
  if (!result) return throw_named(context, "OperationError", result.error().message);
  return new_buffer(context, *result);
}

JSValue encrypt(JSContext* context, int count, JSValueConst* arguments) {
  return encipher(context, count, arguments, true);
}

JSValue decrypt(JSContext* context, int count, JSValueConst* arguments) {
  return encipher(context, count, arguments, false);
}

JSValue wrap_key(JSContext* context, int, JSValueConst*) {
  return throw_named(context, "NotSupportedError", "not supported: crypto.subtle.wrapKey()");
}

JSValue unwrap_key(JSContext* context, int, JSValueConst*) {
  return throw_named(context, "NotSupportedError", "not supported: crypto.subtle.unwrapKey()");
}

struct Operation {
  const char* name;
  std::uint8_t length;
  JSValue (*run)(JSContext* context, int count, JSValueConst* arguments);
};
constexpr std::array kOperations{
    Operation{"decrypt", 3, decrypt},          Operation{"deriveBits", 3, derive_bits},
    Operation{"deriveKey", 5, derive_key},     Operation{"digest", 2, digest},
    Operation{"encrypt", 3, encrypt},          Operation{"exportKey", 2, export_key},
    Operation{"generateKey", 3, generate_key}, Operation{"importKey", 5, import_key},
    Operation{"sign", 3, sign_data},           Operation{"unwrapKey", 7, unwrap_key},
    Operation{"verify", 4, verify_data},       Operation{"wrapKey", 4, wrap_key},
};

// Runs an operation at once; the script gets a promise that is settled with what came of it.
JSValue js_subtle(JSContext* context, JSValueConst, int count, JSValueConst* arguments, int which) {
  return settled_promise(
      context, kOperations[static_cast<std::size_t>(which)].run(context, count, arguments));
}

constexpr auto kSubtle = [] {
  std::array<JSCFunctionListEntry, kOperations.size()> entries{};
  for (std::size_t i = 0; i < entries.size(); ++i)
    entries[i] = native_function(kOperations[i].name, kOperations[i].length, js_subtle,
                                 static_cast<std::int16_t>(i));
  return entries;
}();

JSCFunctionListEntry object_entry(const char* name, std::span<const JSCFunctionListEntry> members) {
  JSCFunctionListEntry entry{};
  entry.name = name;
  entry.prop_flags = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE;
  entry.def_type = JS_DEF_OBJECT;
  entry.u.prop_list.tab = members.data();
  entry.u.prop_list.len = static_cast<int>(members.size());
  return entry;
}

}  // namespace

bool read_number(JSContext* context, const Value& object, const char* name, int& number) {
  const Value value = object.member(name);
  if (!value.given()) return !value.threw();
  std::int32_t given = 0;
  if (JS_ToInt32(context, &given, value.get()) < 0) return false;
  number = given;
  return true;
}

void define_crypto(JSContext* context, JSValueConst global) {
  // Made when a script first asks for it.
  static const std::array<JSCFunctionListEntry, 3> kCrypto{
      native_function("getRandomValues", 1, js_random_values),
      native_function("randomUUID", 0, js_random_uuid), object_entry("subtle", kSubtle)};
  static const JSCFunctionListEntry kEntry = object_entry("crypto", kCrypto);
  JS_SetPropertyFunctionList(context, global, &kEntry, 1);
}

}  // namespace crema::load
