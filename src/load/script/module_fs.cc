// The module "k6/experimental/fs": files that are read piece by piece.
#include "crypto_key.h"
#include "module_path.h"
#include "native.h"
#include "promise.h"
#include "script_classes.h"
#include "script_file.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace crema::load {
namespace {

enum class SeekMode : std::uint8_t { start, current, end };

JSClassID file_class(JSContext* context) {
  return user_of(context).links.runtime->classes().script_file;
}

JSValue new_file(JSContext* context, ScriptFile file) {
  const JSValue object = JS_NewObjectClass(context, static_cast<int>(file_class(context)));
  if (JS_IsException(object)) return object;
  JS_DefinePropertyValueStr(context, object, "path", new_string(context, file.path), JS_PROP_C_W_E);
  JS_SetOpaque(object, std::make_unique<ScriptFile>(std::move(file)).release());
  return object;
}

JSValue open_file(JSContext* context, JSValueConst given) {
  UserState& user = user_of(context);
  if (!user.in_init)
    return throw_named(context, "ForbiddenError",
                       "open() failed; reason: opening a file is allowed only in the Init context");
  if (JS_IsUndefined(given) || JS_IsNull(given))
    return throw_named(context, "TypeError",
                       "open() failed; reason: path cannot be null or undefined");
  const std::string name = text_of(context, given);
  if (name.empty())
    return throw_named(context, "TypeError", "open() failed; reason: path cannot be empty");
  // As open() does, and modules do not: relative to the script that is run.
  const bool plain = name.find("://") == std::string::npos && !name.starts_with('/') &&
                     !name.starts_with("./") && !name.starts_with("../");
  const auto address = resolve_specifier(user.main_address, plain ? "./" + name : name);
  if (!address) return throw_diagnostic(context, address.error());
  auto bytes = user.links.programs->files().file(*address);
  if (bytes) return new_file(context, {.path = path_of_address(*address), .bytes = *bytes});
  const std::string& code = bytes.error().code;
  const char* kind = code == "load/not-found" ? "NotFoundError"
                     : code == "load/folder"  ? "InvalidResourceError"
                                              : "ForbiddenError";
  return throw_named(context, kind, bytes.error().message);
}

JSValue js_open(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  return settled_promise(context, open_file(context, count > 0 ? arguments[0] : JS_UNDEFINED));
}

ScriptFile* file_or_throw(JSContext* context, JSValueConst self) {
  return static_cast<ScriptFile*>(JS_GetOpaque2(context, self, file_class(context)));
}

// Fills the array with what comes next; null at the end of the file.
JSValue read_into(JSContext* context, ScriptFile& file, JSValueConst into) {
  if (JS_IsUndefined(into) || JS_IsNull(into))
    return throw_named(context, "TypeError",
                       "read() failed; reason: into argument cannot be null or undefined");
  if (JS_GetTypedArrayType(into) != JS_TYPED_ARRAY_UINT8)
    return throw_named(context, "TypeError",
                       "read() failed; reason: into argument must be a Uint8Array");
  const auto room = bytes_of(context, into);
  if (!room) return JS_EXCEPTION;
  const std::string_view rest = file.rest();
  if (rest.empty()) return JS_NULL;
  const std::size_t size = std::min(rest.size(), room->size());
  if (size > 0) std::memcpy(const_cast<char*>(room->data()), rest.data(), size);
  file.at += size;
  return JS_NewInt64(context, static_cast<std::int64_t>(size));
}

JSValue js_read(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  ScriptFile* file = file_or_throw(context, self);
  if (file == nullptr) return JS_EXCEPTION;
  return settled_promise(context,
                         read_into(context, *file, count > 0 ? arguments[0] : JS_UNDEFINED));
}

// A whole number; none with an exception that names the argument.
std::optional<std::int64_t> whole_number(JSContext* context, JSValueConst value, const char* name) {
  double number = 0;
  const char* why = nullptr;
  if (JS_IsUndefined(value) || JS_IsNull(value))
    why = "cannot be null or undefined";
  else if (!JS_IsNumber(value) || JS_ToFloat64(context, &number, value) < 0 ||
           number != std::trunc(number) || std::abs(number) > 9e15)
    why = "must be a number";
  if (why == nullptr) return static_cast<std::int64_t>(number);
  throw_named(context, "TypeError",
              fmt::format("seek() failed; reason: the {} argument {}", name, why));
  return std::nullopt;
}

JSValue seek(JSContext* context, ScriptFile& file, JSValueConst offset, JSValueConst whence) {
  const auto by = whole_number(context, offset, "offset");
  if (!by) return JS_EXCEPTION;
  const auto mode = whole_number(context, whence, "whence");
  if (!mode) return JS_EXCEPTION;
  if (*mode < 0 || *mode > static_cast<int>(SeekMode::end))
    return throw_named(context, "TypeError",
                       "seek() failed; reason: the whence argument must be a SeekMode");
  const auto size = static_cast<std::int64_t>(file.bytes->size());
  std::int64_t from = 0;
  switch (static_cast<SeekMode>(*mode)) {
    case SeekMode::start:
      if (*by < 0)
        return throw_named(context, "TypeError",
                           "offset cannot be negative when using SeekModeStart");
      break;
    case SeekMode::current:
      from = static_cast<std::int64_t>(file.at);
      break;
    case SeekMode::end:
      if (*by > 0)
        return throw_named(context, "TypeError",
                           "offset cannot be positive when using SeekModeEnd");
      // As in k6: an offset of 0 is the last byte, not the place behind it.
      from = size - 1;
      break;
  }
  if (from + *by < 0) return throw_named(context, "TypeError", "seeking before start of file");
  if (from + *by > size) return throw_named(context, "TypeError", "seeking beyond end of file");
  file.at = static_cast<std::size_t>(from + *by);
  return JS_NewInt64(context, from + *by);
}

JSValue js_seek(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  ScriptFile* file = file_or_throw(context, self);
  if (file == nullptr) return JS_EXCEPTION;
  return settled_promise(context, seek(context, *file, count > 0 ? arguments[0] : JS_UNDEFINED,
                                       count > 1 ? arguments[1] : JS_UNDEFINED));
}

JSValue js_stat(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const ScriptFile* file = file_or_throw(context, self);
  if (file == nullptr) return JS_EXCEPTION;
  const JSValue facts = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, facts, "name",
                            new_string(context, file->path.substr(file->path.rfind('/') + 1)),
                            JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, facts, "size",
                            JS_NewInt64(context, static_cast<std::int64_t>(file->bytes->size())),
                            JS_PROP_C_W_E);
  return settled_promise(context, facts);
}

