#include "intrinsics.h"

#include "user_state.h"

#include <array>

namespace crema::load {
namespace {

struct Mention {
  std::string_view name;
  std::uint8_t intrinsics;
};

constexpr auto bit(Intrinsic intrinsic) { return static_cast<std::uint8_t>(intrinsic); }

constexpr std::array kMentions{
    Mention{"Date", bit(Intrinsic::date)},
    Mention{"Proxy", bit(Intrinsic::proxy)},
    Mention{"Map", bit(Intrinsic::map_set)},
    Mention{"Set", bit(Intrinsic::map_set)},
    Mention{"Weak", bit(Intrinsic::map_set) | bit(Intrinsic::weak_ref)},
    Mention{"FinalizationRegistry", bit(Intrinsic::weak_ref)},
    Mention{"ArrayBuffer", bit(Intrinsic::typed_arrays)},
    Mention{"DataView", bit(Intrinsic::typed_arrays)},
    Mention{"Atomics", bit(Intrinsic::typed_arrays)},
    Mention{"Int8", bit(Intrinsic::typed_arrays)},
    Mention{"Int16", bit(Intrinsic::typed_arrays)},
    Mention{"Int32", bit(Intrinsic::typed_arrays)},
    Mention{"Int64", bit(Intrinsic::typed_arrays)},
    Mention{"int8", bit(Intrinsic::typed_arrays)},
    Mention{"int16", bit(Intrinsic::typed_arrays)},
    Mention{"int32", bit(Intrinsic::typed_arrays)},
    Mention{"Uint64", bit(Intrinsic::typed_arrays)},
    Mention{"Float", bit(Intrinsic::typed_arrays)},
    Mention{"eval", kAllIntrinsics},
    Mention{"Function", kAllIntrinsics},
    Mention{"globalThis", kAllIntrinsics},
    Mention{"global[", kAllIntrinsics},
    Mention{"global.", kAllIntrinsics},
};

}  // namespace

std::uint8_t mentioned_intrinsics(std::string_view text) {
  std::uint8_t mentioned = 0;
  for (const Mention& mention : kMentions)
    if ((mentioned & mention.intrinsics) != mention.intrinsics &&
        text.find(mention.name) != std::string_view::npos)
      mentioned |= mention.intrinsics;
  return mentioned;
}

void add_basic_intrinsics(JSContext* context) {
  JS_AddIntrinsicBaseObjects(context);
  JS_AddIntrinsicEval(context);
  JS_AddIntrinsicRegExp(context);
  JS_AddIntrinsicJSON(context);
  JS_AddIntrinsicPromise(context);
}

void need_intrinsics(JSContext* context, std::uint8_t wanted) {
  UserState& user = user_of(context);
  const auto missing = static_cast<std::uint8_t>(wanted & ~user.intrinsics);
  if (missing == 0) return;
  user.intrinsics |= missing;
  const auto is_missing = [&](Intrinsic intrinsic) { return (missing & bit(intrinsic)) != 0; };
  if (is_missing(Intrinsic::date)) JS_AddIntrinsicDate(context);
  if (is_missing(Intrinsic::proxy)) JS_AddIntrinsicProxy(context);
  if (is_missing(Intrinsic::map_set)) JS_AddIntrinsicMapSet(context);
  if (is_missing(Intrinsic::typed_arrays)) JS_AddIntrinsicTypedArrays(context);
  if (is_missing(Intrinsic::weak_ref)) JS_AddIntrinsicWeakRef(context);
}

JSValue new_buffer(JSContext* context, std::string_view bytes) {
  need_intrinsics(context, bit(Intrinsic::typed_arrays));
  return JS_NewArrayBufferCopy(context, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                               bytes.size());
}

}  // namespace crema::load
