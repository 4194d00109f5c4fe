// What k6/ws and k6/websockets have in common: the parameters of a connection and its samples.
#pragma once

#include "user_state.h"

#include "crema/load/protocol/websocket.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace crema::load {

// Owns what the WebSocketRequest points to.
struct WebSocketCall {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<HeaderField> fields;
  const TagSet* tags = nullptr;
  CookieJar* jar = nullptr;
  Value jar_object;  // keeps `jar` alive
  bool compress = false;

  // The request as the socket takes it; `fields` is filled.
  WebSocketRequest request();
};

// Reads headers, tags, jar and compression; `params` may be undefined. `function` is how errors
// name what was called. False with an exception.
bool read_websocket_params(JSContext* context, JSValueConst params, const char* function,
                           WebSocketCall& call);

// The samples of one connection. Touches no JavaScript.
class WebSocketSamples {
 public:
  enum class Kind : std::uint8_t { sessions, connecting, sent, received, ping, duration };

  // After connect(): from then on samples have its tags. Adds those of the session's begin.
  void begin(UserState& user, const WebSocketCall& call, const WebSocketHandshake& handshake);
  void add(UserState& user, Kind kind, double value);
  void add(UserState& user, Kind kind, Duration duration);

 private:
  const TagSet* tags_ = nullptr;
  std::array<Series*, 6> series_{};
};

// k6's words for a close that a server began.
std::string close_text(std::uint16_t code, std::string_view reason);
// Whether such a close is an error: any but "normal" and "going away".
bool unexpected_close(std::uint16_t code);

}  // namespace crema::load
