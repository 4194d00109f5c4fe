// TextEncoder and TextDecoder of the Encoding standard, for UTF-8.
#include "intrinsics.h"
#include "native.h"

#include "crema/base/utf8.h"

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array<std::string_view, 7> kLabels{
    "utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8", ""};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

JSValue js_encode(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  std::string bytes;
  if (count > 0 && !JS_IsUndefined(arguments[0])) {
    const Text text(context, arguments[0]);
    if (!text.ok()) return JS_EXCEPTION;
    bytes = text.string();
  }
  // Halves of pairs that stand alone become U+FFFD, as the standard wants it.
  const Value buffer(context, new_buffer(context, bytes));
  if (buffer.threw()) return JS_EXCEPTION;
  JSValueConst given[] = {buffer.get()};
  return JS_NewTypedArray(context, 1, given, JS_TYPED_ARRAY_UINT8);
}

void put(JSContext* context, JSValueConst object, const char* name, JSValue value) {
  JS_DefinePropertyValueStr(context, object, name, value,
                            JS_PROP_ENUMERABLE | JS_PROP_CONFIGURABLE);
}

bool is_utf8(std::string_view bytes) {
  std::string buffer;
  return valid_utf8(bytes, buffer).data() == bytes.data();
}

bool option(JSContext* context, JSValueConst self, const char* name) {
  const Value object = Value::copy_of(context, self);
  return JS_ToBool(context, object.member(name).get()) == 1;
}

JSValue js_decode(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  std::string_view bytes;
  if (count > 0 && !JS_IsUndefined(arguments[0])) {
    const auto given = bytes_of(context, arguments[0]);
    if (!given) return JS_ThrowTypeError(context, "decode() needs an ArrayBuffer or a view of one");
    bytes = *given;
  }
  if (count > 1 && JS_IsObject(arguments[1]) && option(context, arguments[1], "stream"))
    return JS_ThrowTypeError(context, "not supported: TextDecoder.decode() with stream: true");
  if (option(context, self, "fatal") && !is_utf8(bytes))
    return JS_ThrowTypeError(context, "unable to decode text; reason: it is no UTF-8");
  if (!option(context, self, "ignoreBOM") && bytes.starts_with(kByteOrderMark))
    bytes.remove_prefix(kByteOrderMark.size());
  return new_string(context, bytes);
}

constexpr JSCFunctionListEntry kEncoder[] = {native_function("encode", 1, js_encode)};
constexpr JSCFunctionListEntry kDecoder[] = {native_function("decode", 2, js_decode)};

JSValue js_make_encoder(JSContext* context, JSValueConst, int, JSValueConst*) {
  const JSValue encoder = object_of(context, kEncoder);
  put(context, encoder, "encoding", JS_NewString(context, "utf-8"));
  return encoder;
}

// new TextDecoder(label, { fatal, ignoreBOM })
JSValue js_make_decoder(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  std::string label =
      count > 0 && !JS_IsUndefined(arguments[0]) ? text_of(context, arguments[0]) : std::string();
  std::ranges::transform(label, label.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (std::ranges::find(kLabels, label) == kLabels.end())
    return JS_ThrowRangeError(context, "not supported: the encoding \"%s\"", label.c_str());
  const bool has_options = count > 1 && JS_IsObject(arguments[1]);
  const JSValue decoder = object_of(context, kDecoder);
  put(context, decoder, "encoding", JS_NewString(context, "utf-8"));
  for (const char* name : {"fatal", "ignoreBOM"})
    put(context, decoder, name,
        JS_NewBool(context, has_options && option(context, arguments[1], name)));
  return decoder;
}

constexpr JSCFunctionListEntry constructor_entry(const char* name, JSCFunction* make) {
  JSCFunctionListEntry entry = native_function(name, 0, make);
  entry.prop_flags = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
  entry.u.func.cproto = JS_CFUNC_constructor;
  return entry;
}

constexpr JSCFunctionListEntry kConstructors[] = {
    constructor_entry("TextDecoder", js_make_decoder),
    constructor_entry("TextEncoder", js_make_encoder),
};

}  // namespace

void define_text_coding(JSContext* context, JSValueConst global) {
  JS_SetPropertyFunctionList(context, global, kConstructors, std::size(kConstructors));
}

}  // namespace crema::load
