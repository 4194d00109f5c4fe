// GrpcChannel and GrpcCall: gRPC over one HTTP/2 connection of a virtual user, in the clear or
// through TLS.
#pragma once

#include "crema/load/protocol/grpc_frame.h"
#include "crema/load/protocol/grpc_status.h"
#include "crema/load/protocol/http_client.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace crema::load {

struct Http2Stream;

struct GrpcOptions {
  std::string address;  // "host:port"
  bool secure = true;
  std::shared_ptr<const TlsContext> tls;                // null takes the context's own
  std::string authority;                                // "" is the address
  std::size_t largest_received = std::size_t{4} << 20;  // bytes of a message
  std::size_t largest_sent = (std::size_t{1} << 31) - 1;
};

// For fibers of the context's loop; many calls may be under way on it.
class GrpcChannel {
 public:
  GrpcChannel(HttpContext& context, GrpcOptions options);
  ~GrpcChannel();
  GrpcChannel(const GrpcChannel&) = delete;
  GrpcChannel& operator=(const GrpcChannel&) = delete;

  // Waits until the server has said that it speaks HTTP/2.
  HttpError connect(Time deadline);
  // Calls that are under way fail.
  void close();
  bool closed() const { return closed_; }
  const GrpcOptions& options() const { return options_; }
  // Of the server; "" before connect().
  std::string remote_ip() const;
  // What crossed the wire since the last call.
  WireBytes take_wire_bytes();

 private:
  friend class GrpcCall;
  HttpError open(std::shared_ptr<Http2Session>& session, Time deadline);
  // The connection, made anew where the server has closed it.
  HttpError usable(std::shared_ptr<Http2Session>& session, Time deadline);
  void retire();

  HttpContext& context_;
  GrpcOptions options_;
  std::string authority_;
  std::shared_ptr<Http2Session> session_;
  bool closed_ = false;
  WireBytes retired_;  // of connections that are gone
};

// Views must live until start() has returned.
struct GrpcRequest {
  std::string_view path;  // "/shop.v1.Shop/Order"
  const GrpcMetadata* metadata = nullptr;
  Duration timeout{0};  // of the whole call; 0 is none
};

// One call. One fiber may read while others send. Stays where it is from start() to its end.
class GrpcCall {
 public:
  explicit GrpcCall(std::shared_ptr<GrpcChannel> channel);
  // Cancels what is not at its end.
  ~GrpcCall();
  GrpcCall(const GrpcCall&) = delete;
  GrpcCall& operator=(const GrpcCall&) = delete;

  // Sends the head, and with it the only message where there is one.
  bool start(const GrpcRequest& request, const std::string_view* only_message);
  // False where the call is over: status() says why.
  bool send(std::string_view message);
  // There will be no further message.
  void finish_sending();
  void cancel();

  enum class Read : std::uint8_t { message, ended, interrupted };
  // Waits for the next message, or the end with its status.
  Read read(std::string& message);

  // After the end.
  const GrpcStatus& status() const { return status_; }
  bool over() const { return over_; }
  // What came before the messages and behind them, without gRPC's own fields.
  GrpcMetadata headers() const;
  GrpcMetadata trailers() const;

 private:
  HttpError take_head();
  HttpError take_body(std::string_view piece);
  bool decompress(std::string& message);
  void end();
  bool end_with(GrpcStatus status);
  bool refuse_large(std::size_t size);

  std::shared_ptr<GrpcChannel> channel_;
  std::shared_ptr<Http2Session> session_;
  std::unique_ptr<Http2Stream> stream_;
  HeaderList trailers_;
  std::string outgoing_;
  GrpcFrameReader frames_;
  std::deque<std::string> arrived_;
  GrpcStatus status_;
  bool own_status_ = false;  // it is not the server's
  bool started_ = false;
  bool over_ = false;
  Time deadline_ = kNever;
};

}  // namespace crema::load
