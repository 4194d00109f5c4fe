// The module "k6/http".
#include "http_call.h"
#include "http_cookies.h"
#include "http_samples.h"
#include "native.h"
#include "script_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace crema::load {

struct SpareCalls {
  std::vector<std::unique_ptr<HttpCall>> calls;
};

namespace {

constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

// As many as a few batches need: those that wait are used by all users of the thread.
constexpr std::size_t kMostSpareCalls = 64;

std::unique_ptr<HttpCall> take_call(UserState& user) {
  auto& spare = user.links.runtime->classes().spare_calls->calls;
  if (spare.empty()) return std::make_unique<HttpCall>();
  auto call = std::move(spare.back());
  spare.pop_back();
  return call;
}

void give_back(UserState& user, std::unique_ptr<HttpCall> call) {
  call->jar_object = {};
  auto& spare = user.links.runtime->classes().spare_calls->calls;
  if (spare.size() < kMostSpareCalls) spare.push_back(std::move(call));
}

JSValueConst argument(int index, int count, JSValueConst* arguments) {
  return index < count ? arguments[index] : JS_UNDEFINED;
}

// get, head: (url, params). The others: (url, body, params).
JSValue js_method(JSContext* context, JSValueConst, int count, JSValueConst* arguments, int which) {
  const std::string_view method = kMethods[static_cast<std::size_t>(which)];
  const bool without_body = which < 2;
  return send_request(context, method, argument(0, count, arguments),
                      without_body ? JS_UNDEFINED : argument(1, count, arguments),
                      argument(without_body ? 1 : 2, count, arguments));
}

std::string method_of(JSContext* context, JSValueConst value) {
  std::string method = text_of(context, value);
  for (char& c : method)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return method;
}

JSValue js_request(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  return send_request(context, method_of(context, argument(0, count, arguments)),
                      argument(1, count, arguments), argument(2, count, arguments),
                      argument(3, count, arguments));
}

// Makes a request beside the user's own fiber.
struct Helper {
  std::unique_ptr<HttpCall> call;
  std::function<void()> ended;
};

void start_helper(UserState& user, std::shared_ptr<Helper> helper) {
  Loop& loop = *user.links.loop;
  const Fiber fiber = loop.spawn([&user, &loop, helper] {
    perform(user, *helper->call);
    std::erase(user.helpers, loop.current());
    helper->ended();
  });
  user.helpers.push_back(fiber);
}

JSValue js_async_request(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  JSValue functions[2];
  Value promise(context, JS_NewPromiseCapability(context, functions));
  if (promise.threw()) return JS_EXCEPTION;
  auto resolve = std::make_shared<Value>(context, functions[0]);
  auto reject = std::make_shared<Value>(context, functions[1]);
  auto helper = std::make_shared<Helper>();
  helper->call = take_call(user);
  if (!read_call(context, method_of(context, argument(0, count, arguments)),
                 argument(1, count, arguments), argument(2, count, arguments),
                 argument(3, count, arguments), *helper->call))
    return JS_EXCEPTION;
  user.begin_pending();
  // Not the helper itself: it would hold itself.
  std::weak_ptr<Helper> weak = helper;
  helper->ended = [&user, weak, resolve, reject] {
    auto kept = weak.lock();
    user.end_pending([&user, kept, resolve, reject] {
      JSContext* inside = user.context;
      Value result(inside, result_of(inside, *kept->call));
      if (kept->call->response.error.interrupted) return false;
      const Value& settle = result.threw() ? *reject : *resolve;
      Value reason = result.threw() ? Value(inside, JS_GetException(inside)) : std::move(result);
      JSValueConst given[] = {reason.get()};
      const Value done(inside, JS_Call(inside, settle.get(), JS_UNDEFINED, 1, given));
      return !done.threw();
    });
  };
  start_helper(user, helper);
  return promise.release();
}

// One entry of http.batch: an address, [method, url, body, params], or an object of these.
bool read_batch_entry(JSContext* context, const Value& entry, HttpCall& call) {
  if (!entry.object())
    return read_call(context, "GET", entry.get(), JS_UNDEFINED, JS_UNDEFINED, call);
  if (JS_IsArray(entry.get())) {
    std::int64_t length = 0;
    JS_GetLength(context, entry.get(), &length);
    if (length < 2) {
      JS_ThrowTypeError(context, "invalid batch request: an array needs a method and an address");
      return false;
    }
    std::array<Value, 4> parts;
    for (std::int64_t i = 0; i < 4; ++i)
      parts[static_cast<std::size_t>(i)] =
          Value(context, JS_GetPropertyInt64(context, entry.get(), i));
    return read_call(context, method_of(context, parts[0].get()), parts[1].get(), parts[2].get(),
                     parts[3].get(), call);
  }
  const Value url = entry.member("url");
  if (url.undefined()) {
    JS_ThrowTypeError(context, "batch request doesn't have a url key");
    return false;
  }
  // What http.url`` gave has a name and no method.
  const Value method = entry.member("method");
  if (!method.given() && !entry.member("name").undefined())
    return read_call(context, "GET", entry.get(), JS_UNDEFINED, JS_UNDEFINED, call);
  return read_call(context, method.given() ? method_of(context, method.get()) : "GET", url.get(),
                   entry.member("body").get(), entry.member("params").get(), call);
}

struct Batch {
  std::vector<std::unique_ptr<HttpCall>> calls;
  std::vector<std::string> hosts;
  std::size_t started = 0, running = 0, ended = 0;
  std::map<std::string, std::int64_t> running_by_host;
  std::vector<bool> taken;
};

// The next call that may start: `batch` at once, `batchPerHost` of them to one host.
std::optional<std::size_t> next_of(const Batch& batch, const UserSettings& settings) {
  if (settings.batch > 0 && batch.running >= static_cast<std::size_t>(settings.batch))
    return std::nullopt;
  for (std::size_t i = 0; i < batch.calls.size(); ++i) {
    if (batch.taken[i]) continue;
    const auto of_host = batch.running_by_host.find(batch.hosts[i]);
    if (settings.batch_per_host > 0 && of_host != batch.running_by_host.end() &&
        of_host->second >= settings.batch_per_host)
      continue;
    return i;
  }
  return std::nullopt;
}

void run_batch(UserState& user, Batch& batch) {
  Loop& loop = *user.links.loop;
  const Fiber own = loop.current();
  while (batch.ended < batch.calls.size()) {
    while (const auto index = next_of(batch, *user.links.settings)) {
      batch.taken[*index] = true;
      ++batch.running;
      ++batch.running_by_host[batch.hosts[*index]];
      const Fiber fiber = loop.spawn([&user, &loop, &batch, own, at = *index] {
        perform(user, *batch.calls[at]);
        std::erase(user.helpers, loop.current());
        --batch.running;
        --batch.running_by_host[batch.hosts[at]];
        ++batch.ended;
        loop.wake(own);
      });
      user.helpers.push_back(fiber);
    }
    if (loop.park() != WakeReason::interrupted) continue;
    // The user is being stopped: its requests end with it, those that did not start never will.
    for (const Fiber helper : user.helpers) loop.interrupt(helper);
    while (batch.running > 0) loop.yield();
    return;
  }
}

std::string host_of(const std::string& url) {
  const auto begin = url.find("://");
  if (begin == std::string::npos) return {};
  const auto end = url.find_first_of("/?#", begin + 3);
  return url.substr(begin + 3, end == std::string::npos ? end : end - begin - 3);
}

JSValue js_batch(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  const JSValueConst requests = argument(0, count, arguments);
  if (!JS_IsObject(requests))
    return JS_ThrowTypeError(context,
                             "invalid http.batch argument type, expected an array or an object");
  const bool array = JS_IsArray(requests);
  Batch batch;
  std::vector<std::string> names;
  const bool complete = each_member(context, requests, [&](JSAtom name, const Value& entry) {
    batch.calls.push_back(take_call(user));
    names.push_back(text_of_atom(context, name));
    if (!read_batch_entry(context, entry, *batch.calls.back())) return false;
    batch.hosts.push_back(host_of(batch.calls.back()->url));
    return true;
  });
  if (!complete) return JS_EXCEPTION;
  batch.taken.assign(batch.calls.size(), false);
  {
    const Waiting waiting(user);
    run_batch(user, batch);
  }
  if (user.links.loop->interrupted()) return throw_interrupted(context);
  Value results(context, array ? JS_NewArray(context) : JS_NewObject(context));
  for (std::size_t i = 0; i < batch.calls.size(); ++i) {
    const JSValue result = result_of(context, *batch.calls[i]);
    if (JS_IsException(result)) return JS_EXCEPTION;
    if (array)
      JS_SetPropertyInt64(context, results.get(), static_cast<std::int64_t>(i), result);
    else
      JS_DefinePropertyValueStr(context, results.get(), names[i].c_str(), result, JS_PROP_C_W_E);
    give_back(user, std::move(batch.calls[i]));
  }
  return results.release();
}

// http.url`https://host/${id}`: an address whose tag is the same for every id.
JSValue js_url(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  std::string url, name;
  const JSValueConst pieces = argument(0, count, arguments);
  if (!JS_IsArray(pieces)) {
    url = name = text_of(context, pieces);
  } else {
    std::int64_t length = 0;
    JS_GetLength(context, pieces, &length);
    for (std::int64_t i = 0; i < length; ++i) {
      const Value piece(context, JS_GetPropertyInt64(context, pieces, i));
      const std::string text = text_of(context, piece.get());
      url += text;
      name += text;
      if (i + 1 >= count || i + 1 >= length) continue;
      url += text_of(context, arguments[i + 1]);
      name += "${}";
    }
  }
  const JSValue object = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, object, "url", new_string(context, url), JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, object, "name", new_string(context, name), JS_PROP_C_W_E);
  return object;
}

