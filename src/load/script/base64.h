// Base64 of RFC 4648: the standard alphabet and that of URLs, padded or not.
#pragma once

#include "crema/base/result.h"

#include <string>
#include <string_view>

namespace crema::load {

struct Base64 {
  bool url = false;
  bool padded = true;
};

std::string encode_base64(std::string_view bytes, Base64 form);
// Line breaks are passed over. Fails with "load/base64" and where the first wrong character stands.
Result<std::string> decode_base64(std::string_view text, Base64 form);

}  // namespace crema::load
