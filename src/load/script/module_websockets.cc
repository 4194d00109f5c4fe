// The module "k6/websockets" (and "k6/experimental/websockets"): WebSocket as browsers have it, on
// the user's event loop, and Blob.
#include "blob.h"
#include "intrinsics.h"
#include "native.h"
#include "script_classes.h"
#include "script_socket.h"

#include <algorithm>
#include <memory>

namespace crema::load {
namespace {

using SocketPointer = std::shared_ptr<ScriptSocket>;

JSClassID socket_class(JSContext* context) {
  return user_of(context).links.runtime->classes().web_socket;
}

// Null with an exception where `self` is no WebSocket.
SocketPointer socket_of(JSContext* context, JSValueConst self) {
  const auto* held =
      static_cast<SocketPointer*>(JS_GetOpaque2(context, self, socket_class(context)));
  return held == nullptr ? nullptr : *held;
}

JSValue throw_state(JSContext* context) { return JS_ThrowPlainError(context, "InvalidStateError"); }

JSValue js_send(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  if (socket->state != SocketState::open) return throw_state(context);
  const JSValueConst data = count > 0 ? arguments[0] : JS_UNDEFINED;
  if (const auto blob = blob_bytes(context, data)) {
    socket->send(WebSocketKind::binary, *blob);
  } else if (const auto bytes = bytes_of(context, data)) {
    socket->send(WebSocketKind::binary, *bytes);
  } else if (JS_IsString(data)) {
    const Text text(context, data);
    if (!text.ok()) return JS_EXCEPTION;
    socket->send(WebSocketKind::text, text.view());
  } else {
    return JS_ThrowTypeError(context,
                             "unsupported send type: write a string, an ArrayBuffer, a view of one "
                             "or a Blob");
  }
  return JS_UNDEFINED;
}

JSValue js_ping(JSContext* context, JSValueConst self, int, JSValueConst*) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  if (socket->state != SocketState::open) return throw_state(context);
  socket->ping();
  return JS_UNDEFINED;
}

JSValue js_close(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  std::int32_t code = 1000;
  if (count > 0 && !JS_IsUndefined(arguments[0])) {
    if (JS_ToInt32(context, &code, arguments[0]) < 0) return JS_EXCEPTION;
    if (code != 1000 && (code < 3000 || code > 4999))
      return JS_ThrowPlainError(context,
                                "InvalidAccessError: Failed to execute 'close' on 'WebSocket': The "
                                "close code must be either 1000, or between 3000 and 4999. %d is "
                                "neither",
                                code);
  }
  if (socket->state == SocketState::closing || socket->state == SocketState::closed)
    return JS_UNDEFINED;
  socket->close(static_cast<std::uint16_t>(code),
                count > 1 && !JS_IsUndefined(arguments[1]) ? text_of(context, arguments[1]) : "");
  return JS_UNDEFINED;
}

JSValue js_add_listener(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  if (count < 2 || !JS_IsFunction(context, arguments[1]))
    return JS_ThrowTypeError(context, "addEventListener's handler isn't a callable function");
  const auto known = std::ranges::find(kSocketEvents, name);
  if (known == kSocketEvents.end()) {
    const auto& log = user_of(context).links.log;
    if (log)
      log(LogEntry{LogLevel::warning, "can't add event handler: unknown event type: " + name, {}});
    return JS_UNDEFINED;
  }
  // Nothing happens any more to one that is closed: what it held would never be given back.
  if (socket->state == SocketState::closed) return JS_UNDEFINED;
  socket->handlers[static_cast<std::size_t>(known - kSocketEvents.begin())].listeners.push_back(
      Value::copy_of(context, arguments[1]));
  return JS_UNDEFINED;
}

JSValue get_handler(JSContext* context, JSValueConst self, int event) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  return JS_DupValue(context, socket->handlers[static_cast<std::size_t>(event)].own.get());
}

JSValue set_handler(JSContext* context, JSValueConst self, JSValueConst value, int event) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  const auto index = static_cast<std::size_t>(event);
  if (JS_IsNull(value) || JS_IsUndefined(value)) {
    socket->handlers[index].own = {};
    return JS_UNDEFINED;
  }
  if (!JS_IsFunction(context, value))
    return JS_ThrowTypeError(context, "a value for 'on%s' should be callable",
                             std::string(kSocketEvents[index]).c_str());
  if (socket->state != SocketState::closed)
    socket->handlers[index].own = Value::copy_of(context, value);
  return JS_UNDEFINED;
}

JSValue get_binary_type(JSContext* context, JSValueConst self, int) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  return new_string(context, socket->wants_blob ? "blob" : "arraybuffer");
}

JSValue set_binary_type(JSContext* context, JSValueConst self, JSValueConst value, int) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  const std::string type = text_of(context, value);
  if (type != "blob" && type != "arraybuffer")
    return JS_ThrowTypeError(
        context, "unknown binaryType %s, the supported ones are \"blob\" and \"arraybuffer\"",
        type.c_str());
  socket->wants_blob = type == "blob";
  return JS_UNDEFINED;
}

enum class Fact : std::uint8_t { url, ready_state, buffered, extensions, protocol };

