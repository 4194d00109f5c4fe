// Modules as the engine asks for them: k6's own ones, files, and CommonJS among both.
#include "module_path.h"
#include "native.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

constexpr std::array kModules{
    NativeModule{"k6", make_k6},
    NativeModule{"k6/crypto", make_crypto},
    NativeModule{"k6/data", make_data},
    NativeModule{"k6/encoding", make_encoding},
    NativeModule{"k6/execution", make_execution},
    NativeModule{"k6/html", make_html},
    NativeModule{"k6/experimental/csv", make_csv},
    NativeModule{"k6/experimental/fs", make_fs},
    NativeModule{"k6/experimental/websockets", make_websockets},
    NativeModule{"k6/http", make_http},
    NativeModule{"k6/metrics", make_metrics},
    NativeModule{"k6/secrets", make_secrets},
    NativeModule{"k6/timers", make_timers},
    NativeModule{"k6/websockets", make_websockets},
    NativeModule{"k6/ws", make_ws},
};

const NativeModule* native_named(std::string_view name) {
  const auto found = std::ranges::find(kModules, name, &NativeModule::name);
  return found == kModules.end() ? nullptr : &*found;
}

JSValue throw_unknown_native(JSContext* context, std::string_view name) {
  std::string text = fmt::format("not supported: the module \"{}\"", name);
  if (name == "k6/browser" || name.starts_with("k6/experimental/browser"))
    text += "; a browser is driven by Playwright tests: see `crema test e2e`";
  else if (name.starts_with("k6/x/"))
    text += ", an extension of k6 written in Go";
  return JS_ThrowPlainError(context, "%s", text.c_str());
}

// The value of one export: a member of the module's object, or the object itself as the default.
JSValue export_of(JSContext* context, const Value& object, const std::string& name) {
  Value member = object.member(name.c_str());
  if (name == "default" && member.undefined()) return JS_DupValue(context, object.get());
  return member.release();
}

// Gives a module made of an object its exports, when it is evaluated.
int set_exports(JSContext* context, JSModuleDef* module) {
  const Value object(context, JS_GetModulePrivateValue(context, module));
  const JSAtom atom = JS_GetModuleName(context, module);
  const std::string name = text_of_atom(context, atom);
  JS_FreeAtom(context, atom);
  for (const auto& wanted : user_of(context).wanted[name])
    if (JS_SetModuleExport(context, module, wanted.c_str(), export_of(context, object, wanted)) < 0)
      return -1;
  return 0;
}

// Makes a module of an object; what it exports is what was asked for until it is linked, plus
// `names`. `object` is taken.
JSModuleDef* module_of_object(JSContext* context, const std::string& name, JSValue object) {
  UserState& user = user_of(context);
  JSModuleDef* module = JS_NewCModule(context, name.c_str(), set_exports);
  if (module == nullptr) {
    JS_FreeValue(context, object);
    return nullptr;
  }
  auto& wanted = user.wanted[name];
  wanted.insert("default");
  if (wanted.contains("*"))
    each_member(context, object, [&](JSAtom member, const Value&) {
      wanted.insert(text_of_atom(context, member));
      return true;
    });
  wanted.erase("*");
  for (const auto& each : wanted) JS_AddModuleExport(context, module, each.c_str());
  JS_SetModulePrivateValue(context, module, object);
  user.native.emplace(name, module);
  return module;
}

// The object of a native module, made once a context.
Value native_object(JSContext* context, const NativeModule& native) {
  auto& required = user_of(context).required;
  const std::string key(native.name);
  if (const auto found = required.find(key); found != required.end())
    return Value::copy_of(context, found->second.get());
  Value object(context, native.make(context));
  if (!object.threw()) required.emplace(key, Value::copy_of(context, object.get()));
  return object;
}

