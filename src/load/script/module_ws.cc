// The module "k6/ws": connections whose events are handled within connect(), until they end.
#include "intrinsics.h"
#include "native.h"
#include "script_classes.h"
#include "ws_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace crema::load {
namespace {

using SessionPointer = std::shared_ptr<WsSession>;

JSClassID socket_class(JSContext* context) {
  return user_of(context).links.runtime->classes().ws_socket;
}

// Null with an exception where `self` is no socket.
SessionPointer session_of(JSContext* context, JSValueConst self) {
  const auto* held =
      static_cast<SessionPointer*>(JS_GetOpaque2(context, self, socket_class(context)));
  return held == nullptr ? nullptr : *held;
}

JSValue js_on(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  if (count > 1 && JS_IsFunction(context, arguments[1]))
    session->handlers.emplace_back(text_of(context, arguments[0]),
                                   Value::copy_of(context, arguments[1]));
  return JS_UNDEFINED;
}

JSValue put(WsSession& session, WebSocketKind kind, std::string_view payload) {
  return session.send(kind, payload) ? JS_UNDEFINED : JS_EXCEPTION;
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
  return session->ping() ? JS_UNDEFINED : JS_EXCEPTION;
}

JSValue js_close(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto session = session_of(context, self);
  if (session == nullptr) return JS_EXCEPTION;
  std::int32_t code = WsSession::kGoingAway;
  if (count > 0 && !JS_IsUndefined(arguments[0]) && JS_ToInt32(context, &code, arguments[0]) < 0)
    return JS_EXCEPTION;
  return session->close(code) ? JS_UNDEFINED : JS_EXCEPTION;
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
  session->add_timer(Value::copy_of(context, arguments[0]), delay, again != 0);
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

JSValue response_object(JSContext* context, const WsSession& session) {
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
  const auto session = std::make_shared<WsSession>(user);
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
           session->serve();
  }
  session->end(begin);
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