JSValue get_fact(JSContext* context, JSValueConst self, int fact) {
  const auto socket = socket_of(context, self);
  if (socket == nullptr) return JS_EXCEPTION;
  switch (static_cast<Fact>(fact)) {
    case Fact::url:
      return new_string(context, socket->call.url);
    case Fact::ready_state:
      return JS_NewInt32(context, static_cast<int>(socket->state));
    case Fact::buffered:
      return JS_NewInt64(context, static_cast<std::int64_t>(socket->socket.buffered()));
    case Fact::extensions:
      return JS_NewArray(context);
    case Fact::protocol:
      return new_string(context, socket->handshake.subprotocol);
  }
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry property(
    const char* name, JSValue (*getter)(JSContext*, JSValueConst, int),
    JSValue (*setter)(JSContext*, JSValueConst, JSValueConst, int), std::int16_t magic) {
  JSCFunctionListEntry entry = native_getter(name, getter, magic);
  entry.u.getset.set.setter_magic = setter;
  return entry;
}

constexpr JSCFunctionListEntry fact(const char* name, Fact which) {
  return native_getter(name, get_fact, static_cast<std::int16_t>(which));
}

constexpr JSCFunctionListEntry handler(const char* name, SocketEvent event) {
  return property(name, get_handler, set_handler, static_cast<std::int16_t>(event));
}

constexpr JSCFunctionListEntry kMembers[] = {
    native_function("addEventListener", 2, js_add_listener),
    native_function("send", 1, js_send),
    native_function("ping", 0, js_ping),
    native_function("close", 2, js_close),
    fact("url", Fact::url),
    fact("readyState", Fact::ready_state),
    fact("bufferedAmount", Fact::buffered),
    fact("extensions", Fact::extensions),
    fact("protocol", Fact::protocol),
    property("binaryType", get_binary_type, set_binary_type, 0),
    handler("onmessage", SocketEvent::message),
    handler("onerror", SocketEvent::error),
    handler("onopen", SocketEvent::open),
    handler("onclose", SocketEvent::close),
    handler("onping", SocketEvent::ping),
    handler("onpong", SocketEvent::pong),
};

// False with an exception.
bool check_url(JSContext* context, const std::string& url) {
  const auto end = url.find("://");
  const std::string scheme = end == std::string::npos ? "" : url.substr(0, end);
  if (scheme != "ws" && scheme != "wss") {
    JS_ThrowPlainError(context, "WebSocket requires url with scheme ws or wss, but got \"%s\"",
                       scheme.c_str());
    return false;
  }
  const auto fragment = url.find('#');
  if (fragment == std::string::npos) return true;
  JS_ThrowPlainError(context, "WebSocket requires no url fragment, but got \"%s\"",
                     url.substr(fragment + 1).c_str());
  return false;
}

// One subprotocol, or an array of them.
void read_protocols(JSContext* context, JSValueConst given, WebSocketCall& call) {
  std::string list;
  if (JS_IsArray(given)) {
    each_member(context, given, [&](JSAtom, const Value& protocol) {
      list.append(list.empty() ? "" : ", ").append(text_of(context, protocol.get()));
      return true;
    });
  } else if (JS_IsString(given)) {
    list = text_of(context, given);
  }
  if (!list.empty()) call.headers.emplace_back("Sec-WebSocket-Protocol", std::move(list));
}

JSValue js_construct(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (count == 0) return JS_ThrowTypeError(context, "WebSocket requires a url");
  WebSocketCall call;
  call.url = text_of(context, arguments[0]);
  if (!check_url(context, call.url)) return JS_EXCEPTION;
  if (!read_websocket_params(context, count > 2 ? arguments[2] : JS_UNDEFINED, "WebSocket", call))
    return JS_EXCEPTION;
  if (count > 1) read_protocols(context, arguments[1], call);
  if (user.system_tags.name && !call.tags->find("name"))
    call.tags = user.links.recorder->tags().with(call.tags, "name", call.url);
  const auto socket = std::make_shared<ScriptSocket>(user);
  socket->call = std::move(call);
  Value object(context, JS_NewObjectClass(context, static_cast<int>(socket_class(context))));
  if (object.threw()) return JS_EXCEPTION;
  JS_SetOpaque(object.get(), std::make_unique<SocketPointer>(socket).release());
  socket->object = Value::copy_of(context, object.get());
  user.sockets.push_back(socket);
  socket->start();
  return object.release();
}

}  // namespace

void register_websocket_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kSocket{.class_name = "WebSocket",
                                  .finalizer = [](JSRuntime*, JSValueConst value) {
                                    JSClassID id = 0;
                                    const std::unique_ptr<SocketPointer> held(
                                        static_cast<SocketPointer*>(JS_GetAnyOpaque(value, &id)));
                                  }};
  JS_NewClassID(engine, &classes.web_socket);
  JS_NewClass(engine, classes.web_socket, &kSocket);
}

JSValue make_websockets(JSContext* context) {
  // Binary messages are buffers, whether the script names their type or not.
  need_intrinsics(context, static_cast<std::uint8_t>(Intrinsic::typed_arrays));
  const JSValue constructor =
      JS_NewCFunction2(context, js_construct, "WebSocket", 3, JS_CFUNC_constructor, 0);
  const JSValue prototype = object_of(context, kMembers);
  JS_SetConstructor(context, constructor, prototype);
  JS_SetClassProto(context, socket_class(context), prototype);
  const JSValue module = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, module, "Blob", blob_constructor(context), JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, module, "WebSocket", constructor, JS_PROP_C_W_E);
  return module;
}

}  // namespace crema::load
