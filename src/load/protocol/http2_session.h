// Http2Session: HTTP/2 over one connection of a virtual user, for several requests at a time.
#pragma once

#include "connection.h"

#include "crema/load/protocol/http_message.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

struct nghttp2_session;

namespace crema::load {

// One request and what comes of it. It must stay where it is until finish() returned.
struct Http2Stream {
  std::string_view body;
  std::function<void()> on_head;                       // status and fields are there
  std::function<HttpError(std::string_view)> on_body;  // an error ends the stream

  int status = 0;
  HeaderList fields;  // canonical names
  HttpError error;
  Time sent{};           // when the last of the body was taken
  bool refused = false;  // the server has not looked at it: it can be sent again
  bool done = false;

  // Of a body that is made while it is sent: more may come behind what `body` shows (resume()).
  bool body_open = false;
  // Where trailers go. Names stay as they came then, in the head too; null drops them.
  HeaderList* trailers = nullptr;
  // Set by on_body: finish() returns before the response is complete.
  bool progress = false;

  std::int32_t id = -1;
  std::size_t body_taken = 0;
  std::size_t field_bytes = 0;
  bool has_head = false;
  Fiber waiter;
};

// Nobody reads while nobody waits: of the fibers that wait for their streams, one reads for all,
// and hands that on when its own stream is done.
class Http2Session {
 public:
  Http2Session(HttpContext& context, std::unique_ptr<Connection> connection);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // Whether another request can be sent. Deals with what the server sent meanwhile.
  bool usable();
  // Sends a request whose head has HTTP/1's shape (request_head.h).
  HttpError start(Http2Stream& stream, std::string_view head, Time deadline);
  // As above, with the fields of HTTP/2 themselves, those that begin with a colon first.
  HttpError start(Http2Stream& stream, std::span<const HeaderField> fields, Time deadline);
  // Sends what was added to an open body, or that it is at its end.
  HttpError resume(Http2Stream& stream, Time deadline);
  // Resets the stream.
  void cancel(Http2Stream& stream);
  // Waits for the first word of a server that was not heard yet.
  HttpError greet(Time deadline);
  // Streams that are under way fail.
  void close();
  // Waits until the response is complete, or there is progress; else resets the stream.
  HttpError finish(Http2Stream& stream, Time deadline);
  Connection& connection() { return *connection_; }

 private:
  friend struct Http2Callbacks;
  IoStatus pump(Time deadline);
  HttpError flush(Time deadline);
  HttpError begin(Http2Stream& stream, Time deadline);
  void lose(const HttpError& error);
  void end(Http2Stream& stream);
  void give_up(Http2Stream& stream, std::uint32_t code);
  void hand_over();

  HttpContext& context_;
  std::unique_ptr<Connection> connection_;
  nghttp2_session* session_ = nullptr;
  std::vector<Http2Stream*> streams_;
  bool reading_ = false;
  bool writing_ = false;
  bool lost_ = false;
  bool greeted_ = false;   // the server's settings came
  bool draining_ = false;  // the server sent GOAWAY
  std::uint32_t go_away_code_ = 0;
};

}  // namespace crema::load
