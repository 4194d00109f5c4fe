// The module "k6/ws": connections whose events are handled within connect(), until they end.
#include "intrinsics.h"
#include "native.h"
#include "script_classes.h"
#include "websocket_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace crema::load {
namespace {

using Kind = WebSocketSamples::Kind;

constexpr std::uint16_t kGoingAway = 1001;

// One call of connect(), and what its socket object reaches. Handlers live as long as that call.
struct Session {
  explicit Session(UserState& owner) : user(owner), socket(owner.http->context()) {}

  struct Timer {
    std::int64_t number = 0;
    Time due{};
    Duration interval{0};  // 0: it fires once
    Value function;
  };

  UserState& user;
  WebSocket socket;
  WebSocketCall call;
  WebSocketHandshake handshake;
  WebSocketSamples samples;
  std::vector<std::pair<std::string, Value>> handlers;
  std::vector<Timer> timers;
  std::int64_t next_timer = 1;
  std::vector<std::pair<std::string, Time>> pings;  // that were not answered
  std::int64_t next_ping = 0;
  bool closed = false;
};
using SessionPointer = std::shared_ptr<Session>;

JSClassID socket_class(JSContext* context) {
  return user_of(context).links.runtime->classes().ws_socket;
}

// Null with an exception where `self` is no socket.
SessionPointer session_of(JSContext* context, JSValueConst self) {
  const auto* held =
      static_cast<SessionPointer*>(JS_GetOpaque2(context, self, socket_class(context)));
  return held == nullptr ? nullptr : *held;
}

// Calls the handlers of an event, in their order. False with an exception where one threw.
bool tell(Session& session, std::string_view event, JSValueConst argument = JS_UNDEFINED) {
  JSContext* context = session.user.context;
  std::vector<Value> called;
  for (const auto& [name, handler] : session.handlers)
    if (name == event) called.push_back(Value::copy_of(context, handler.get()));
  for (const Value& handler : called) {
    JSValueConst given[] = {argument};
    const int count = JS_IsUndefined(argument) ? 0 : 1;
    const Value result(context, JS_Call(context, handler.get(), JS_UNDEFINED, count, given));
    if (result.threw()) return false;
  }
  return true;
}

// What an error handler is given: error() and String() of it are its text.
Value error_object(JSContext* context, const std::string& text, int code, std::string_view reason) {
  Value object(context, JS_NewError(context));
  const Value words(context, new_string(context, text));
  const auto put = [&](const char* name, JSValue value, int flags) {
    JS_DefinePropertyValueStr(context, object.get(), name, value, flags);
  };
  constexpr int kHidden = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
  put("name", new_string(context, ""), kHidden);
  put("message", JS_DupValue(context, words.get()), kHidden);
  if (code != 0) {
    put("code", JS_NewInt32(context, code), JS_PROP_C_W_E);
    put("text", new_string(context, reason), JS_PROP_C_W_E);
  }
  JSValueConst data[] = {words.get()};
  put("error",
      JS_NewCFunctionData2(
          context,
          [](JSContext* inside, JSValueConst, int, JSValueConst*, int, JSValueConst* bound) {
            return JS_DupValue(inside, bound[0]);
          },
          "error", 0, 0, 1, data),
      JS_PROP_C_W_E);
  return object;
}

bool tell_error(Session& session, const std::string& text, int code = 0,
                std::string_view reason = {}) {
  const Value object = error_object(session.user.context, text, code, reason);
  return tell(session, "error", object.get());
}

// Sends what was put. False where a handler of the error threw.
bool flush(Session& session, HttpError error) {
  if (!error) {
    const Waiting waiting(session.user);
    error = session.socket.flush();
  }
  return !error || error.interrupted || tell_error(session, error.message);
}

// Once: the event of the close. False where a handler threw.
bool tell_close(Session& session, int code) {
  const Value number(session.user.context, JS_NewInt32(session.user.context, code));
  const bool fine = tell(session, "close", number.get());
  session.socket.disconnect();
  return fine;
}

// Once: closes with that code. False where a handler threw.
bool close_session(Session& session, int code) {
  if (std::exchange(session.closed, true)) return true;
  return flush(session, session.socket.put_close(static_cast<std::uint16_t>(code))) &&
         tell_close(session, code);
}

// Once: it is closed already, by the server.
bool take_close(Session& session, int code, std::string_view reason) {
  if (unexpected_close(static_cast<std::uint16_t>(code)) &&
      !tell_error(session, close_text(static_cast<std::uint16_t>(code), reason), code, reason))
    return false;
  return std::exchange(session.closed, true) || tell_close(session, code);
}

JSValue js_on(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  if (count > 1 && JS_IsFunction(context, arguments[1]))
    session->handlers.emplace_back(text_of(context, arguments[0]),
                                   Value::copy_of(context, arguments[1]));
  return JS_UNDEFINED;
}

JSValue put(Session& session, WebSocketKind kind, std::string_view payload) {
  const bool fine = flush(session, session.socket.put(kind, payload));
  session.samples.add(session.user, Kind::sent, 1.0);
  return fine ? JS_UNDEFINED : JS_EXCEPTION;
}

JSValue js_send(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  if (count == 0 || JS_IsUndefined(arguments[0]) || JS_IsNull(arguments[0]))
    return put(*session, WebSocketKind::text, "");
  const Text text(context, arguments[0]);
  return text.ok() ? put(*session, WebSocketKind::text, text.view()) : JS_EXCEPTION;
}

JSValue js_send_binary(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  if (count == 0 || JS_IsUndefined(arguments[0]))
    return JS_ThrowTypeError(context, "missing argument, expected ArrayBuffer");
  if (!JS_IsArrayBuffer(arguments[0])) {
    const Value given = Value::copy_of(context, arguments[0]);
    const Value constructor =
        given.object() ? given.member("constructor") : Value(context, JS_UNDEFINED);
    const std::string type = constructor.object()
                                 ? text_of(context, constructor.member("name").get())
                                 : std::string(JS_IsString(given.get()) ? "String" : "Number");
    return JS_ThrowTypeError(context, "expected ArrayBuffer as argument, received: %s",
                             type.c_str());
  }
  return put(*session, WebSocketKind::binary, *bytes_of(context, arguments[0]));
}

JSValue js_ping(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  const std::string name = fmt::format("{}", session->next_ping++);
  HttpError error = session->socket.put(WebSocketKind::ping, name);
  if (!error) session->pings.emplace_back(name, session->user.links.loop->now());
  return flush(*session, std::move(error)) ? JS_UNDEFINED : JS_EXCEPTION;
}

JSValue js_close(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  std::int32_t code = kGoingAway;
  if (count > 0 && !JS_IsUndefined(arguments[0]) && JS_ToInt32(context, &code, arguments[0]) < 0)
    return JS_EXCEPTION;
  return close_session(*session, code) ? JS_UNDEFINED : JS_EXCEPTION;
}

JSValue js_timer(JSContext* context, JSValueConst self, int count, JSValueConst* arguments,
                 int again) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  const char* name = again != 0 ? "setInterval" : "setTimeout";
  double milliseconds = 0;
  if (count > 1 && JS_ToFloat64(context, &milliseconds, arguments[1]) < 0) return JS_EXCEPTION;
  if (count == 0 || !JS_IsFunction(context, arguments[0]))
    return JS_ThrowTypeError(context, "%s's callback isn't a callable function", name);
  if (!(milliseconds > 0))
    return JS_ThrowPlainError(context, "%s requires a >0 timeout parameter, received %.2f", name,
                              milliseconds);
  const Duration delay(static_cast<std::int64_t>(std::min(milliseconds, 9e12) * 1e6));
  session->timers.push_back({.number = session->next_timer++,
                             .due = session->user.links.loop->now() + delay,
                             .interval = again != 0 ? delay : Duration(0),
                             .function = Value::copy_of(context, arguments[0])});
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kMethods[] = {
    native_function("close", 1, js_close),
    native_function("on", 2, js_on),
    native_function("ping", 0, js_ping),
    native_function("send", 1, js_send),
    native_function("sendBinary", 1, js_send_binary),
    native_function("setInterval", 2, js_timer, 1),
    native_function("setTimeout", 2, js_timer, 0),
};

Value socket_object(JSContext* context, const SessionPointer& session) {
  Value object(context, JS_NewObjectClass(context, static_cast<int>(socket_class(context))));
  JS_SetOpaque(object.get(), std::make_unique<SessionPointer>(session).release());
  JS_SetPropertyFunctionList(context, object.get(), kMethods, std::size(kMethods));
  return object;
}

// Calls the timer that is due first, where one is. False where it threw.
bool call_timer(Session& session) {
  const Time now = session.user.links.loop->now();
  const auto first = std::ranges::min_element(session.timers, {}, &Session::Timer::due);
  if (first == session.timers.end() || first->due > now) return true;
  JSContext* context = session.user.context;
  const Value function = Value::copy_of(context, first->function.get());
  if (first->interval > Duration(0))
    first->due = std::max(first->due + first->interval, now);
  else
    session.timers.erase(first);
  return !Value(context, JS_Call(context, function.get(), JS_UNDEFINED, 0, nullptr)).threw();
}

bool take_pong(Session& session, const std::string& name) {
  const auto sent = std::ranges::find(session.pings, name, &std::pair<std::string, Time>::first);
  if (sent != session.pings.end()) {
    session.samples.add(session.user, Kind::ping, session.user.links.loop->now() - sent->second);
    session.pings.erase(sent);
  }
  return tell(session, "pong");
}

// False where a handler threw.
bool take_message(Session& session, const WebSocketMessage& message) {
  JSContext* context = session.user.context;
  switch (message.kind) {
    case WebSocketKind::ping:
      return tell(session, "ping");
    case WebSocketKind::pong:
      return take_pong(session, message.data);
    case WebSocketKind::close:
      return take_close(session, message.code, message.data);
    case WebSocketKind::text:
    case WebSocketKind::binary:
      break;
  }
  session.samples.add(session.user, Kind::received, 1.0);
  const bool text = message.kind == WebSocketKind::text;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(message.data.data());
  const Value data(context, text ? new_string(context, message.data)
                                 : JS_NewArrayBufferCopy(context, bytes, message.data.size()));
  return !data.threw() && tell(session, text ? "message" : "binaryMessage", data.get());
}

// The connection broke. As in k6: an end without a close is one of 1006, what else went wrong ends
// the session with 1001.
bool take_failure(Session& session, WebSocket::Read how) {
  if (how == WebSocket::Read::failed) return close_session(session, kGoingAway);
  constexpr int kAbnormal = 1006;
  return take_close(session, kAbnormal, "unexpected EOF");
}

// Until the session is closed. False with an exception.
bool serve(Session& session) {
  // A timer that is always due must not keep messages out, nor messages timers.
  bool after_timer = false;
  while (!session.closed) {
    const auto first = std::ranges::min_element(session.timers, {}, &Session::Timer::due);
    const Time deadline = first == session.timers.end() ? kNever : first->due;
    WebSocketMessage message;
    auto read = WebSocket::Read::timeout;
    if (after_timer || deadline > session.user.links.loop->now()) {
      const Waiting waiting(session.user);
      read = session.socket.read(message, deadline);
    }
    if (read == WebSocket::Read::interrupted || session.user.links.loop->interrupted()) {
      throw_interrupted(session.user.context);
      return false;
    }
    after_timer = read == WebSocket::Read::timeout;
    const bool fine = read == WebSocket::Read::message   ? take_message(session, message)
                      : read == WebSocket::Read::timeout ? call_timer(session)
                                                         : take_failure(session, read);
    if (!fine) return false;
  }
  return true;
}

// The server hears of the end; the script only where it was its own doing.
void end_session(Session& session, Time begin) {
  JSContext* context = session.user.context;
  if (!session.closed && session.handshake.opened) {
    if (session.user.links.loop->interrupted()) {
      session.closed = true;
      session.socket.put_close(kGoingAway);
      session.socket.flush();
    } else if (JS_HasException(context)) {
      const Value thrown(context, JS_GetException(context));
      if (!close_session(session, kGoingAway)) JS_FreeValue(context, JS_GetException(context));
      JS_Throw(context, JS_DupValue(context, thrown.get()));
    }
  }
  session.closed = true;
  session.socket.disconnect();
  session.user.http->add_wire_bytes(session.socket.take_wire_bytes());
  session.samples.add(session.user, Kind::duration, session.user.links.loop->now() - begin);
  session.handlers.clear();
  session.timers.clear();
  session.call.jar_object = {};
}

JSValue response_object(JSContext* context, const Session& session) {
  const WebSocketHandshake& handshake = session.handshake;
  const JSValue object = JS_NewObject(context);
  const auto put = [&](const char* name, JSValue value) {
    JS_DefinePropertyValueStr(context, object, name, value, JS_PROP_C_W_E);
  };
  const JSValue headers = JS_NewObject(context);
  for (std::size_t i = 0; i < handshake.headers.size(); ++i) {
    const std::string name(handshake.headers[i].name);
    std::string value(handshake.headers[i].value);
    const Value before(context, JS_GetPropertyStr(context, headers, name.c_str()));
    if (!before.undefined()) value = text_of(context, before.get()) + ", " + value;
    JS_DefinePropertyValueStr(context, headers, name.c_str(), new_string(context, value),
                              JS_PROP_C_W_E);
  }
  put("url", new_string(context, handshake.opened ? session.call.url : ""));
  put("status", JS_NewInt32(context, handshake.status));
  put("headers", headers);
  put("body", new_string(context, handshake.body));
  put("error", new_string(context, handshake.error.message));
  return object;
}

JSValue js_connect(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (count < 2) return JS_ThrowTypeError(context, "invalid number of arguments to ws.connect");
  const JSValueConst function = arguments[count > 2 ? 2 : 1];
  if (!JS_IsFunction(context, function))
    return JS_ThrowTypeError(context, "last argument to ws.connect must be a function");
  WebSocketCall call;
  call.url = text_of(context, arguments[0]);
  if (!read_websocket_params(context, count > 2 ? arguments[1] : JS_UNDEFINED, "ws.connect()",
                             call))
    return JS_EXCEPTION;
  const auto session = std::make_shared<Session>(user);
  session->call = std::move(call);
  const Time begin = user.links.loop->now();
  {
    const Waiting waiting(user);
    session->socket.connect(session->call.request(), session->handshake);
  }
  session->samples.begin(user, session->call, session->handshake);
  bool fine = true;
  if (session->handshake.error.interrupted) {
    throw_interrupted(context);
    fine = false;
  } else if (session->handshake.opened) {
    const Value object = socket_object(context, session);
    JSValueConst given[] = {object.get()};
    fine = !Value(context, JS_Call(context, function, JS_UNDEFINED, 1, given)).threw() &&
           tell(*session, "open") && serve(*session);
  }
  end_session(*session, begin);
  if (!fine) return JS_EXCEPTION;
  if (session->handshake.error && user.links.settings->throw_errors)
    return JS_ThrowPlainError(context, "%s", session->handshake.error.message.c_str());
  return response_object(context, *session);
}

constexpr JSCFunctionListEntry kModule[] = {native_function("connect", 3, js_connect)};

}  // namespace

void register_ws_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kSocket{.class_name = "Socket",
                                  .finalizer = [](JSRuntime*, JSValueConst value) {
                                    JSClassID id = 0;
                                    const std::unique_ptr<SessionPointer> held(
                                        static_cast<SessionPointer*>(JS_GetAnyOpaque(value, &id)));
                                  }};
  JS_NewClassID(engine, &classes.ws_socket);
  JS_NewClass(engine, classes.ws_socket, &kSocket);
}

JSValue make_ws(JSContext* context) {
  // Binary messages are buffers, whether the script names their type or not.
  need_intrinsics(context, static_cast<std::uint8_t>(Intrinsic::typed_arrays));
  return object_of(context, kModule);
}

}  // namespace crema::load
