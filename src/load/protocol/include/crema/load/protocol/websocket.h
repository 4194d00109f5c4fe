// WebSocket: one connection of a virtual user that speaks RFC 6455: handshake, messages, close.
#pragma once

#include "crema/load/protocol/http_client.h"
#include "crema/load/protocol/websocket_frame.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace crema::load {

// Views: what they show must live until connect() returns.
struct WebSocketRequest {
  std::string_view url;  // "ws://" or "wss://", without user and fragment
  std::span<const HeaderField> headers;
  Duration timeout = std::chrono::seconds(60);  // of the handshake
  CookieJar* jar = nullptr;                     // null sends and keeps none
  bool compress = false;                        // offer permessage-deflate
};

// What came of connect(): also where a server answered with another status than 101.
struct WebSocketHandshake {
  bool opened = false;
  int status = 0;  // 0 where there is no response
  HeaderList headers;
  std::string body;  // of a response that refuses; its first 1,024 bytes
  std::string subprotocol;
  HttpError error;  // of transport, or of the address; a refusal is none
  Duration connecting{0};
  Address remote;
};

class ResponseParser;

// For fibers of the context's loop: one may read while others send.
class WebSocket {
 public:
  explicit WebSocket(HttpContext& context);
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // Once.
  void connect(const WebSocketRequest& request, WebSocketHandshake& handshake);

  enum class Read : std::uint8_t {
    message,      // a ping was answered, a close too
    timeout,      // the deadline passed
    interrupted,  // the fiber was
    ended,        // the stream is at its end without a close
    failed,       // see error(): what came is no WebSocket, or reading failed
  };
  Read read(WebSocketMessage& message, Time deadline = kNever);
  const std::string& error() const { return error_; }

  // Puts a message behind what waits to be sent. An error where a close was sent before, or the
  // connection is gone.
  HttpError put(WebSocketKind kind, std::string_view payload);
  HttpError put_close(std::uint16_t code, std::string_view reason = {});
  // Writes what waits, and what others put there meanwhile; nothing where another fiber does it.
  HttpError flush(Time deadline = kNever);
  // Bytes of messages that were put and are not written.
  std::size_t buffered() const { return buffered_; }
  bool close_sent() const { return close_sent_; }

  void disconnect();
  // What crossed the wire since the last call.
  WireBytes take_wire_bytes();

 private:
  HttpError handshake(const WebSocketRequest& request, WebSocketHandshake& result);
  HttpError receive_head(const WebSocketRequest& request, std::string_view key, Time deadline,
                         WebSocketHandshake& result);
  void take_response(ResponseParser& parser, std::string_view key, WebSocketHandshake& result);
  bool parse(std::string_view input);
  void answer(const WebSocketMessage& message);
  void append(WebSocketKind kind, std::string_view payload, bool compressed);
  std::uint64_t random();

  HttpContext& context_;
  std::shared_ptr<Connection> connection_;  // shared with who waits on it
  WebSocketParser parser_;
  std::deque<WebSocketMessage> arrived_;
  std::string outgoing_;
  std::string going_;  // what is being written
  std::size_t buffered_ = 0;
  bool writing_ = false;
  bool compress_ = false;
  bool close_sent_ = false;
  bool broken_ = false;  // the parser failed, and the server was told
  WireBytes last_wire_;  // of a connection that is gone
  std::string error_;
};

}  // namespace crema::load
