#include "blob.h"

#include "native.h"
#include "promise.h"
#include "script_classes.h"

#include <algorithm>
#include <memory>

namespace crema::load {
namespace {

struct Blob {
  std::string bytes;
  std::string type;
};

JSClassID blob_class(JSContext* context) { return user_of(context).links.runtime->classes().blob; }

Blob* blob_of(JSContext* context, JSValueConst self) {
  return static_cast<Blob*>(JS_GetOpaque2(context, self, blob_class(context)));
}

enum class As : std::uint8_t { text, buffer, bytes };

JSValue value_as(JSContext* context, const std::string& bytes, As as) {
  if (as == As::text) return new_string(context, bytes);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (as == As::buffer) return JS_NewArrayBufferCopy(context, data, bytes.size());
  return JS_NewUint8ArrayCopy(context, data, bytes.size());
}

// text(), arrayBuffer(), bytes(): promises of what is there already.
JSValue js_read(JSContext* context, JSValueConst self, int, JSValueConst*, int as) {
  const Blob* blob = blob_of(context, self);
  if (blob == nullptr) return JS_EXCEPTION;
  return settled_promise(context, value_as(context, blob->bytes, static_cast<As>(as)));
}

// An index of slice(): below zero it counts from the end.
std::size_t index_of(JSContext* context, JSValueConst value, std::size_t size,
                     std::size_t without) {
  std::int64_t index = 0;
  if (JS_IsUndefined(value)) return without;
  JS_ToInt64(context, &index, value);
  const auto whole = static_cast<std::int64_t>(size);
  if (index < 0) index += whole;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(index, 0, whole));
}

JSValue js_slice(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const Blob* blob = blob_of(context, self);
  if (blob == nullptr) return JS_EXCEPTION;
  const std::size_t size = blob->bytes.size();
  const auto begin = index_of(context, count > 0 ? arguments[0] : JS_UNDEFINED, size, 0);
  const auto end = index_of(context, count > 1 ? arguments[1] : JS_UNDEFINED, size, size);
  return make_blob(context, end > begin ? blob->bytes.substr(begin, end - begin) : std::string(),
                   count > 2 ? text_of(context, arguments[2]) : std::string());
}

JSValue js_stream(JSContext* context, JSValueConst, int, JSValueConst*) {
  return JS_ThrowPlainError(context, "not supported: Blob.stream(); use arrayBuffer() or text()");
}

JSValue get_size(JSContext* context, JSValueConst self, int) {
  const Blob* blob = blob_of(context, self);
  return blob == nullptr ? JS_EXCEPTION
                         : JS_NewInt64(context, static_cast<std::int64_t>(blob->bytes.size()));
}

JSValue get_type(JSContext* context, JSValueConst self, int) {
  const Blob* blob = blob_of(context, self);
  return blob == nullptr ? JS_EXCEPTION : new_string(context, blob->type);
}

constexpr JSCFunctionListEntry kMembers[] = {
    native_getter("size", get_size, 0),
    native_getter("type", get_type, 0),
    native_function("arrayBuffer", 0, js_read, static_cast<int>(As::buffer)),
    native_function("bytes", 0, js_read, static_cast<int>(As::bytes)),
    native_function("slice", 3, js_slice),
    native_function("text", 0, js_read, static_cast<int>(As::text)),
    native_function("stream", 0, js_stream),
};

// False with an exception.
bool add_part(JSContext* context, const Value& part, std::string& bytes) {
  if (const auto blob = blob_bytes(context, part.get())) {
    bytes += *blob;
    return true;
  }
  if (const auto raw = bytes_of(context, part.get())) {
    bytes += *raw;
    return true;
  }
  if (!JS_IsString(part.get())) {
    JS_ThrowTypeError(context,
                      "failed to process [blobParts]: write strings, ArrayBuffers, views of them "
                      "or Blobs");
    return false;
  }
  bytes += text_of(context, part.get());
  return true;
}

JSValue js_construct(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  std::string bytes, type;
  if (count > 0 && !JS_IsUndefined(arguments[0])) {
    if (!JS_IsArray(arguments[0]))
      return JS_ThrowTypeError(context, "failed to process [blobParts]: it is no array");
    const bool complete = each_member(context, arguments[0], [&](JSAtom, const Value& part) {
      return add_part(context, part, bytes);
    });
    if (!complete) return JS_EXCEPTION;
  }
  if (count > 1 && JS_IsObject(arguments[1])) {
    const Value options = Value::copy_of(context, arguments[1]);
    if (const Value given = options.member("type"); given.given())
      type = text_of(context, given.get());
  }
  return make_blob(context, std::move(bytes), std::move(type));
}

}  // namespace

void register_blob_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kBlob{
      .class_name = "Blob", .finalizer = [](JSRuntime*, JSValueConst value) {
        JSClassID id = 0;
        const std::unique_ptr<Blob> held(static_cast<Blob*>(JS_GetAnyOpaque(value, &id)));
      }};
  JS_NewClassID(engine, &classes.blob);
  JS_NewClass(engine, classes.blob, &kBlob);
}

JSValue blob_constructor(JSContext* context) {
  const JSValue constructor =
      JS_NewCFunction2(context, js_construct, "Blob", 2, JS_CFUNC_constructor, 0);
  const JSValue prototype = object_of(context, kMembers);
  JS_SetConstructor(context, constructor, prototype);
  JS_SetClassProto(context, blob_class(context), prototype);
  return constructor;
}

JSValue make_blob(JSContext* context, std::string bytes, std::string type) {
  const JSValue object = JS_NewObjectClass(context, static_cast<int>(blob_class(context)));
  auto blob = std::make_unique<Blob>(Blob{std::move(bytes), std::move(type)});
  JS_SetOpaque(object, blob.release());
  return object;
}

std::optional<std::string_view> blob_bytes(JSContext* context, JSValueConst value) {
  const auto* blob = static_cast<const Blob*>(JS_GetOpaque(value, blob_class(context)));
  if (blob == nullptr) return std::nullopt;
  return std::string_view(blob->bytes);
}

}  // namespace crema::load