// Runs a CommonJS module, once a context, and gives its module.exports.
Value run_common(JSContext* context, const std::string& address, const Program& program) {
  auto& required = user_of(context).required;
  if (const auto found = required.find(address); found != required.end())
    return found->second.member("exports");
  const Value compiled(context, JS_ReadObject(context, program.code.data(), program.code.size(),
                                              JS_READ_OBJ_BYTECODE));
  if (compiled.threw()) return {context, JS_EXCEPTION};
  const Value function(context, JS_EvalFunction(context, JS_DupValue(context, compiled.get())));
  if (function.threw()) return {context, JS_EXCEPTION};
  const Value module(context, JS_NewObject(context));
  const Value exports(context, JS_NewObject(context));
  JS_SetPropertyStr(context, module.get(), "exports", JS_DupValue(context, exports.get()));
  // Modules that require each other in a circle see what is there so far.
  required.emplace(address, Value::copy_of(context, module.get()));
  const Value base(context, new_string(context, address));
  JSValueConst data[] = {base.get()};
  const Value require(context, JS_NewCFunctionData2(
                                   context,
                                   [](JSContext* caller, JSValueConst, int count,
                                      JSValueConst* arguments, int, JSValueConst* bound) {
                                     return require_module(
                                         caller, text_of(caller, bound[0]),
                                         count > 0 ? text_of(caller, arguments[0]) : std::string());
                                   },
                                   "require", 1, 0, 1, data));
  JSValueConst arguments[] = {module.get(), exports.get(), require.get()};
  const Value done(context, JS_Call(context, function.get(), exports.get(), 3, arguments));
  if (done.threw()) {
    required.erase(address);
    return {context, JS_EXCEPTION};
  }
  return module.member("exports");
}

// The data of a JSON file, made once a context.
Value parse_json_module(JSContext* context, const std::string& address, const Program& program) {
  auto& required = user_of(context).required;
  if (const auto found = required.find(address); found != required.end())
    return Value::copy_of(context, found->second.get());
  const std::string text(program.source->text());
  Value data(context, JS_ParseJSON(context, text.c_str(), text.size(), address.c_str()));
  if (!data.threw()) required.emplace(address, Value::copy_of(context, data.get()));
  return data;
}

void add_wanted(JSContext* context, const std::string& module, const std::string& name) {
  UserState& user = user_of(context);
  const auto made = user.native.find(module);
  if (made == user.native.end()) {
    user.wanted[module].insert(name);
    return;
  }
  // It is there already, and exports what its first importer asked for.
  std::set<std::string> names{name};
  if (name == "*") {
    names.clear();
    const Value object(context, JS_GetModulePrivateValue(context, made->second));
    each_member(context, object.get(), [&](JSAtom member, const Value&) {
      names.insert(text_of_atom(context, member));
      return true;
    });
  }
  for (const auto& each : names)
    if (user.wanted[module].insert(each).second && crema_js_module_evaluated(made->second) == 0)
      JS_AddModuleExport(context, made->second, each.c_str());
}

JSModuleDef* throw_in_circle(JSContext* context, const std::string& address) {
  JS_ThrowPlainError(context, "the module %s is required by one that it imports itself",
                     address.c_str());
  return nullptr;
}

JSModuleDef* read_standard(JSContext* context, const std::string& address, const Program& program) {
  for (const auto& [specifier, names] : program.imports) {
    std::string target = specifier;
    if (!is_native_specifier(specifier)) {
      auto resolved = resolve_specifier(address, specifier);
      if (!resolved) continue;  // said when the import itself is resolved
      target = std::move(*resolved);
    }
    for (const auto& name : names) add_wanted(context, target, name);
  }
  UserState& user = user_of(context);
  if (user.modules_broken) {
    JS_ThrowPlainError(context, "no module can be loaded after one that could not be");
    return nullptr;
  }
  if (!user.reading.insert(address).second) return throw_in_circle(context, address);
  const JSValue value =
      JS_ReadObject(context, program.code.data(), program.code.size(), JS_READ_OBJ_BYTECODE);
  user.reading.erase(address);
  if (JS_IsException(value)) {
    user.modules_broken = true;
    return nullptr;
  }
  auto* module = static_cast<JSModuleDef*>(JS_VALUE_GET_PTR(value));
  JS_FreeValue(context, value);
  user.standard.emplace(address, module);
  const Value meta(context, JS_GetImportMeta(context, module));
  JS_DefinePropertyValueStr(context, meta.get(), "url", new_string(context, address),
                            JS_PROP_C_W_E);
  const Value base(context, new_string(context, address));
  JSValueConst data[] = {base.get()};
  JS_DefinePropertyValueStr(
      context, meta.get(), "resolve",
      JS_NewCFunctionData2(
          context,
          [](JSContext* caller, JSValueConst, int count, JSValueConst* arguments, int,
             JSValueConst* bound) -> JSValue {
            const std::string specifier = count > 0 ? text_of(caller, arguments[0]) : "";
            if (is_native_specifier(specifier)) return new_string(caller, specifier);
            const auto target = resolve_specifier(text_of(caller, bound[0]), specifier);
            if (!target) return throw_diagnostic(caller, target.error());
            return new_string(caller, *target);
          },
          "resolve", 1, 0, 1, data),
      JS_PROP_C_W_E);
  return module;
}

