// permessage-deflate (RFC 7692) without context takeover: each message is compressed by itself.
#pragma once

#include "crema/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace crema::load {

// Fails with "load/websocket-deflate".
Result<std::string> deflate_message(std::string_view message);
// As deflate_message; also where the result would be larger than `limit` bytes.
Result<std::string> inflate_message(std::string_view payload, std::size_t limit);

}  // namespace crema::load
