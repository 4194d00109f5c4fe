// The response object of k6/http. Its members are made when they are first read: a script that
// looks at the status pays for the status.
#include "http_call.h"
#include "http_cookies.h"
#include "intrinsics.h"
#include "json_path.h"
#include "native.h"
#include "script_classes.h"

#include "crema/load/protocol/cookie_jar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace crema::load {

// What the object holds until it is gone.
struct ResponseData {
  HttpResponse response;
  ResponseType type = ResponseType::text;
  std::string request_body;
};

// Responses that are gone, with the memory they had: the next ones take it over.
struct SpareResponses {
  static constexpr std::size_t kMost = 256;
  static constexpr std::size_t kLargestBody = 64 * 1024;  // larger ones are given back
  std::vector<std::unique_ptr<ResponseData>> spare;

  std::unique_ptr<ResponseData> take() {
    if (spare.empty()) return std::make_unique<ResponseData>();
    auto data = std::move(spare.back());
    spare.pop_back();
    return data;
  }
  void give_back(std::unique_ptr<ResponseData> data) {
    if (spare.size() >= kMost || data->response.body.capacity() > kLargestBody) return;
    data->response.clear();
    data->request_body.clear();
    spare.push_back(std::move(data));
  }
};

namespace {

JSClassID response_class(JSContext* context) {
  return user_of(context).links.runtime->classes().response;
}

const Exchange& last(const ResponseData& data) {
  static const Exchange kNone;
  return data.response.exchanges.empty() ? kNone : data.response.exchanges.back();
}

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

void put(JSContext* context, JSValueConst object, const char* name, JSValue value) {
  JS_DefinePropertyValueStr(context, object, name, value, JS_PROP_C_W_E);
}

JSValue remote_ip(JSContext* context, const ResponseData& data) {
  const Address& remote = last(data).remote;
  return new_string(context, remote.empty() ? std::string() : remote.ip());
}

JSValue remote_port(JSContext* context, const ResponseData& data) {
  const Address& remote = last(data).remote;
  return JS_NewInt32(context, remote.empty() ? 0 : remote.port());
}

JSValue url(JSContext* context, const ResponseData& data) {
  return new_string(context, last(data).url);
}

JSValue status(JSContext* context, const ResponseData& data) {
  return JS_NewInt32(context, data.response.status);
}

JSValue status_text(JSContext* context, const ResponseData& data) {
  return new_string(context, data.response.status_text);
}

JSValue proto(JSContext* context, const ResponseData& data) {
  if (data.response.status == 0) return new_string(context, "");
  switch (last(data).protocol) {
    case 10:
      return new_string(context, "HTTP/1.0");
    case 20:
      return new_string(context, "HTTP/2.0");
    default:
      return new_string(context, "HTTP/1.1");
  }
}

JSValue headers(JSContext* context, const ResponseData& data) {
  const JSValue object = JS_NewObject(context);
  const HeaderList& list = data.response.headers;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string name(list[i].name);
    const Value before(context, JS_GetPropertyStr(context, object, name.c_str()));
    std::string value(list[i].value);
    if (JS_IsString(before.get())) value = text_of(context, before.get()) + ", " + value;
    put(context, object, name.c_str(), new_string(context, value));
  }
  return object;
}

JSValue cookie_object(JSContext* context, const Cookie& cookie) {
  const JSValue object = JS_NewObject(context);
  put(context, object, "name", new_string(context, cookie.name));
  put(context, object, "value", new_string(context, cookie.value));
  put(context, object, "domain", new_string(context, cookie.domain));
  put(context, object, "path", new_string(context, cookie.path));
  put(context, object, "http_only", JS_NewBool(context, cookie.http_only));
  put(context, object, "secure", JS_NewBool(context, cookie.secure));
  put(context, object, "max_age", JS_NewInt64(context, cookie.max_age.value_or(0)));
  const std::int64_t expires = cookie.expires
                                   ? std::chrono::duration_cast<std::chrono::milliseconds>(
                                         cookie.expires->time_since_epoch())
                                         .count()
                                   : 0;
  put(context, object, "expires", JS_NewInt64(context, expires));
  return object;
}

