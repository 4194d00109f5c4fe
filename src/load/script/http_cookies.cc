// http.CookieJar, http.cookieJar(), http.expectedStatuses().
#include "http_cookies.h"

#include "native.h"
#include "script_classes.h"

#include "crema/load/protocol/url.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// A jar of the script's own, or the user's, which outlives every object.
struct JarHandle {
  std::unique_ptr<CookieJar> own;
  CookieJar* jar = nullptr;
};

JSClassID jar_class(JSContext* context) {
  return user_of(context).links.runtime->classes().cookie_jar;
}

CookieJar* jar_of_this(JSContext* context, JSValueConst self) {
  auto* handle = static_cast<JarHandle*>(JS_GetOpaque2(context, self, jar_class(context)));
  return handle == nullptr ? nullptr : handle->jar;
}

bool url_of(JSContext* context, int count, JSValueConst* arguments, Url& url) {
  auto parsed = Url::parse(count > 0 ? text_of(context, arguments[0]) : std::string());
  if (!parsed) {
    throw_diagnostic(context, parsed.error());
    return false;
  }
  url = std::move(*parsed);
  return true;
}

JSValue js_cookies_for_url(JSContext* context, JSValueConst self, int count,
                           JSValueConst* arguments) {
  CookieJar* jar = jar_of_this(context, self);
  Url url;
  if (jar == nullptr || !url_of(context, count, arguments, url)) return JS_EXCEPTION;
  const JSValue object = JS_NewObject(context);
  for (const Cookie& cookie : jar->cookies(url, user_of(context).wall())) {
    Value values(context, JS_GetPropertyStr(context, object, cookie.name.c_str()));
    if (!values.object()) {
      values = Value(context, JS_NewArray(context));
      JS_DefinePropertyValueStr(context, object, cookie.name.c_str(),
                                JS_DupValue(context, values.get()), JS_PROP_C_W_E);
    }
    std::int64_t length = 0;
    JS_GetLength(context, values.get(), &length);
    JS_SetPropertyInt64(context, values.get(), length, new_string(context, cookie.value));
  }
  return object;
}

void read_attributes(JSContext* context, JSValueConst given, Cookie& cookie) {
  if (!JS_IsObject(given)) return;
  const Value options = Value::copy_of(context, given);
  if (const Value domain = options.member("domain"); domain.given())
    cookie.domain = text_of(context, domain.get());
  if (const Value path = options.member("path"); path.given())
    cookie.path = text_of(context, path.get());
  if (const Value age = options.member("max_age"); age.given()) {
    std::int64_t seconds = 0;
    JS_ToInt64(context, &seconds, age.get());
    cookie.max_age = seconds;
  }
  if (const Value expires = options.member("expires"); expires.given()) {
    // The attribute's own reader knows the forms of its dates.
    const auto read = parse_set_cookie("a=b; expires=" + text_of(context, expires.get()));
    if (read) cookie.expires = read->expires;
  }
  cookie.secure = JS_ToBool(context, options.member("secure").get()) == 1;
  cookie.http_only = JS_ToBool(context, options.member("http_only").get()) == 1;
}

JSValue js_set(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  CookieJar* jar = jar_of_this(context, self);
  Url url;
  if (jar == nullptr || !url_of(context, count, arguments, url)) return JS_EXCEPTION;
  Cookie cookie;
  if (count > 1) cookie.name = text_of(context, arguments[1]);
  if (count > 2) cookie.value = text_of(context, arguments[2]);
  if (count > 3) read_attributes(context, arguments[3], cookie);
  jar->set(url, cookie, user_of(context).wall());
  return JS_TRUE;
}

JSValue js_delete(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  CookieJar* jar = jar_of_this(context, self);
  Url url;
  if (jar == nullptr || !url_of(context, count, arguments, url)) return JS_EXCEPTION;
  jar->erase(url, count > 1 ? text_of(context, arguments[1]) : "");
  return JS_UNDEFINED;
}

