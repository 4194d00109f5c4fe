// console.log and its sisters.
#include "native.h"

namespace crema::load {
namespace {

JSValue js_console(JSContext* context, JSValueConst, int count, JSValueConst* arguments,
                   int level) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += console_text(context, arguments[i]);
    if (JS_HasException(context)) return JS_EXCEPTION;
  }
  UserState& user = user_of(context);
  if (user.links.log)
    user.links.log(LogEntry{.level = static_cast<LogLevel>(level),
                            .message = std::move(text),
                            .fields = {{"source", "console"}}});
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kConsole[] = {
    native_function("log", 1, js_console, static_cast<int>(LogLevel::info)),
    native_function("info", 1, js_console, static_cast<int>(LogLevel::info)),
    native_function("debug", 1, js_console, static_cast<int>(LogLevel::debug)),
    native_function("warn", 1, js_console, static_cast<int>(LogLevel::warning)),
    native_function("error", 1, js_console, static_cast<int>(LogLevel::error)),
};

}  // namespace

void define_console(JSContext* context, JSValueConst global) {
  static constexpr JSCFunctionListEntry kEntry[] = {[] {
    JSCFunctionListEntry entry{};
    entry.name = "console";
    entry.prop_flags = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
    entry.def_type = JS_DEF_OBJECT;
    entry.u.prop_list.tab = kConsole;
    entry.u.prop_list.len = std::size(kConsole);
    return entry;
  }()};
  JS_SetPropertyFunctionList(context, global, kEntry, 1);
}

}  // namespace crema::load
