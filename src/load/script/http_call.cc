#include "http_call.h"

#include "http_cookies.h"
#include "http_samples.h"

#include "crema/load/protocol/header_list.h"
#include "crema/load/schedule/duration.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

bool read_text(JSContext* context, const Value& value, std::string& text) {
  const Text read(context, value.get());
  if (!read.ok()) return false;
  text = read.view();
  return true;
}

bool read_headers(JSContext* context, const Value& headers, HttpCall& call) {
  if (!headers.object()) return true;
  return each_member(context, headers.get(), [&](JSAtom name, const Value& value) {
    std::string text;
    if (!read_text(context, value, text)) return false;
    std::string key = text_of_atom(context, name);
    if (!valid_header_name(key) || !valid_header_value(text)) {
      JS_ThrowTypeError(context, "invalid header \"%s\"", key.c_str());
      return false;
    }
    key = canonical_header_name(key);
    std::erase_if(call.headers, [&](const auto& header) { return header.first == key; });
    call.headers.emplace_back(std::move(key), std::move(text));
    return true;
  });
}

bool read_cookies(JSContext* context, const Value& cookies, HttpCall& call) {
  if (!cookies.object()) return true;
  return each_member(context, cookies.get(), [&](JSAtom name, const Value& value) {
    HttpCall::OwnCookie cookie{.name = text_of_atom(context, name)};
    if (value.object()) {
      const Value replace = value.member("replace");
      cookie.replace = JS_ToBool(context, replace.get()) == 1;
      if (!read_text(context, value.member("value"), cookie.value)) return false;
    } else if (!read_text(context, value, cookie.value)) {
      return false;
    }
    call.own_cookies.push_back(std::move(cookie));
    return true;
  });
}

bool read_tags(JSContext* context, const Value& tags, HttpCall& call) {
  if (!tags.object()) return true;
  TagStore& store = user_of(context).links.recorder->tags();
  return each_member(context, tags.get(), [&](JSAtom name, const Value& value) {
    std::string text;
    if (!read_text(context, value, text)) return false;
    const std::string key = text_of_atom(context, name);
    if (key == "name") call.name = text;
    call.tags = store.with(call.tags, key, text);
    return true;
  });
}

bool read_timeout(JSContext* context, const Value& timeout, HttpCall& call) {
  if (!timeout.given()) return true;
  if (JS_IsNumber(timeout.get())) {
    double milliseconds = 0;
    JS_ToFloat64(context, &milliseconds, timeout.get());
    call.timeout = Duration(static_cast<std::int64_t>(milliseconds * 1e6));
    return true;
  }
  const auto duration = parse_duration(text_of(context, timeout.get()));
  if (!duration) {
    JS_ThrowTypeError(context, "invalid timeout value: %s", duration.error().message.c_str());
    return false;
  }
  call.timeout = *duration;
  return true;
}

bool read_response_type(JSContext* context, const Value& type, HttpCall& call) {
  if (!type.given()) return true;
  const std::string name = text_of(context, type.get());
  if (name == "text" || name.empty()) {
    call.response_type = ResponseType::text;
  } else if (name == "binary") {
    call.response_type = ResponseType::binary;
  } else if (name == "none") {
    call.response_type = ResponseType::none;
  } else {
    JS_ThrowTypeError(context,
                      "%s does not belong to ResponseType values, use `text`, `binary` or `none`",
                      name.c_str());
    return false;
  }
  return true;
}

bool read_auth(JSContext* context, const Value& auth, HttpCall& call) {
  if (!auth.given()) return true;
  const std::string name = text_of(context, auth.get());
  if (name == "digest") {
    call.authentication = Authentication::digest;
  } else if (name == "ntlm") {
    JS_ThrowPlainError(context, "not supported: auth \"ntlm\"; use \"basic\" or \"digest\"");
    return false;
  }
  return true;
}