constexpr JSCFunctionListEntry kMembers[] = {
    native_function("read", 1, js_read),
    native_function("seek", 2, js_seek),
    native_function("stat", 0, js_stat),
};

constexpr JSCFunctionListEntry kFunctions[] = {
    native_function("open", 1, js_open),
};

}  // namespace

ScriptFile* script_file_of(JSContext* context, JSValueConst value) {
  return static_cast<ScriptFile*>(JS_GetOpaque(value, file_class(context)));
}

void register_script_file_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kFile{.class_name = "File",
                                .finalizer = [](JSRuntime*, JSValueConst value) {
                                  JSClassID id = 0;
                                  const std::unique_ptr<ScriptFile> held(
                                      static_cast<ScriptFile*>(JS_GetAnyOpaque(value, &id)));
                                }};
  JS_NewClassID(engine, &classes.script_file);
  JS_NewClass(engine, classes.script_file, &kFile);
}

JSValue make_fs(JSContext* context) {
  JS_SetClassProto(context, file_class(context), object_of(context, kMembers));
  const JSValue modes = JS_NewObject(context);
  constexpr std::pair<const char*, SeekMode> kModes[] = {
      {"Start", SeekMode::start}, {"Current", SeekMode::current}, {"End", SeekMode::end}};
  for (const auto& [name, mode] : kModes)
    JS_DefinePropertyValueStr(context, modes, name, JS_NewInt32(context, static_cast<int>(mode)),
                              JS_PROP_C_W_E);
  const JSValue module = object_of(context, kFunctions);
  JS_DefinePropertyValueStr(context, module, "SeekMode", modes, JS_PROP_C_W_E);
  return module;
}

}  // namespace crema::load