JSValue cookies(JSContext* context, const ResponseData& data) {
  const JSValue object = JS_NewObject(context);
  const HeaderList& list = data.response.headers;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].name != "Set-Cookie") continue;
    const auto cookie = parse_set_cookie(list[i].value);
    if (!cookie) continue;
    Value values(context, JS_GetPropertyStr(context, object, cookie->name.c_str()));
    if (!values.object()) {
      values = Value(context, JS_NewArray(context));
      put(context, object, cookie->name.c_str(), JS_DupValue(context, values.get()));
    }
    std::int64_t length = 0;
    JS_GetLength(context, values.get(), &length);
    JS_SetPropertyInt64(context, values.get(), length, cookie_object(context, *cookie));
  }
  return object;
}

bool has_no_body(int code) {
  return code == 0 || (code >= 100 && code < 200) || code == 204 || code == 304;
}

JSValue body(JSContext* context, const ResponseData& data) {
  if (data.type == ResponseType::none || has_no_body(data.response.status)) return JS_NULL;
  const std::string& bytes = data.response.body;
  if (data.type == ResponseType::binary) return new_buffer(context, bytes);
  return new_string(context, bytes);
}

JSValue timings(JSContext* context, const ResponseData& data) {
  const HttpTimings& times = last(data).timings;
  const JSValue object = JS_NewObject(context);
  const auto time = [&](const char* name, double value) {
    put(context, object, name, JS_NewFloat64(context, value));
  };
  time("duration", milliseconds(times.total()));
  time("blocked", milliseconds(times.blocked));
  time("looking_up", 0);
  time("connecting", milliseconds(times.connecting));
  time("tls_handshaking", milliseconds(times.tls_handshaking));
  time("sending", milliseconds(times.sending));
  time("waiting", milliseconds(times.waiting));
  time("receiving", milliseconds(times.receiving));
  return object;
}

JSValue tls_version(JSContext* context, const ResponseData& data) {
  return new_string(context, last(data).tls.version);
}

JSValue tls_cipher_suite(JSContext* context, const ResponseData& data) {
  return new_string(context, last(data).tls.cipher_suite);
}

JSValue ocsp(JSContext* context, const ResponseData& data) {
  const JSValue object = JS_NewObject(context);
  for (const char* name : {"produced_at", "this_update", "next_update", "revoked_at"})
    put(context, object, name, JS_NewInt32(context, 0));
  put(context, object, "revocation_reason", new_string(context, ""));
  put(context, object, "status",
      new_string(context, last(data).tls.version.empty() ? "" : "unknown"));
  return object;
}

JSValue error(JSContext* context, const ResponseData& data) {
  return new_string(context, data.response.error.message);
}

JSValue error_code(JSContext* context, const ResponseData& data) {
  const auto code = static_cast<int>(data.response.error.code);
  return JS_NewInt32(context, code != 0 ? code : last(data).error_code());
}

// "Host: a\r\nCookie: b=c" as k6 shows a request's headers: lists of values by name.
JSValue request_headers(JSContext* context, const Exchange& exchange, JSValueConst cookies_object) {
  const JSValue object = JS_NewObject(context);
  const HeaderList list = parse_request_head(exchange.head);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string name(list[i].name);
    if (name == "Host" || name == "Content-Length" || name == "Transfer-Encoding") continue;
    const JSValue values = JS_NewArray(context);
    JS_SetPropertyInt64(context, values, 0, new_string(context, list[i].value));
    put(context, object, name.c_str(), values);
    if (name != "Cookie") continue;
    std::string_view pairs = list[i].value;
    while (!pairs.empty()) {
      const auto end = std::min(pairs.find(';'), pairs.size());
      std::string_view pair = pairs.substr(0, end);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      const auto equals = std::min(pair.find('='), pair.size());
      const JSValue cookie = JS_NewObject(context);
      put(context, cookie, "name", new_string(context, pair.substr(0, equals)));
      put(context, cookie, "value",
          new_string(context, pair.substr(std::min(equals + 1, pair.size()))));
      put(context, cookie, "replace", JS_FALSE);
      const JSValue list_of_one = JS_NewArray(context);
      JS_SetPropertyInt64(context, list_of_one, 0, cookie);
      put(context, cookies_object, std::string(pair.substr(0, equals)).c_str(), list_of_one);
      pairs.remove_prefix(std::min(end + 1, pairs.size()));
    }
  }
  return object;
}