bool read_params(JSContext* context, JSValueConst given, HttpCall& call) {
  if (!JS_IsObject(given)) return true;
  const Value params = Value::copy_of(context, given);
  if (!read_headers(context, params.member("headers"), call)) return false;
  if (!read_cookies(context, params.member("cookies"), call)) return false;
  if (!read_tags(context, params.member("tags"), call)) return false;
  if (!read_timeout(context, params.member("timeout"), call)) return false;
  if (!read_response_type(context, params.member("responseType"), call)) return false;
  if (!read_auth(context, params.member("auth"), call)) return false;
  if (const Value redirects = params.member("redirects"); redirects.given()) {
    std::int32_t count = 0;
    JS_ToInt32(context, &count, redirects.get());
    call.max_redirects = count;
    call.redirects_given = true;
  }
  if (const Value throws = params.member("throw"); throws.given())
    call.throws = JS_ToBool(context, throws.get()) == 1;
  if (Value jar = params.member("jar"); jar.given()) {
    call.jar = cookie_jar_of(context, jar.get());
    call.jar_object = std::move(jar);
  }
  if (const Value callback = params.member("responseCallback"); !callback.undefined())
    if (!read_expected_statuses(context, callback.get(), call.expected)) return false;
  if (const Value compression = params.member("compression"); compression.given())
    return compress_body(context, text_of(context, compression.get()), call);
  return true;
}

bool read_url(JSContext* context, JSValueConst url, HttpCall& call) {
  if (JS_IsObject(url)) {
    const Value object = Value::copy_of(context, url);
    const Value address = object.member("url");
    if (JS_IsString(address.get())) {
      call.name = text_of(context, object.member("name").get());
      call.url = text_of(context, address.get());
      return true;
    }
  }
  const Text text(context, url);
  if (!text.ok()) return false;
  call.url = text.view();
  return true;
}

}  // namespace

bool ExpectedStatuses::expects(int status) const {
  return std::ranges::any_of(
      ranges, [&](const Range& range) { return status >= range.min && status <= range.max; });
}

void HttpCall::clear() {
  method.clear();
  url.clear();
  name.clear();
  headers.clear();
  body.clear();
  has_body = false;
  own_cookies.clear();
  jar_object = {};
  response.clear();
}

HttpRequest HttpCall::request() {
  fields.clear();
  for (const auto& [name_text, value] : headers) fields.push_back({name_text, value});
  cookies.clear();
  for (const auto& cookie : own_cookies)
    cookies.push_back({cookie.name, cookie.value, cookie.replace});
  return HttpRequest{
      .method = method,
      .url = url,
      .headers = fields,
      .body = has_body ? std::string_view(body) : std::string_view(),
      .timeout = timeout,
      .max_redirects = max_redirects,
      .jar = jar,
      .cookies = cookies,
      .authentication = authentication,
      .discard_body = response_type == ResponseType::none,
  };
}

bool read_call(JSContext* context, std::string_view method, JSValueConst url, JSValueConst body,
               JSValueConst params, HttpCall& call) {
  UserState& user = user_of(context);
  const UserSettings& settings = *user.links.settings;
  if (user.in_init || user.http == nullptr) {
    JS_ThrowPlainError(context, "Making http requests in the init context is not supported");
    return false;
  }
  call.clear();
  call.method = method;
  call.tags = user.tags_now();
  call.timeout = std::chrono::seconds(60);
  call.max_redirects = static_cast<int>(settings.max_redirects);
  call.redirects_given = false;
  call.jar = &user.jar;
  call.authentication = Authentication::basic;
  call.throws = settings.throw_errors;
  call.response_type = settings.discard_response_bodies ? ResponseType::none : ResponseType::text;
  call.expected = user.expected;
  return read_url(context, url, call) && read_body(context, body, call) &&
         read_params(context, params, call);
}

void perform(UserState& user, HttpCall& call) {
  user.http->send(call.request(), call.response);
  for (const Exchange& exchange : call.response.exchanges) record_exchange(user, call, exchange);
}

JSValue result_of(JSContext* context, HttpCall& call) {
  UserState& user = user_of(context);
  const HttpError& error = call.response.error;
  if (error.interrupted) return throw_interrupted(context);
  if (call.response.stopped_redirecting && !call.redirects_given && user.links.log)
    user.links.log(LogEntry{
        LogLevel::warning,
        fmt::format(
            "Stopped after {} redirects and returned the redirection; pass {{ redirects: n }} "
            "in request params or set global maxRedirects to silence this",
            call.max_redirects),
        {{"url", call.url}}});
  if (!error) return make_response(context, call);
  if (call.throws) return JS_ThrowPlainError(context, "%s", error.message.c_str());
  if (user.links.log)
    user.links.log(LogEntry{LogLevel::warning, "Request Failed", {{"error", error.message}}});
  return make_response(context, call);
}

}  // namespace crema::load
