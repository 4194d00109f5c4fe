// ScriptSocket: one WebSocket of k6/websockets: a fiber of its own reads, events go to the user's.
#pragma once

#include "websocket_call.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace crema::load {

enum class SocketEvent : std::uint8_t { open, message, error, close, ping, pong };
inline constexpr std::array<std::string_view, 6> kSocketEvents{"open",  "message", "error",
                                                               "close", "ping",    "pong"};
// readyState.
enum class SocketState : std::uint8_t { connecting, open, closing, closed };

// Handlers and `object` are held from the constructor until the close was told; the object holds
// this in turn.
struct ScriptSocket : std::enable_shared_from_this<ScriptSocket> {
  explicit ScriptSocket(UserState& owner) : user(owner), socket(owner.http->context()) {}

  // Connects and reads on a fiber of its own; the user's call does not end before that has.
  void start();
  // Puts a message behind what waits to be sent; another fiber writes it.
  void send(WebSocketKind kind, std::string_view payload);
  void ping();
  void close(std::uint16_t code, std::string_view reason);

  UserState& user;
  WebSocket socket;
  WebSocketCall call;
  WebSocketHandshake handshake;
  WebSocketSamples samples;
  Value object;
  SocketState state = SocketState::connecting;
  bool wants_blob = true;
  struct Handlers {
    Value own;  // onopen and the like
    std::vector<Value> listeners;
  };
  std::array<Handlers, kSocketEvents.size()> handlers;

 private:
  struct Arrival;
  void run();
  WebSocket::Read read_all();
  bool wait_for_room();
  void take(const WebSocketMessage& message);
  void flush();
  void end(WebSocket::Read how);
  // Tells the user's fiber. `last` ends what the constructor has begun.
  void post(std::shared_ptr<Arrival> arrival, bool last);
  bool deliver(Arrival& arrival);
  bool deliver_open();
  bool deliver_end(const Arrival& arrival);
  bool tell(SocketEvent event, std::vector<std::pair<const char*, Value>> members = {});
  Value text_value(std::string_view text) const;

  Fiber reader_;
  bool reader_waits_ = false;
  bool writing_ = false;
  std::size_t undelivered_ = 0;
  Time begin_{};
  std::vector<std::pair<std::string, Time>> pings_;  // that were not answered
  std::int64_t next_ping_ = 0;
  std::uint16_t close_code_ = 1000;  // of close(), where that came before there was a connection
  std::string close_reason_;
};

// Gives back what a socket holds of its script: after its close.
void drop_socket(UserState& user, ScriptSocket& socket);

}  // namespace crema::load
