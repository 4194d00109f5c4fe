// CryptoKey of WebCrypto: a secret or half of a pair, what it is for, and who may read it.
#pragma once

#include "digest.h"
#include "intrinsics.h"
#include "key_pair.h"
#include "quickjs_fibers.h"
#include "value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

enum class KeyKind : std::uint8_t { secret, of_private, of_public };

struct CryptoKey {
  std::string algorithm;           // "HMAC", "AES-CBC", "ECDSA", "RSA-PSS", ...
  std::optional<DigestKind> hash;  // of HMAC and RSA
  KeyKind kind = KeyKind::secret;
  bool extractable = false;
  std::vector<std::string> usages;
  std::string secret;  // of secret keys
  PairKey pair;        // of the others

  bool allows(std::string_view usage) const;
};

// Throws an Error whose name is that of WebCrypto's: "NotSupportedError", "DataError".
JSValue throw_named(JSContext* context, const char* name, const std::string& message);

// An algorithm as scripts give it: its name, or an object that has one. The name comes as the
// specification writes it, whatever the case of its letters. None with an exception.
struct Algorithm {
  std::string name;
  Value object;  // undefined where there is only a name
};
std::optional<Algorithm> read_algorithm(JSContext* context, JSValueConst value);
// "SHA-256", or { name: "SHA-256" }: the digests that WebCrypto has. None with an exception, which
// names `operation`.
std::optional<DigestKind> read_hash(JSContext* context, JSValueConst value, const char* operation);
JSValue throw_no_algorithm(JSContext* context, const std::string& name, const char* operation);
// The bytes of a buffer or a view. None with an exception.
std::optional<std::string> read_bytes(JSContext* context, JSValueConst value);

JSValue new_crypto_key(JSContext* context, CryptoKey key);
// Null where the value is no key; no exception then.
const CryptoKey* known_key(JSContext* context, JSValueConst value);
// Null with an exception where the value is no key, or is none of `algorithm` that may be used so.
const CryptoKey* usable_key(JSContext* context, JSValueConst value, std::string_view algorithm,
                            const char* usage);

// The functions of crypto.subtle that make keys and give them out; they throw, and return no
// promise.
JSValue import_key(JSContext* context, int count, JSValueConst* arguments);
JSValue export_key(JSContext* context, int count, JSValueConst* arguments);
JSValue generate_key(JSContext* context, int count, JSValueConst* arguments);
// The key that deriveKey makes of derived bytes.
JSValue make_secret_key(JSContext* context, const Algorithm& algorithm, std::string secret,
                        JSValueConst extractable, JSValueConst usages);
// How many bits deriveKey needs for a key of this algorithm. None with an exception.
std::optional<int> key_bits(JSContext* context, const Algorithm& algorithm);

}  // namespace crema::load
