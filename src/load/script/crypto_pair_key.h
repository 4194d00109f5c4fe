// CryptoKeys of pairs: ECDSA, ECDH, RSASSA-PKCS1-v1_5, RSA-PSS, RSA-OAEP, as crypto.subtle makes
// them and gives them out.
#pragma once

#include "crypto_key.h"

#include <string_view>

namespace crema::load {

bool of_pair(std::string_view algorithm);

// As import_key, export_key and generate_key of crypto_key.h, for the algorithms of pairs.
JSValue import_pair_key(JSContext* context, const Algorithm& algorithm, const std::string& format,
                        JSValueConst data, JSValueConst extractable, JSValueConst usages);
JSValue export_pair_key(JSContext* context, const CryptoKey& key, const std::string& format);
JSValue generate_pair(JSContext* context, const Algorithm& algorithm, JSValueConst extractable,
                      JSValueConst usages);

}  // namespace crema::load