JSValue js_cookie_jar(JSContext* context, JSValueConst, int, JSValueConst*) {
  return make_cookie_jar(context, &user_of(context).jar);
}

JSValue js_expected_statuses(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  return make_expected_statuses(context, count, arguments);
}

JSValue js_set_response_callback(JSContext* context, JSValueConst, int count,
                                 JSValueConst* arguments) {
  if (!read_expected_statuses(context, argument(0, count, arguments), user_of(context).expected))
    return JS_EXCEPTION;
  return JS_UNDEFINED;
}

JSValue js_file_entry(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  return http_file_function()(context, self, count, arguments);
}

constexpr JSCFunctionListEntry kModule[] = {
    native_function("get", 2, js_method, 0),
    native_function("head", 2, js_method, 1),
    native_function("post", 3, js_method, 2),
    native_function("put", 3, js_method, 3),
    native_function("patch", 3, js_method, 4),
    native_function("del", 3, js_method, 5),
    native_function("options", 3, js_method, 6),
    native_function("request", 4, js_request),
    native_function("asyncRequest", 4, js_async_request),
    native_function("batch", 1, js_batch),
    native_function("url", 1, js_url),
    native_function("file", 3, js_file_entry),
    native_function("cookieJar", 0, js_cookie_jar),
    native_function("expectedStatuses", 1, js_expected_statuses),
    native_function("setResponseCallback", 1, js_set_response_callback),
    native_constant("TLS_1_0", "tls1.0"),
    native_constant("TLS_1_1", "tls1.1"),
    native_constant("TLS_1_2", "tls1.2"),
    native_constant("TLS_1_3", "tls1.3"),
    native_constant("OCSP_STATUS_GOOD", "good"),
    native_constant("OCSP_STATUS_REVOKED", "revoked"),
    native_constant("OCSP_STATUS_SERVER_FAILED", "server_failed"),
    native_constant("OCSP_STATUS_UNKNOWN", "unknown"),
    native_constant("OCSP_REASON_AA_COMPROMISE", "aa_compromise"),
    native_constant("OCSP_REASON_AFFILIATION_CHANGED", "affiliation_changed"),
    native_constant("OCSP_REASON_CA_COMPROMISE", "ca_compromise"),
    native_constant("OCSP_REASON_CERTIFICATE_HOLD", "certificate_hold"),
    native_constant("OCSP_REASON_CESSATION_OF_OPERATION", "cessation_of_operation"),
    native_constant("OCSP_REASON_KEY_COMPROMISE", "key_compromise"),
    native_constant("OCSP_REASON_PRIVILEGE_WITHDRAWN", "privilege_withdrawn"),
    native_constant("OCSP_REASON_REMOVE_FROM_CRL", "remove_from_crl"),
    native_constant("OCSP_REASON_SUPERSEDED", "superseded"),
    native_constant("OCSP_REASON_UNSPECIFIED", "unspecified"),
};

}  // namespace

JSValue send_request(JSContext* context, std::string_view method, JSValueConst url,
                     JSValueConst body, JSValueConst params) {
  UserState& user = user_of(context);
  auto call = take_call(user);
  if (!read_call(context, method, url, body, params, *call)) return JS_EXCEPTION;
  {
    const Waiting waiting(user);
    perform(user, *call);
  }
  const JSValue result = result_of(context, *call);
  give_back(user, std::move(call));
  return result;
}

void register_http_classes(JSRuntime* engine, ScriptClasses& classes) {
  classes.spare_calls = std::make_shared<SpareCalls>();
  register_response_class(engine, classes);
  register_cookie_classes(engine, classes);
  register_file_class(engine, classes);
}

JSValue make_http(JSContext* context) {
  const JSValue module = object_of(context, kModule);
  JS_DefinePropertyValueStr(context, module, "CookieJar", cookie_jar_constructor(context),
                            JS_PROP_C_W_E);
  return module;
}

}  // namespace crema::load