JSValue request(JSContext* context, const ResponseData& data) {
  const Exchange& exchange = last(data);
  const JSValue object = JS_NewObject(context);
  const JSValue cookies_object = JS_NewObject(context);
  put(context, object, "method", new_string(context, exchange.method));
  put(context, object, "url", new_string(context, exchange.url));
  put(context, object, "headers", request_headers(context, exchange, cookies_object));
  put(context, object, "body", new_string(context, exchange.body_sent ? data.request_body : ""));
  put(context, object, "cookies", cookies_object);
  return object;
}

struct Member {
  const char* name;
  JSValue (*make)(JSContext* context, const ResponseData& data);
};
constexpr std::array kMembers{
    Member{"remote_ip", remote_ip},
    Member{"remote_port", remote_port},
    Member{"url", url},
    Member{"status", status},
    Member{"status_text", status_text},
    Member{"proto", proto},
    Member{"headers", headers},
    Member{"cookies", cookies},
    Member{"body", body},
    Member{"timings", timings},
    Member{"tls_version", tls_version},
    Member{"tls_cipher_suite", tls_cipher_suite},
    Member{"ocsp", ocsp},
    Member{"error", error},
    Member{"error_code", error_code},
    Member{"request", request},
};

// The atoms of the members' names, made once a runtime.
std::span<const JSAtom> atoms_of(JSContext* context) {
  auto& atoms = user_of(context).links.runtime->classes().response_members;
  static_assert(std::tuple_size_v<std::remove_reference_t<decltype(atoms)>> == kMembers.size());
  if (atoms[0] == JS_ATOM_NULL)
    for (std::size_t i = 0; i < kMembers.size(); ++i)
      atoms[i] = JS_NewAtom(context, kMembers[i].name);
  return atoms;
}

// Asked only where the object has no such member of its own yet: it gets it now.
int get_member(JSContext* context, JSPropertyDescriptor* descriptor, JSValueConst self,
               JSAtom name) {
  const auto atoms = atoms_of(context);
  const auto found = std::ranges::find(atoms, name);
  if (found == atoms.end()) return 0;
  const auto* data = static_cast<const ResponseData*>(JS_GetOpaque(self, response_class(context)));
  if (data == nullptr) return 0;
  const JSValue value =
      kMembers[static_cast<std::size_t>(found - atoms.begin())].make(context, *data);
  if (JS_IsException(value)) return -1;
  if (JS_DefineProperty(context, self, name, value, JS_UNDEFINED, JS_UNDEFINED,
                        JS_PROP_C_W_E | JS_PROP_HAS_VALUE | JS_PROP_HAS_CONFIGURABLE |
                            JS_PROP_HAS_WRITABLE | JS_PROP_HAS_ENUMERABLE | JS_PROP_NO_EXOTIC) <
      0) {
    JS_FreeValue(context, value);
    return -1;
  }
  if (descriptor != nullptr)
    *descriptor = {
        .flags = JS_PROP_C_W_E, .value = value, .getter = JS_UNDEFINED, .setter = JS_UNDEFINED};
  else
    JS_FreeValue(context, value);
  return 1;
}

int member_names(JSContext* context, JSPropertyEnum** names, std::uint32_t* count, JSValueConst) {
  const auto atoms = atoms_of(context);
  *names = static_cast<JSPropertyEnum*>(js_malloc(context, sizeof(JSPropertyEnum) * atoms.size()));
  if (*names == nullptr) return -1;
  for (std::size_t i = 0; i < atoms.size(); ++i)
    (*names)[i] = {.is_enumerable = true, .atom = JS_DupAtom(context, atoms[i])};
  *count = static_cast<std::uint32_t>(atoms.size());
  return 0;
}

