#include "crypto_pair_key.h"

#include "base64.h"
#include "intrinsics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 2> kCurveAlgorithms{"ECDSA", "ECDH"};
constexpr std::array<std::string_view, 3> kRsaAlgorithms{"RSASSA-PKCS1-v1_5", "RSA-PSS",
                                                         "RSA-OAEP"};
constexpr std::array<const char*, 8> kRsaNumbers{"n", "e", "d", "p", "q", "dp", "dq", "qi"};

bool of_curve(std::string_view algorithm) {
  return std::ranges::find(kCurveAlgorithms, algorithm) != kCurveAlgorithms.end();
}

// What each half of a pair may be used for.
struct PairUsages {
  std::vector<std::string_view> of_private;
  std::vector<std::string_view> of_public;
};
PairUsages usages_of(std::string_view algorithm) {
  if (algorithm == "ECDH") return {{"deriveKey", "deriveBits"}, {}};
  if (algorithm == "RSA-OAEP") return {{"decrypt", "unwrapKey"}, {"encrypt", "wrapKey"}};
  return {{"sign"}, {"verify"}};
}

std::vector<std::string> common(const std::vector<std::string>& wanted,
                                const std::vector<std::string_view>& possible) {
  std::vector<std::string> both;
  std::ranges::copy_if(wanted, std::back_inserter(both), [&](const std::string& usage) {
    return std::ranges::find(possible, usage) != possible.end();
  });
  return both;
}

JSValue throw_format(JSContext* context, const std::string& format, std::string_view algorithm) {
  return throw_named(
      context, "NotSupportedError",
      fmt::format("not supported: keys of {} in the format \"{}\"", algorithm, format));
}

// RSA's keys carry the hash they are used with. False with an exception.
bool read_key_hash(JSContext* context, const Algorithm& algorithm, CryptoKey& key) {
  if (of_curve(key.algorithm)) return true;
  if (!algorithm.object.object()) {
    throw_named(context, "SyntaxError", "could not get hash from algorithm parameter");
    return false;
  }
  key.hash = read_hash(context, algorithm.object.member("hash").get(), key.algorithm.c_str());
  return key.hash.has_value();
}

// The members of a JSON Web Key that are numbers. False with an exception.
bool read_numbers(JSContext* context, const Value& web_key, std::span<const char* const> names,
                  WebKeyNumbers& numbers) {
  for (const char* name : names) {
    const Value member = web_key.member(name);
    if (!member.given()) continue;
    auto bytes = decode_base64(text_of(context, member.get()), {.url = true, .padded = false});
    if (!bytes) {
      throw_named(context, "DataError", fmt::format("failed to decode {} of the key", name));
      return false;
    }
    numbers[name] = std::move(*bytes);
  }
  return true;
}

std::optional<Result<PairKey>> read_web_key(JSContext* context, std::string_view algorithm,
                                            JSValueConst data, bool& has_private) {
  const Value web_key = Value::copy_of(context, data);
  const bool curve = of_curve(algorithm);
  const char* type = curve ? "EC" : "RSA";
  if (!web_key.object() || text_of(context, web_key.member("kty").get()) != type) {
    throw_named(context, "DataError", fmt::format("the JSON Web Key is not of type {}", type));
    return std::nullopt;
  }
  WebKeyNumbers numbers;
  constexpr std::array kCurveNumbers{"x", "y", "d"};
  if (!(curve ? read_numbers(context, web_key, kCurveNumbers, numbers)
              : read_numbers(context, web_key, kRsaNumbers, numbers)))
    return std::nullopt;
  has_private = numbers.contains("d");
  return curve ? read_ec_numbers(text_of(context, web_key.member("crv").get()), numbers)
               : read_rsa_numbers(numbers);
}

// None with an exception.
std::optional<Result<PairKey>> read_pair_key(JSContext* context, const Algorithm& algorithm,
                                             const std::string& format, JSValueConst data,
                                             bool& has_private) {
  if (format == "jwk") return read_web_key(context, algorithm.name, data, has_private);
  has_private = format == "pkcs8";
  const bool point = format == "raw" && of_curve(algorithm.name);
  if (format != "spki" && format != "pkcs8" && !point) {
    throw_format(context, format, algorithm.name);
    return std::nullopt;
  }
  const auto bytes = read_bytes(context, data);
  if (!bytes) return std::nullopt;
  if (has_private) return read_pkcs8(*bytes);
  if (!point) return read_spki(*bytes);
  return read_point(text_of(context, algorithm.object.member("namedCurve").get()), *bytes);
}

bool read_usage_names(JSContext* context, JSValueConst value, std::vector<std::string>& usages) {
  if (!JS_IsArray(value)) {
    throw_named(context, "TypeError", "keyUsages must be an array of strings");
    return false;
  }
  return each_member(context, value, [&](JSAtom, const Value& member) {
    usages.push_back(text_of(context, member.get()));
    return true;
  });
}