// What require() of an ECMAScript module gives: its namespace, after it ran.
JSValue require_standard(JSContext* context, const std::string& address, const Program& program) {
  UserState& user = user_of(context);
  const auto found = user.standard.find(address);
  JSModuleDef* module =
      found != user.standard.end() ? found->second : read_standard(context, address, program);
  if (module == nullptr) return JS_EXCEPTION;
  if (crema_js_module_evaluated(module) == 0) {
    if (crema_js_module_complete(JS_GetRuntime(context), module) == 0) {
      throw_in_circle(context, address);
      return JS_EXCEPTION;
    }
    const Value done(context, JS_EvalFunction(context, crema_js_module_value(context, module)));
    if (done.threw()) return JS_EXCEPTION;
    if (JS_IsPromise(done.get()) && JS_PromiseState(context, done.get()) == JS_PROMISE_REJECTED) {
      user.forget_rejection(done.get());
      return JS_Throw(context, JS_PromiseResult(context, done.get()));
    }
  }
  return JS_GetModuleNamespace(context, module);
}

char* normalise(JSContext* context, const char* base, const char* specifier, void*) {
  if (is_native_specifier(specifier)) return js_strdup(context, specifier);
  const auto address = resolve_specifier(base, specifier);
  if (!address) {
    throw_diagnostic(context, address.error());
    return nullptr;
  }
  return js_strdup(context, address->c_str());
}

JSModuleDef* load_module(JSContext* context, const char* name, void*) {
  return read_module(context, name);
}

}  // namespace

void set_module_loader(JSRuntime* engine) {
  JS_SetModuleLoaderFunc(engine, normalise, load_module, nullptr);
}

JSModuleDef* read_module(JSContext* context, const std::string& address) {
  if (is_native_specifier(address)) {
    const NativeModule* native = native_named(address);
    if (native == nullptr) {
      throw_unknown_native(context, address);
      return nullptr;
    }
    Value object = native_object(context, *native);
    return object.threw() ? nullptr : module_of_object(context, address, object.release());
  }
  const ProgramPtr program = user_of(context).links.programs->load(context, address);
  if (program == nullptr) return nullptr;
  switch (program->kind) {
    case ModuleKind::standard:
      return read_standard(context, address, *program);
    case ModuleKind::json: {
      Value object = parse_json_module(context, address, *program);
      return object.threw() ? nullptr : module_of_object(context, address, object.release());
    }
    case ModuleKind::common: {
      Value object = run_common(context, address, *program);
      return object.threw() ? nullptr : module_of_object(context, address, object.release());
    }
  }
  return nullptr;
}

JSValue require_module(JSContext* context, const std::string& base, const std::string& specifier) {
  if (is_native_specifier(specifier)) {
    const NativeModule* native = native_named(specifier);
    if (native == nullptr) return throw_unknown_native(context, specifier);
    return native_object(context, *native).release();
  }
  const auto address = resolve_specifier(base, specifier);
  if (!address) return throw_diagnostic(context, address.error());
  const ProgramPtr program = user_of(context).links.programs->load(context, *address);
  if (program == nullptr) return JS_EXCEPTION;
  if (program->kind == ModuleKind::common) return run_common(context, *address, *program).release();
  if (program->kind == ModuleKind::json)
    return parse_json_module(context, *address, *program).release();
  return require_standard(context, *address, *program);
}

JSValue object_of(JSContext* context, std::span<const JSCFunctionListEntry> entries) {
  const JSValue object = JS_NewObject(context);
  JS_SetPropertyFunctionList(context, object, entries.data(), static_cast<int>(entries.size()));
  return object;
}

}  // namespace crema::load