JSValue js_json(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto* data =
      static_cast<const ResponseData*>(JS_GetOpaque2(context, self, response_class(context)));
  if (data == nullptr) return JS_EXCEPTION;
  const bool whole = count == 0 || JS_IsUndefined(arguments[0]);
  if (data->type == ResponseType::none || has_no_body(data->response.status) ||
      data->response.body.empty())
    return JS_ThrowTypeError(context,
                             "the body is null so we can't transform it to JSON - this likely "
                             "was because of a request error getting the response");
  const std::string& text = data->response.body;
  if (!whole) {
    const auto selected = select_json(text, text_of(context, arguments[0]));
    if (!selected) return throw_diagnostic(context, selected.error());
    if (!*selected) return JS_UNDEFINED;
    return JS_ParseJSON(context, (*selected)->c_str(), (*selected)->size(), "<response>");
  }
  const JSValue value = JS_ParseJSON(context, text.c_str(), text.size(), "<response>");
  if (!JS_IsException(value)) return value;
  const Value thrown(context, JS_GetException(context));
  const std::string why = text_of(context, thrown.get());
  return JS_ThrowPlainError(context, "cannot parse json due to an error: %s", why.c_str());
}

using HtmlFunction = JSValue (*)(JSContext* context, std::string_view html,
                                 const std::string& address, int count, JSValueConst* arguments);
constexpr std::array<HtmlFunction, 3> kHtmlFunctions{select_html, submit_form, click_link};

JSValue js_html(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                int which) {
  const auto* data =
      static_cast<const ResponseData*>(JS_GetOpaque2(context, self, response_class(context)));
  if (data == nullptr) return JS_EXCEPTION;
  if (data->type == ResponseType::none || has_no_body(data->response.status))
    return JS_ThrowTypeError(context, "the body is null so we can't transform it to HTML");
  return kHtmlFunctions[static_cast<std::size_t>(which)](context, data->response.body,
                                                         last(*data).url, count, arguments);
}

constexpr JSCFunctionListEntry kMethods[] = {
    native_function("clickLink", 1, js_html, 2),
    native_function("html", 1, js_html, 0),
    native_function("json", 1, js_json),
    native_function("submitForm", 1, js_html, 1),
};

}  // namespace

void register_response_class(JSRuntime* engine, ScriptClasses& classes) {
  static JSClassExoticMethods exotic{.get_own_property = get_member,
                                     .get_own_property_names = member_names};
  static const JSClassDef kClass{
      .class_name = "Response",
      .finalizer =
          [](JSRuntime* runtime, JSValueConst value) {
            JSClassID id = 0;
            std::unique_ptr<ResponseData> data(
                static_cast<ResponseData*>(JS_GetAnyOpaque(value, &id)));
            auto& owner = *static_cast<ScriptRuntime*>(JS_GetRuntimeOpaque(runtime));
            if (data != nullptr) owner.classes().spare_responses->give_back(std::move(data));
          },
      .exotic = &exotic};
  classes.spare_responses = std::make_shared<SpareResponses>();
  JS_NewClassID(engine, &classes.response);
  JS_NewClass(engine, classes.response, &kClass);
}

JSValue make_response(JSContext* context, HttpCall& call) {
  UserState& user = user_of(context);
  ScriptClasses& classes = user.links.runtime->classes();
  if (!user.response_prototype_made) {
    JS_SetClassProto(context, classes.response, object_of(context, kMethods));
    user.response_prototype_made = true;
  }
  const JSValue object = JS_NewObjectClass(context, classes.response);
  if (JS_IsException(object)) return object;
  auto data = classes.spare_responses->take();
  std::swap(data->response, call.response);
  data->type = call.response_type;
  std::swap(data->request_body, call.body);
  JS_SetOpaque(object, data.release());
  return object;
}

}  // namespace crema::load
