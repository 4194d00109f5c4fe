// WsSession: one call of k6/ws's connect(): its connection, handlers and timers, until it ends.
#pragma once

#include "websocket_call.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

// All on the user's own fiber. What is false left an exception: a handler threw, or the user was
// interrupted. Handlers and timers live until end().
class WsSession {
 public:
  static constexpr std::uint16_t kGoingAway = 1001;

  explicit WsSession(UserState& owner) : user(owner), socket(owner.http->context()) {}

  // Tells "open", then calls handlers and timers until the session is closed.
  bool serve();
  // Always after connect(), whatever came of it: the server hears of the end, the script only where
  // that was its own doing. Keeps the pending exception.
  void end(Time begin);

  // An error on the way goes to the handlers of "error".
  bool send(WebSocketKind kind, std::string_view payload);
  bool ping();
  // Once; later calls do nothing.
  bool close(int code);
  void add_timer(Value function, Duration delay, bool again);

  UserState& user;
  WebSocket socket;
  WebSocketCall call;
  WebSocketHandshake handshake;
  WebSocketSamples samples;
  std::vector<std::pair<std::string, Value>> handlers;  // by event, in their order

 private:
  struct Timer {
    Time due{};
    Duration interval{0};  // 0: it fires once
    Value function;
  };
  bool tell(std::string_view event, JSValueConst argument = JS_UNDEFINED);
  bool tell_error(const std::string& text, int code = 0, std::string_view reason = {});
  bool tell_close(int code);
  bool flush(HttpError error);
  bool call_timer();
  bool take_message(const WebSocketMessage& message);
  bool take_pong(const std::string& name);
  bool take_close(int code, std::string_view reason);
  bool take_failure(WebSocket::Read how);

  std::vector<Timer> timers_;
  std::vector<std::pair<std::string, Time>> pings_;  // that were not answered
  std::int64_t next_ping_ = 0;
  bool closed_ = false;
};

}  // namespace crema::load
