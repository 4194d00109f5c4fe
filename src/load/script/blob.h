// Blob: bytes that a script passes on without looking into them (W3C File API, as far as k6 has
// it).
#pragma once

#include "value.h"

#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

// The class, for the exports of "k6/websockets".
JSValue blob_constructor(JSContext* context);
JSValue make_blob(JSContext* context, std::string bytes, std::string type = {});
// The bytes of a Blob; none for other values.
std::optional<std::string_view> blob_bytes(JSContext* context, JSValueConst value);

}  // namespace crema::load
