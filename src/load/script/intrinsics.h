// The parts of JavaScript's own library a context has. A user costs a third less without those that
// no module of its script mentions.
#pragma once

#include "quickjs_fibers.h"

#include <cstdint>
#include <string_view>

namespace crema::load {

enum class Intrinsic : std::uint8_t {
  date = 1,
  proxy = 2,
  map_set = 4,  // with WeakMap and WeakSet
  typed_arrays = 8,
  weak_ref = 16,
};
inline constexpr std::uint8_t kAllIntrinsics = 31;

// Those whose names stand in the text, in whatever way; all where it makes code from text or looks
// names up by text.
std::uint8_t mentioned_intrinsics(std::string_view text);

// What every context has: functions, JSON, RegExp, Promise, Math, eval and the like.
void add_basic_intrinsics(JSContext* context);
// Adds those of `wanted` that the user's context does not have yet.
void need_intrinsics(JSContext* context, std::uint8_t wanted);
// An ArrayBuffer with a copy of the bytes.
JSValue new_buffer(JSContext* context, std::string_view bytes);

}  // namespace crema::load
