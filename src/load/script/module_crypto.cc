// The module "k6/crypto": digests and HMAC, in pieces or at once.
#include "base64.h"
#include "digest.h"
#include "intrinsics.h"
#include "native.h"
#include "script_classes.h"

#include "crema/base/hash.h"

#include <openssl/rand.h>

#include <variant>

namespace crema::load {
namespace {

constexpr double kMostRandomBytes = 1 << 28;

// What createHash and createHMAC give: it collects, and tells its digest as often as it is asked.
struct Hasher {
  std::variant<Digest, Hmac> state;

  void update(std::string_view bytes) {
    std::visit([&](auto& each) { each.update(bytes); }, state);
  }
  std::string value() const {
    return std::visit([](const auto& each) { return each.value(); }, state);
  }
};

JSClassID hasher_class(JSContext* context) {
  return user_of(context).links.runtime->classes().hasher;
}

// A string or bytes; k6 takes nothing else, so that a number by mistake does not become a digest.
std::optional<std::string> input_of(JSContext* context, int index, int count,
                                    JSValueConst* arguments) {
  if (index < count && (JS_IsString(arguments[index]) || bytes_of(context, arguments[index])))
    return text_or_bytes(context, arguments[index]);
  JS_ThrowTypeError(context, "invalid type, expected string, []byte or ArrayBuffer");
  return std::nullopt;
}

JSValue encoded(JSContext* context, const std::string& bytes, int index, int count,
                JSValueConst* arguments) {
  const std::string form = index < count && !JS_IsUndefined(arguments[index])
                               ? text_of(context, arguments[index])
                               : std::string();
  if (form == "hex") return new_string(context, to_hex(bytes));
  if (form == "base64") return new_string(context, encode_base64(bytes, {}));
  if (form == "base64url") return new_string(context, encode_base64(bytes, {.url = true}));
  if (form == "base64rawurl")
    return new_string(context, encode_base64(bytes, {.url = true, .padded = false}));
  if (form == "binary") return new_buffer(context, bytes);
  return JS_ThrowPlainError(context, "invalid output encoding: %s", form.c_str());
}

std::optional<DigestKind> kind_of(JSContext* context, int count, JSValueConst* arguments) {
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  const auto kind = digest_named(name);
  if (!kind) JS_ThrowPlainError(context, "invalid algorithm: %s", name.c_str());
  return kind;
}

// sha256(input, encoding) and its sisters.
JSValue js_digest(JSContext* context, JSValueConst, int count, JSValueConst* arguments, int kind) {
  const auto input = input_of(context, 0, count, arguments);
  if (!input) return JS_EXCEPTION;
  return encoded(context, digest_of(static_cast<DigestKind>(kind), *input), 1, count, arguments);
}

// hmac(algorithm, secret, data, encoding)
JSValue js_hmac(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const auto kind = kind_of(context, count, arguments);
  if (!kind) return JS_EXCEPTION;
  const auto key = input_of(context, 1, count, arguments);
  if (!key) return JS_EXCEPTION;
  const auto data = input_of(context, 2, count, arguments);
  if (!data) return JS_EXCEPTION;
  return encoded(context, hmac_of(*kind, *key, *data), 3, count, arguments);
}

JSValue js_update(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  auto* hasher = static_cast<Hasher*>(JS_GetOpaque2(context, self, hasher_class(context)));
  if (hasher == nullptr) return JS_EXCEPTION;
  const auto input = input_of(context, 0, count, arguments);
  if (!input) return JS_EXCEPTION;
  hasher->update(*input);
  // k6 returns nothing; the object lets calls be chained, which k6's documentation shows.
  return JS_DupValue(context, self);
}

JSValue js_value(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto* hasher = static_cast<Hasher*>(JS_GetOpaque2(context, self, hasher_class(context)));
  if (hasher == nullptr) return JS_EXCEPTION;
  return encoded(context, hasher->value(), 0, count, arguments);
}

constexpr JSCFunctionListEntry kHasher[] = {
    native_function("digest", 1, js_value),
    native_function("update", 1, js_update),
};

JSValue make_hasher(JSContext* context, std::variant<Digest, Hmac> state) {
  const JSValue object = JS_NewObjectClass(context, static_cast<int>(hasher_class(context)));
  if (JS_IsException(object)) return object;
  JS_SetOpaque(object, std::make_unique<Hasher>(std::move(state)).release());
  JS_SetPropertyFunctionList(context, object, kHasher, std::size(kHasher));
  return object;
}

JSValue js_create_hash(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const auto kind = kind_of(context, count, arguments);
  return kind ? make_hasher(context, Digest(*kind)) : JS_EXCEPTION;
}

JSValue js_create_hmac(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const auto kind = kind_of(context, count, arguments);
  if (!kind) return JS_EXCEPTION;
  const auto key = input_of(context, 1, count, arguments);
  return key ? make_hasher(context, Hmac(*kind, *key)) : JS_EXCEPTION;
}

JSValue js_hex_encode(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const auto input = input_of(context, 0, count, arguments);
  return input ? new_string(context, to_hex(*input)) : JS_EXCEPTION;
}

JSValue js_random_bytes(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  double size = 0;
  if (count > 0 && JS_ToFloat64(context, &size, arguments[0]) < 0) return JS_EXCEPTION;
  if (!(size >= 1 && size <= kMostRandomBytes)) return JS_ThrowPlainError(context, "invalid size");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) !=
      1)
    return JS_ThrowPlainError(context, "the machine has no random bytes to give");
  return new_buffer(context, bytes);
}

constexpr JSCFunctionListEntry digest_function(const char* name, DigestKind kind) {
  return native_function(name, 2, js_digest, static_cast<std::int16_t>(kind));
}

constexpr JSCFunctionListEntry kModule[] = {
    native_function("createHash", 1, js_create_hash),
    native_function("createHMAC", 2, js_create_hmac),
    native_function("hexEncode", 1, js_hex_encode),
    native_function("hmac", 4, js_hmac),
    native_function("randomBytes", 1, js_random_bytes),
    digest_function("md4", DigestKind::md4),
    digest_function("md5", DigestKind::md5),
    digest_function("ripemd160", DigestKind::ripemd160),
    digest_function("sha1", DigestKind::sha1),
    digest_function("sha256", DigestKind::sha256),
    digest_function("sha384", DigestKind::sha384),
    digest_function("sha512", DigestKind::sha512),
    digest_function("sha512_224", DigestKind::sha512_224),
    digest_function("sha512_256", DigestKind::sha512_256),
};

}  // namespace

void register_crypto_classes(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kClass{.class_name = "Hasher",
                                 .finalizer = [](JSRuntime*, JSValueConst value) {
                                   JSClassID id = 0;
                                   delete static_cast<Hasher*>(JS_GetAnyOpaque(value, &id));
                                 }};
  JS_NewClassID(engine, &classes.hasher);
  JS_NewClass(engine, classes.hasher, &kClass);
}

JSValue make_crypto(JSContext* context) { return object_of(context, kModule); }

}  // namespace crema::load