JSValue js_clear(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  CookieJar* jar = jar_of_this(context, self);
  Url url;
  if (jar == nullptr || !url_of(context, count, arguments, url)) return JS_EXCEPTION;
  jar->clear(url);
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kMethods[] = {
    native_function("clear", 1, js_clear),
    native_function("cookiesForURL", 1, js_cookies_for_url),
    native_function("delete", 2, js_delete),
    native_function("set", 4, js_set),
};

JSValue new_jar_object(JSContext* context, std::unique_ptr<JarHandle> handle) {
  Value prototype(context, JS_GetClassProto(context, jar_class(context)));
  if (!prototype.object()) {
    prototype = Value(context, object_of(context, kMethods));
    JS_SetClassProto(context, jar_class(context), JS_DupValue(context, prototype.get()));
  }
  const JSValue object = JS_NewObjectClass(context, static_cast<int>(jar_class(context)));
  JS_SetOpaque(object, handle.release());
  return object;
}

JSValue js_construct(JSContext* context, JSValueConst, int, JSValueConst*) {
  auto handle = std::make_unique<JarHandle>();
  handle->own = std::make_unique<CookieJar>();
  handle->jar = handle->own.get();
  return new_jar_object(context, std::move(handle));
}

}  // namespace

void register_cookie_classes(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kJar{.class_name = "CookieJar",
                               .finalizer = [](JSRuntime*, JSValueConst value) {
                                 JSClassID id = 0;
                                 delete static_cast<JarHandle*>(JS_GetAnyOpaque(value, &id));
                               }};
  JS_NewClassID(engine, &classes.cookie_jar);
  JS_NewClass(engine, classes.cookie_jar, &kJar);
  static const JSClassDef kCallback{
      .class_name = "ExpectedStatuses", .finalizer = [](JSRuntime*, JSValueConst value) {
        JSClassID id = 0;
        delete static_cast<ExpectedStatuses*>(JS_GetAnyOpaque(value, &id));
      }};
  JS_NewClassID(engine, &classes.response_callback);
  JS_NewClass(engine, classes.response_callback, &kCallback);
}

CookieJar* cookie_jar_of(JSContext* context, JSValueConst value) {
  auto* handle = static_cast<JarHandle*>(JS_GetOpaque(value, jar_class(context)));
  return handle == nullptr ? nullptr : handle->jar;
}

JSValue make_cookie_jar(JSContext* context, CookieJar* jar) {
  auto handle = std::make_unique<JarHandle>();
  handle->jar = jar;
  return new_jar_object(context, std::move(handle));
}

JSValue cookie_jar_constructor(JSContext* context) {
  return JS_NewCFunction2(context, js_construct, "CookieJar", 0, JS_CFUNC_constructor, 0);
}

bool read_expected_statuses(JSContext* context, JSValueConst value, ExpectedStatuses& expected) {
  if (JS_IsNull(value)) {
    expected.judged = false;
    return true;
  }
  const auto* given = static_cast<const ExpectedStatuses*>(
      JS_GetOpaque(value, user_of(context).links.runtime->classes().response_callback));
  if (given == nullptr) {
    JS_ThrowTypeError(context, "unsupported responseCallback");
    return false;
  }
  expected = *given;
  return true;
}

JSValue make_expected_statuses(JSContext* context, int count, JSValueConst* arguments) {
  auto expected = std::make_unique<ExpectedStatuses>();
  expected->ranges.clear();
  for (int i = 0; i < count; ++i) {
    ExpectedStatuses::Range range;
    if (JS_IsNumber(arguments[i])) {
      JS_ToInt32(context, &range.min, arguments[i]);
      range.max = range.min;
    } else if (JS_IsObject(arguments[i])) {
      const Value object = Value::copy_of(context, arguments[i]);
      const Value min = object.member("min"), max = object.member("max");
      if (!JS_IsNumber(min.get()) || !JS_IsNumber(max.get()))
        return JS_ThrowTypeError(
            context, "both min and max need to be integers for argument number %d", i + 1);
      JS_ToInt32(context, &range.min, min.get());
      JS_ToInt32(context, &range.max, max.get());
    } else {
      return JS_ThrowTypeError(context,
                               "argument number %d to expectedStatuses was neither an "
                               "integer nor an object like {min:100, max:329}",
                               i + 1);
    }
    expected->ranges.push_back(range);
  }
  if (count == 0) return JS_ThrowTypeError(context, "no arguments");
  const JSValue object = JS_NewObjectClass(
      context, static_cast<int>(user_of(context).links.runtime->classes().response_callback));
  JS_SetOpaque(object, expected.release());
  return object;
}

}  // namespace crema::load
