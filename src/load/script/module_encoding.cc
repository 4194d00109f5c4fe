// The module "k6/encoding": base64 in its four alphabets.
#include "base64.h"
#include "intrinsics.h"
#include "native.h"

namespace crema::load {
namespace {

Base64 alphabet_of(JSContext* context, int count, JSValueConst* arguments) {
  const std::string name =
      count > 1 && JS_IsString(arguments[1]) ? text_of(context, arguments[1]) : "std";
  if (name == "rawstd") return {.url = false, .padded = false};
  if (name == "url") return {.url = true, .padded = true};
  if (name == "rawurl") return {.url = true, .padded = false};
  return {.url = false, .padded = true};
}

JSValue js_encode(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  if (count == 0) return JS_ThrowTypeError(context, "b64encode() needs a string or an ArrayBuffer");
  const auto input = text_or_bytes(context, arguments[0]);
  if (!input) return JS_EXCEPTION;
  return new_string(context, encode_base64(*input, alphabet_of(context, count, arguments)));
}

JSValue js_decode(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const std::string input = count > 0 ? text_of(context, arguments[0]) : std::string();
  const auto bytes = decode_base64(input, alphabet_of(context, count, arguments));
  if (!bytes) return throw_diagnostic(context, bytes.error());
  const bool as_text = count > 2 && text_of(context, arguments[2]) == "s";
  if (as_text) return new_string(context, *bytes);
  return new_buffer(context, *bytes);
}

constexpr JSCFunctionListEntry kFunctions[] = {
    native_function("b64decode", 3, js_decode),
    native_function("b64encode", 2, js_encode),
};

}  // namespace

JSValue make_encoding(JSContext* context) { return object_of(context, kFunctions); }

}  // namespace crema::load
