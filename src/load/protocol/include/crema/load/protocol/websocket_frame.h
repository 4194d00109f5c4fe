// Frames of WebSocket (RFC 6455, 5): a client's written, a server's read from pieces of any size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// The opcodes that begin a message, by their numbers on the wire.
enum class WebSocketKind : std::uint8_t { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct WebSocketMessage {
  WebSocketKind kind = WebSocketKind::text;
  std::string data;        // of a close: its reason
  std::uint16_t code = 0;  // of a close; 1005 where it had none (RFC 6455, 7.1.5)
};

// Adds one whole frame to `out`, masked with `mask`. `compressed` sets RSV1 (RFC 7692, 6): the
// payload is what deflate made.
void append_frame(std::string& out, WebSocketKind kind, std::string_view payload,
                  std::array<char, 4> mask, bool compressed = false);
// The payload of a close.
std::string close_payload(std::uint16_t code, std::string_view reason);

struct WebSocketLimits {
  std::size_t message_bytes = std::size_t{1} << 30;  // of all its fragments, after inflating too
};

// Puts fragments together; control frames may come between them. As k6's client, it does not ask
// whether a text is UTF-8.
class WebSocketParser {
 public:
  enum class Step : std::uint8_t {
    need_more,  // all input was taken
    message,    // message() is there, until the next call
    failed,     // see error() and close_code(); the stream cannot go on
  };

  explicit WebSocketParser(WebSocketLimits limits = {}) : limits_(limits) {}
  // permessage-deflate was agreed on, without context takeover of the server.
  void allow_compression() { compression_ = true; }

  // Takes from the front of `input`.
  Step next(std::string_view& input);
  // The caller may take the data away.
  WebSocketMessage& message() { return message_; }
  const std::string& error() const { return error_; }
  // What to tell the server of the failure: 1002, 1007 or 1009.
  std::uint16_t close_code() const { return close_code_; }

 private:
  Step fail(std::uint16_t code, std::string text);
  bool take_head(std::string_view& input);
  bool check_head(bool final, bool compressed, std::uint8_t opcode, bool masked);
  Step finish_frame();
  Step finish_control();

  WebSocketLimits limits_;
  bool compression_ = false;
  bool failed_ = false;
  std::array<char, 10> head_{};
  std::size_t head_size_ = 0;
  bool in_payload_ = false;
  bool final_ = false;
  bool is_control_ = false;
  std::uint8_t opcode_ = 0;
  std::uint64_t left_ = 0;  // of the payload
  bool in_message_ = false;
  bool message_compressed_ = false;
  WebSocketKind kind_ = WebSocketKind::text;
  std::string data_;     // of the message that comes in
  std::string control_;  // of the control frame that comes in
  WebSocketMessage message_;
  std::string error_;
  std::uint16_t close_code_ = 1002;
};

}  // namespace crema::load
