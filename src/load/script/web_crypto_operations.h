// The functions of crypto.subtle beside those that make keys: they throw, and return no promise.
#pragma once

#include "crypto_key.h"

namespace crema::load {

// sign(algorithm, key, data), verify(algorithm, key, signature, data): HMAC, ECDSA, RSA.
JSValue sign_data(JSContext* context, int count, JSValueConst* arguments);
JSValue verify_data(JSContext* context, int count, JSValueConst* arguments);

// deriveBits(algorithm, key, length), deriveKey(algorithm, key, derived algorithm, extractable,
// usages): PBKDF2, ECDH.
JSValue derive_bits(JSContext* context, int count, JSValueConst* arguments);
JSValue derive_key(JSContext* context, int count, JSValueConst* arguments);

// A member that is a whole number, where it is given. False with an exception.
bool read_number(JSContext* context, const Value& object, const char* name, int& number);

inline JSValueConst argument_at(int index, int count, JSValueConst* arguments) {
  return index < count ? arguments[index] : JS_UNDEFINED;
}

}  // namespace crema::load
