// The module "k6/secrets": secrets by name, of the default source or another one.
#include "native.h"
#include "promise.h"
#include "secret_request.h"

namespace crema::load {
namespace {

JSValue throw_error(JSContext* context, const Diagnostic& error) {
  return JS_ThrowPlainError(context, "%s", error.message.c_str());
}

// A promise that is settled when the server has answered.
JSValue ask_for(JSContext* context, const SecretSources::Source& source, std::string key) {
  UserState& user = user_of(context);
  JSValue functions[2];
  Value promise(context, JS_NewPromiseCapability(context, functions));
  if (promise.threw()) return JS_EXCEPTION;
  auto resolve = std::make_shared<Value>(context, functions[0]);
  auto reject = std::make_shared<Value>(context, functions[1]);
  const auto settle = [&user, resolve, reject](const Result<std::string>& secret) {
    JSContext* inside = user.context;
    Value value(inside, secret ? new_string(inside, *secret) : throw_error(inside, secret.error()));
    if (!secret) value = Value(inside, JS_GetException(inside));
    JSValueConst given[] = {value.get()};
    const Value done(inside,
                     JS_Call(inside, (secret ? *resolve : *reject).get(), JS_UNDEFINED, 1, given));
    return !done.threw();
  };
  user.begin_pending();
  const auto request = [&user, &source, key = std::move(key), settle] {
    auto secret = request_secret(user.links, source, key);
    if (secret) user.links.secrets->learn(source, key, *secret);
    std::erase(user.helpers, user.links.loop->current());
    user.end_pending([settle, secret = std::move(secret)] { return settle(secret); });
  };
  user.helpers.push_back(user.links.loop->spawn(request));
  return promise.release();
}

// get(key), of the source whose name is bound to it.
JSValue js_get(JSContext* context, JSValueConst, int count, JSValueConst* arguments, int,
               JSValueConst* bound) {
  UserState& user = user_of(context);
  const std::string key = count > 0 ? text_of(context, arguments[0]) : std::string();
  const auto source = user.links.secrets->find(text_of(context, bound[0]));
  if (!source) return settled_promise(context, throw_error(context, source.error()));
  SecretSources& secrets = *user.links.secrets;
  if (const auto known = secrets.known(**source, key))
    return settled_promise(context, new_string(context, *known));
  if ((*source)->address) return ask_for(context, **source, key);
  const auto found = (*source)->values.find(key);
  if (found == (*source)->values.end())
    return settled_promise(context, JS_ThrowPlainError(context, "no value"));
  secrets.learn(**source, key, found->second);
  return settled_promise(context, new_string(context, found->second));
}

JSValue source_object(JSContext* context, std::string_view name) {
  const JSValue object = JS_NewObject(context);
  const Value bound(context, new_string(context, name));
  JSValueConst data[] = {bound.get()};
  JS_DefinePropertyValueStr(context, object, "get",
                            JS_NewCFunctionData2(context, js_get, "get", 1, 0, 1, data),
                            JS_PROP_C_W_E);
  return object;
}

JSValue js_source(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  return source_object(context, count > 0 ? text_of(context, arguments[0]) : "undefined");
}

}  // namespace

JSValue make_secrets(JSContext* context) {
  const JSValue module = source_object(context, "default");
  JS_DefinePropertyValueStr(context, module, "source",
                            JS_NewCFunction(context, js_source, "source", 1), JS_PROP_C_W_E);
  return module;
}

}  // namespace crema::load
