#include "websocket_call.h"

#include "http_cookies.h"

#include "crema/load/protocol/header_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

struct CodeName {
  std::uint16_t code;
  std::string_view name;
};

// RFC 6455, 7.4.1 and 11.7.
constexpr CodeName kCodes[] = {
    {1000, "normal"},
    {1001, "going away"},
    {1002, "protocol error"},
    {1003, "unsupported data"},
    {1005, "no status"},
    {1006, "abnormal closure"},
    {1007, "invalid payload data"},
    {1008, "policy violation"},
    {1009, "message too big"},
    {1010, "mandatory extension missing"},
    {1011, "internal server error"},
    {1015, "TLS handshake error"},
};

const Metric* metric_of(const Builtins& builtins, WebSocketSamples::Kind kind) {
  switch (kind) {
    case WebSocketSamples::Kind::sessions:
      return builtins.ws_sessions;
    case WebSocketSamples::Kind::connecting:
      return builtins.ws_connecting;
    case WebSocketSamples::Kind::sent:
      return builtins.ws_msgs_sent;
    case WebSocketSamples::Kind::received:
      return builtins.ws_msgs_received;
    case WebSocketSamples::Kind::ping:
      return builtins.ws_ping;
    case WebSocketSamples::Kind::duration:
      return builtins.ws_session_duration;
  }
  return nullptr;
}

bool read_headers(JSContext* context, const Value& headers, WebSocketCall& call) {
  if (!headers.object()) return true;
  return each_member(context, headers.get(), [&](JSAtom name, const Value& value) {
    const Text text(context, value.get());
    if (!text.ok()) return false;
    std::string key = text_of_atom(context, name);
    if (!valid_header_name(key) || !valid_header_value(text.view())) {
      JS_ThrowTypeError(context, "invalid header \"%s\"", key.c_str());
      return false;
    }
    call.headers.emplace_back(canonical_header_name(key), text.string());
    return true;
  });
}

bool read_tags(JSContext* context, const Value& tags, const char* function, WebSocketCall& call) {
  if (!tags.object()) return true;
  TagStore& store = user_of(context).links.recorder->tags();
  return each_member(context, tags.get(), [&](JSAtom name, const Value& value) {
    const std::string key = text_of_atom(context, name);
    if (!JS_IsString(value.get()) && !JS_IsNumber(value.get()) && !JS_IsBool(value.get())) {
      JS_ThrowTypeError(context,
                        "invalid %s metric tags: invalid value for metric tag '%s': only String, "
                        "Boolean and Number types are accepted as a metric tag values",
                        function, key.c_str());
      return false;
    }
    call.tags = store.with(call.tags, key, text_of(context, value.get()));
    return true;
  });
}

}  // namespace

WebSocketRequest WebSocketCall::request() {
  fields.clear();
  for (const auto& [name, value] : headers) fields.push_back({name, value});
  return {.url = url, .headers = fields, .jar = jar, .compress = compress};
}

bool read_websocket_params(JSContext* context, JSValueConst given, const char* function,
                           WebSocketCall& call) {
  UserState& user = user_of(context);
  if (user.in_init || user.http == nullptr) {
    JS_ThrowPlainError(context, "using websockets in the init context is not supported");
    return false;
  }
  call.tags = user.tags_now();
  call.jar = &user.jar;
  if (!JS_IsObject(given)) return true;
  const Value params = Value::copy_of(context, given);
  if (!read_headers(context, params.member("headers"), call)) return false;
  if (!read_tags(context, params.member("tags"), function, call)) return false;
  if (Value jar = params.member("jar"); jar.given()) {
    call.jar = cookie_jar_of(context, jar.get());
    call.jar_object = std::move(jar);
  }
  const Value compression = params.member("compression");
  if (!compression.given()) return true;
  const std::string algorithm = text_of(context, compression.get());
  call.compress = algorithm == "deflate";
  if (call.compress || algorithm.empty()) return true;
  JS_ThrowTypeError(context,
                    "unsupported compression algorithm '%s', supported algorithm is 'deflate'",
                    algorithm.c_str());
  return false;
}

void WebSocketSamples::begin(UserState& user, const WebSocketCall& call,
                             const WebSocketHandshake& handshake) {
  TagStore& store = user.links.recorder->tags();
  const SystemTags& on = user.system_tags;
  tags_ = call.tags;
  const auto put = [&](bool wanted, std::string_view name, std::string_view value) {
    if (wanted) tags_ = store.with(tags_, name, value);
  };
  put(on.url, "url", call.url);
  if (handshake.status != 0) {
    put(on.status, "status", fmt::format("{}", handshake.status));
    put(on.subproto, "subproto", handshake.subprotocol);
  }
  if (on.ip && !handshake.remote.empty()) put(true, "ip", handshake.remote.ip());
  add(user, Kind::sessions, 1);
  add(user, Kind::connecting, handshake.connecting);
}

void WebSocketSamples::add(UserState& user, Kind kind, double value) {
  if (tags_ == nullptr) return;
  Recorder& recorder = *user.links.recorder;
  Series*& series = series_[static_cast<std::size_t>(kind)];
  if (series == nullptr) series = recorder.series(*metric_of(*user.links.builtins, kind), tags_);
  recorder.add(series, value, user.wall(), user.metadata);
}

void WebSocketSamples::add(UserState& user, Kind kind, Duration duration) {
  add(user, kind, std::chrono::duration<double, std::milli>(duration).count());
}

std::string close_text(std::uint16_t code, std::string_view reason) {
  std::string text = fmt::format("websocket: close {}", code);
  const auto* const named = std::ranges::find(kCodes, code, &CodeName::code);
  if (named != std::end(kCodes)) text += fmt::format(" ({})", named->name);
  if (!reason.empty()) text.append(": ").append(reason);
  return text;
}

bool unexpected_close(std::uint16_t code) { return code != 1000 && code != 1001; }

}  // namespace crema::load
