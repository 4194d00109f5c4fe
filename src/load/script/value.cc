#include "value.h"

#include "crema/base/utf8.h"

namespace crema::load {

std::string text_of(JSContext* context, JSValueConst value) {
  const Text text(context, value);
  if (text.ok()) return text.string();
  JS_FreeValue(context, JS_GetException(context));
  return {};
}

JSValue new_string(JSContext* context, std::string_view text) {
  return JS_NewStringLen(context, text.data(), text.size());
}

std::optional<std::string_view> bytes_of(JSContext* context, JSValueConst value) {
  if (!JS_IsObject(value)) return std::nullopt;
  std::size_t size = 0;
  if (JS_IsArrayBuffer(value)) {
    const auto* data = JS_GetArrayBuffer(context, &size, value);
    return std::string_view(reinterpret_cast<const char*>(data), data == nullptr ? 0 : size);
  }
  if (JS_GetTypedArrayType(value) < 0 && !JS_IsDataView(value)) return std::nullopt;
  std::size_t offset = 0, length = 0, element = 0;
  if (JS_IsDataView(value)) {
    const Value view = Value::copy_of(context, value);
    const Value buffer = view.member("buffer");
    const auto* data = JS_GetArrayBuffer(context, &size, buffer.get());
    std::int64_t begin = 0, count = 0;
    JS_ToInt64(context, &begin, view.member("byteOffset").get());
    JS_ToInt64(context, &count, view.member("byteLength").get());
    if (data == nullptr) return std::string_view();
    return std::string_view(reinterpret_cast<const char*>(data) + begin,
                            static_cast<std::size_t>(count));
  }
  const Value buffer(context, JS_GetTypedArrayBuffer(context, value, &offset, &length, &element));
  if (buffer.threw()) return std::nullopt;
  const auto* data = JS_GetArrayBuffer(context, &size, buffer.get());
  if (data == nullptr) return std::string_view();
  return std::string_view(reinterpret_cast<const char*>(data) + offset, length);
}

std::optional<std::string> text_or_bytes(JSContext* context, JSValueConst value) {
  if (const auto bytes = bytes_of(context, value)) return std::string(*bytes);
  const Text text(context, value);
  if (!text.ok()) return std::nullopt;
  return text.string();
}

std::string text_of_atom(JSContext* context, JSAtom atom) {
  std::size_t size = 0;
  const char* data = JS_AtomToCStringLen(context, &size, atom);
  if (data == nullptr) return {};
  std::string text(data, size);
  JS_FreeCString(context, data);
  return text;
}

}  // namespace crema::load
