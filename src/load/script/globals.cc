// What every script finds without an import: open, require, __ENV, __VU, console, timers.
#include "intrinsics.h"
#include "module_path.h"
#include "native.h"
#include "script_classes.h"

namespace crema::load {
namespace {

JSValue js_open(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (!user.in_init)
    return JS_ThrowPlainError(context,
                              "The \"open()\" function is only available in the init stage (i.e. "
                              "the global scope), see https://grafana.com/docs/k6/latest/using-k6/"
                              "test-lifecycle for more information");
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  if (name.empty())
    return JS_ThrowPlainError(context, "open() can't be used with an empty filename");
  const std::string mode = count > 1 ? text_of(context, arguments[1]) : std::string();
  const bool relative = name.find("://") == std::string::npos && !name.starts_with('/');
  const auto address =
      resolve_specifier(user.main_address, relative && !name.starts_with('.') ? "./" + name : name);
  if (!address) return throw_diagnostic(context, address.error());
  const auto bytes = user.links.programs->files().file(*address);
  if (!bytes) return throw_diagnostic(context, bytes.error());
  if (mode != "b") return new_string(context, **bytes);
  // All users share the bytes of the file; whoever writes into the buffer changes them for all of
  // its thread, as nobody should.
  auto kept = std::make_unique<std::shared_ptr<const std::string>>(*bytes);
  auto* data = reinterpret_cast<std::uint8_t*>(const_cast<char*>((*kept)->data()));
  need_intrinsics(context, static_cast<std::uint8_t>(Intrinsic::typed_arrays));
  return JS_NewArrayBuffer(
      context, data, (*kept)->size(), 0,
      [](JSRuntime*, void* opaque, void*, std::size_t size) -> void* {
        // Size 0 gives it back; another one is not to be had.
        if (size == 0)
          std::unique_ptr<std::shared_ptr<const std::string>>(
              static_cast<std::shared_ptr<const std::string>*>(opaque))
              .reset();
        return nullptr;
      },
      kept.release(), false);
}

JSValue js_require(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (!user.in_init)
    return JS_ThrowPlainError(context,
                              "The \"require()\" function is only available in the init stage "
                              "(i.e. the global scope)");
  return require_module(context, user.main_address,
                        count > 0 ? text_of(context, arguments[0]) : std::string());
}

// __ENV is made when it is first asked for: most users never do.
JSValue get_environment(JSContext* context, JSValueConst self, int) {
  UserState& user = user_of(context);
  const JSValue object = JS_NewObject(context);
  for (const auto& [name, value] : user.links.settings->environment)
    JS_DefinePropertyValueStr(context, object, name.c_str(), new_string(context, value),
                              JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, self, "__ENV", JS_DupValue(context, object), JS_PROP_C_W_E);
  return object;
}

constexpr JSCFunctionListEntry kGlobals[] = {
    native_function("open", 1, js_open),
    native_function("require", 1, js_require),
    native_getter("__ENV", get_environment, 0),
};

}  // namespace

bool define_globals(JSContext* context) {
  const Value global(context, JS_GetGlobalObject(context));
  JS_SetPropertyFunctionList(context, global.get(), kGlobals, std::size(kGlobals));
  JS_DefinePropertyValueStr(context, global.get(), "global", JS_DupValue(context, global.get()),
                            JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
  JS_DefinePropertyValueStr(context, global.get(), "__VU",
                            JS_NewInt64(context, user_of(context).id), JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, global.get(), "__ITER", JS_UNDEFINED, JS_PROP_C_W_E);
  define_console(context, global.get());
  define_timers(context, global.get());
  define_crypto(context, global.get());
  define_text_coding(context, global.get());
  return !JS_HasException(context);
}

}  // namespace crema::load