// publicExponent: bytes, the highest first. None where it is too large, or no array.
std::optional<std::uint64_t> read_exponent(JSContext* context, const Value& value) {
  const auto bytes = bytes_of(context, value.get());
  if (!bytes || bytes->empty() || bytes->size() > 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : *bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::optional<Result<PairKey>> new_pair(JSContext* context, const Algorithm& algorithm) {
  if (!algorithm.object.object()) {
    throw_named(context, "SyntaxError", "the algorithm needs its parameters");
    return std::nullopt;
  }
  if (of_curve(algorithm.name)) {
    const std::string curve = text_of(context, algorithm.object.member("namedCurve").get());
    auto pair = generate_ec_pair(curve);
    if (pair) return pair;
    throw_named(context, "NotSupportedError", pair.error().message);
    return std::nullopt;
  }
  std::int32_t bits = 0;
  if (JS_ToInt32(context, &bits, algorithm.object.member("modulusLength").get()) < 0)
    return std::nullopt;
  const auto exponent = read_exponent(context, algorithm.object.member("publicExponent"));
  if (exponent) return generate_rsa_pair(bits, *exponent);
  throw_named(context, "OperationError", "publicExponent is not a byte array");
  return std::nullopt;
}

JSValue web_key_of(JSContext* context, const CryptoKey& key) {
  const bool secret = key.kind == KeyKind::of_private;
  const bool rsa = is_rsa(key.pair);
  const auto numbers = rsa ? rsa_numbers(key.pair, secret) : ec_numbers(key.pair, secret);
  if (!numbers) return throw_named(context, "OperationError", numbers.error().message);
  const JSValue object = JS_NewObject(context);
  const auto put = [&](const char* name, std::string_view text) {
    JS_DefinePropertyValueStr(context, object, name, new_string(context, text), JS_PROP_C_W_E);
  };
  put("kty", rsa ? "RSA" : "EC");
  if (!rsa) put("crv", curve_of(key.pair));
  for (const auto& [name, bytes] : *numbers)
    put(name.c_str(), encode_base64(bytes, {.url = true, .padded = false}));
  return object;
}

}  // namespace

bool of_pair(std::string_view algorithm) {
  return of_curve(algorithm) ||
         std::ranges::find(kRsaAlgorithms, algorithm) != kRsaAlgorithms.end();
}

JSValue import_pair_key(JSContext* context, const Algorithm& algorithm, const std::string& format,
                        JSValueConst data, JSValueConst extractable, JSValueConst usages) {
  CryptoKey key{.algorithm = algorithm.name, .extractable = JS_ToBool(context, extractable) == 1};
  if (!read_key_hash(context, algorithm, key)) return JS_EXCEPTION;
  bool has_private = false;
  auto read = read_pair_key(context, algorithm, format, data, has_private);
  if (!read) return JS_EXCEPTION;
  if (!*read) return throw_named(context, "DataError", read->error().message);
  key.pair = std::move(**read);
  key.kind = has_private ? KeyKind::of_private : KeyKind::of_public;
  if (is_rsa(key.pair) == of_curve(key.algorithm) ||
      (of_curve(key.algorithm) && curve_of(key.pair).empty()))
    return throw_named(context, "DataError", fmt::format("the key is none of {}", key.algorithm));
  if (!read_usage_names(context, usages, key.usages)) return JS_EXCEPTION;
  if (has_private && key.usages.empty())
    return throw_named(context, "SyntaxError",
                       "usages cannot not be empty for a secret or private CryptoKey");
  return new_crypto_key(context, std::move(key));
}

JSValue export_pair_key(JSContext* context, const CryptoKey& key, const std::string& format) {
  if (format == "jwk") return web_key_of(context, key);
  const bool raw = format == "raw" && of_curve(key.algorithm);
  if (format != "spki" && format != "pkcs8" && !raw)
    return throw_format(context, format, key.algorithm);
  const KeyKind wanted = format == "pkcs8" ? KeyKind::of_private : KeyKind::of_public;
  if (key.kind != wanted)
    return throw_named(
        context, "InvalidAccessError",
        fmt::format("the key is no {} key", wanted == KeyKind::of_private ? "private" : "public"));
  const auto bytes = raw                            ? write_point(key.pair)
                     : wanted == KeyKind::of_public ? write_spki(key.pair)
                                                    : write_pkcs8(key.pair);
  if (!bytes) return throw_named(context, "OperationError", bytes.error().message);
  return new_buffer(context, *bytes);
}

JSValue generate_pair(JSContext* context, const Algorithm& algorithm, JSValueConst extractable,
                      JSValueConst usages) {
  CryptoKey secret{.algorithm = algorithm.name, .kind = KeyKind::of_private};
  secret.extractable = JS_ToBool(context, extractable) == 1;
  std::vector<std::string> wanted;
  if (!read_usage_names(context, usages, wanted)) return JS_EXCEPTION;
  if (wanted.empty()) return throw_named(context, "SyntaxError", "key usages cannot be empty");
  const PairUsages possible = usages_of(algorithm.name);
  for (const std::string& usage : wanted)
    if (common({usage}, possible.of_private).empty() && common({usage}, possible.of_public).empty())
      return throw_named(context, "SyntaxError", fmt::format("invalid key usage: {}", usage));
  if (!read_key_hash(context, algorithm, secret)) return JS_EXCEPTION;
  auto made = new_pair(context, algorithm);
  if (!made) return JS_EXCEPTION;
  if (!*made) return throw_named(context, "OperationError", made->error().message);
  secret.pair = std::move(**made);
  CryptoKey open = secret;
  open.kind = KeyKind::of_public;
  open.extractable = true;
  secret.usages = common(wanted, possible.of_private);
  open.usages = common(wanted, possible.of_public);
  const JSValue pair = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, pair, "privateKey", new_crypto_key(context, std::move(secret)),
                            JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, pair, "publicKey", new_crypto_key(context, std::move(open)),
                            JS_PROP_C_W_E);
  return pair;
}

}  // namespace crema::load
