// The native side of scripts: the table of modules, and what is in force for every context.
#pragma once

#include "quickjs_fibers.h"
#include "user_state.h"

#include <span>
#include <string_view>

namespace crema::load {

// One of k6's modules. `make` gives the object that holds its exports; it is the default export
// too, unless it has a member of that name.
struct NativeModule {
  std::string_view name;
  JSValue (*make)(JSContext* context);
};

// Resolving and loading of modules, for all contexts of a runtime.
void set_module_loader(JSRuntime* engine);
// The module of that address, read into this context; null with an exception.
JSModuleDef* read_module(JSContext* context, const std::string& address);
// What require() of that specifier gives in the module `base`.
JSValue require_module(JSContext* context, const std::string& base, const std::string& specifier);

// console, open, require, timers, __ENV and the like.
bool define_globals(JSContext* context);
void define_console(JSContext* context, JSValueConst global);
void define_timers(JSContext* context, JSValueConst global);
void define_text_coding(JSContext* context, JSValueConst global);
void define_crypto(JSContext* context, JSValueConst global);

// What console.log prints of a value, as k6 does: strings as they are, objects as { a: 1 }.
std::string console_text(JSContext* context, JSValueConst value);

JSValue make_k6(JSContext* context);
JSValue make_http(JSContext* context);
JSValue make_metrics(JSContext* context);
JSValue make_execution(JSContext* context);
JSValue make_data(JSContext* context);
JSValue make_csv(JSContext* context);
JSValue make_fs(JSContext* context);
JSValue make_encoding(JSContext* context);
JSValue make_crypto(JSContext* context);
JSValue make_html(JSContext* context);
JSValue make_secrets(JSContext* context);
JSValue make_timers(JSContext* context);
JSValue make_websockets(JSContext* context);
JSValue make_ws(JSContext* context);

// An object with these functions.
JSValue object_of(JSContext* context, std::span<const JSCFunctionListEntry> entries);

constexpr JSCFunctionListEntry native_function(const char* name, std::uint8_t length,
                                               JSCFunction* function) {
  JSCFunctionListEntry entry{};
  entry.name = name;
  entry.prop_flags = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE;
  entry.def_type = JS_DEF_CFUNC;
  entry.u.func.length = length;
  entry.u.func.cproto = JS_CFUNC_generic;
  entry.u.func.cfunc.generic = function;
  return entry;
}

constexpr JSCFunctionListEntry native_function(const char* name, std::uint8_t length,
                                               JSValue (*function)(JSContext*, JSValueConst, int,
                                                                   JSValueConst*, int),
                                               std::int16_t magic) {
  JSCFunctionListEntry entry{};
  entry.name = name;
  entry.prop_flags = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE;
  entry.def_type = JS_DEF_CFUNC;
  entry.magic = magic;
  entry.u.func.length = length;
  entry.u.func.cproto = JS_CFUNC_generic_magic;
  entry.u.func.cfunc.generic_magic = function;
  return entry;
}

constexpr JSCFunctionListEntry native_getter(const char* name,
                                             JSValue (*getter)(JSContext*, JSValueConst, int),
                                             std::int16_t magic) {
  JSCFunctionListEntry entry{};
  entry.name = name;
  entry.prop_flags = JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE;
  entry.def_type = JS_DEF_CGETSET_MAGIC;
  entry.magic = magic;
  entry.u.getset.get.getter_magic = getter;
  return entry;
}

constexpr JSCFunctionListEntry native_constant(const char* name, const char* text) {
  JSCFunctionListEntry entry{};
  entry.name = name;
  entry.prop_flags = JS_PROP_ENUMERABLE;
  entry.def_type = JS_DEF_PROP_STRING;
  entry.u.str = text;
  return entry;
}

}  // namespace crema::load
