#include "ws_session.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

using Kind = WebSocketSamples::Kind;

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

}  // namespace

// Calls the handlers of an event, in their order. False with an exception where one threw.
bool WsSession::tell(std::string_view event, JSValueConst argument) {
  JSContext* context = user.context;
  std::vector<Value> called;
  for (const auto& [name, handler] : handlers)
    if (name == event) called.push_back(Value::copy_of(context, handler.get()));
  for (const Value& handler : called) {
    JSValueConst given[] = {argument};
    const int count = JS_IsUndefined(argument) ? 0 : 1;
    const Value result(context, JS_Call(context, handler.get(), JS_UNDEFINED, count, given));
    if (result.threw()) return false;
  }
  return true;
}

bool WsSession::tell_error(const std::string& text, int code, std::string_view reason) {
  const Value object = error_object(user.context, text, code, reason);
  return tell("error", object.get());
}

// Sends what was put. False where a handler of the error threw.
bool WsSession::flush(HttpError error) {
  if (!error) {
    const Waiting waiting(user);
    error = socket.flush();
  }
  return !error || error.interrupted || tell_error(error.message);
}

// Once: the event of the close. False where a handler threw.
bool WsSession::tell_close(int code) {
  const Value number(user.context, JS_NewInt32(user.context, code));
  const bool fine = tell("close", number.get());
  socket.disconnect();
  return fine;
}

// Once: closes with that code. False where a handler threw.
bool WsSession::close(int code) {
  if (std::exchange(closed_, true)) return true;
  return flush(socket.put_close(static_cast<std::uint16_t>(code))) && tell_close(code);
}

// Once: it is closed already, by the server.
bool WsSession::take_close(int code, std::string_view reason) {
  if (unexpected_close(static_cast<std::uint16_t>(code)) &&
      !tell_error(close_text(static_cast<std::uint16_t>(code), reason), code, reason))
    return false;
  return std::exchange(closed_, true) || tell_close(code);
}

// Calls the timer that is due first, where one is. False where it threw.
bool WsSession::call_timer() {
  const Time now = user.links.loop->now();
  const auto first = std::ranges::min_element(timers_, {}, &Timer::due);
  if (first == timers_.end() || first->due > now) return true;
  JSContext* context = user.context;
  const Value function = Value::copy_of(context, first->function.get());
  if (first->interval > Duration(0))
    first->due = std::max(first->due + first->interval, now);
  else
    timers_.erase(first);
  return !Value(context, JS_Call(context, function.get(), JS_UNDEFINED, 0, nullptr)).threw();
}

bool WsSession::take_pong(const std::string& name) {
  const auto sent = std::ranges::find(pings_, name, &std::pair<std::string, Time>::first);
  if (sent != pings_.end()) {
    samples.add(user, Kind::ping, user.links.loop->now() - sent->second);
    pings_.erase(sent);
  }
  return tell("pong");
}

// False where a handler threw.
bool WsSession::take_message(const WebSocketMessage& message) {
  JSContext* context = user.context;
  switch (message.kind) {
    case WebSocketKind::ping:
      return tell("ping");
    case WebSocketKind::pong:
      return take_pong(message.data);
    case WebSocketKind::close:
      return take_close(message.code, message.data);
    case WebSocketKind::text:
    case WebSocketKind::binary:
      break;
  }
  samples.add(user, Kind::received, 1.0);
  const bool text = message.kind == WebSocketKind::text;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(message.data.data());
  const Value data(context, text ? new_string(context, message.data)
                                 : JS_NewArrayBufferCopy(context, bytes, message.data.size()));
  return !data.threw() && tell(text ? "message" : "binaryMessage", data.get());
}

// The connection broke. As in k6: an end without a close is one of 1006, what else went wrong ends
// the session with 1001.
bool WsSession::take_failure(WebSocket::Read how) {
  if (how == WebSocket::Read::failed) return close(kGoingAway);
  constexpr int kAbnormal = 1006;
  return take_close(kAbnormal, "unexpected EOF");
}

// Until the session is closed. False with an exception.
bool WsSession::serve() {
  if (!tell("open")) return false;
  // A timer that is always due must not keep messages out, nor messages timers.
  bool after_timer = false;
  while (!closed_) {
    const auto first = std::ranges::min_element(timers_, {}, &Timer::due);
    const Time deadline = first == timers_.end() ? kNever : first->due;
    WebSocketMessage message;
    auto read = WebSocket::Read::timeout;
    if (after_timer || deadline > user.links.loop->now()) {
      const Waiting waiting(user);
      read = socket.read(message, deadline);
    }
    if (read == WebSocket::Read::interrupted || user.links.loop->interrupted()) {
      throw_interrupted(user.context);
      return false;
    }
    after_timer = read == WebSocket::Read::timeout;
    const bool fine = read == WebSocket::Read::message   ? take_message(message)
                      : read == WebSocket::Read::timeout ? call_timer()
                                                         : take_failure(read);
    if (!fine) return false;
  }
  return true;
}

// The server hears of the end; the script only where it was its own doing.
void WsSession::end(Time begin) {
  JSContext* context = user.context;
  const bool cut_short = user.links.loop->interrupted() || user.interrupted || user.aborted;
  if (!closed_ && handshake.opened) {
    if (cut_short) {
      closed_ = true;
      socket.put_close(kGoingAway);
      socket.flush();
    } else if (JS_HasException(context)) {
      const Value thrown(context, JS_GetException(context));
      if (!close(kGoingAway)) JS_FreeValue(context, JS_GetException(context));
      JS_Throw(context, JS_DupValue(context, thrown.get()));
    }
  }
  closed_ = true;
  socket.disconnect();
  user.http->add_wire_bytes(socket.take_wire_bytes());
  // As in k6, a session that was cut short has no duration.
  if (!cut_short) samples.add(user, Kind::duration, user.links.loop->now() - begin);
  handlers.clear();
  timers_.clear();
  call.jar_object = {};
}

bool WsSession::send(WebSocketKind kind, std::string_view payload) {
  const bool fine = flush(socket.put(kind, payload));
  samples.add(user, Kind::sent, 1.0);
  return fine;
}

bool WsSession::ping() {
  const std::string name = fmt::format("{}", next_ping_++);
  HttpError error = socket.put(WebSocketKind::ping, name);
  if (!error) pings_.emplace_back(name, user.links.loop->now());
  return flush(std::move(error));
}

void WsSession::add_timer(Value function, Duration delay, bool again) {
  timers_.push_back({.due = user.links.loop->now() + delay,
                     .interval = again ? delay : Duration(0),
                     .function = std::move(function)});
}

}  // namespace crema::load
