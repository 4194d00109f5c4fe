#include "crema/load/protocol/grpc_channel.h"

#include "connection.h"
#include "http2_session.h"
#include "target.h"

#include "crema/load/protocol/content_coding.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

// At most eight digits and a unit (PROTOCOL-HTTP2.md, "Timeout").
std::string timeout_text(Duration timeout) {
  using namespace std::chrono;
  if (timeout < seconds(100))
    return fmt::format("{}u", duration_cast<microseconds>(timeout).count());
  const auto whole = duration_cast<milliseconds>(timeout).count();
  return whole < 100'000'000 ? fmt::format("{}m", whole)
                             : fmt::format("{}S", std::min<std::int64_t>(whole / 1000, 99'999'999));
}

HttpError connection_error(std::string_view what, const std::string& why) {
  return {ErrorCode::dial, fmt::format("connection error: desc = \"{}: {}\"", what, why)};
}

// Go's words for a connection that could not be made.
HttpError dial_error(const HttpError& error, const Connection& connection,
                     const std::string& host) {
  if (error.interrupted) return error;
  auto why = error.message;
  if (error.code == ErrorCode::dial_refused)
    why = fmt::format("dial tcp {}:{}: connect: connection refused", connection.remote().ip(),
                      connection.remote().port());
  if (error.code == ErrorCode::no_such_host) why = fmt::format("lookup {}: no such host", host);
  if (error.code == ErrorCode::request_timeout)
    return {ErrorCode::request_timeout, "context deadline exceeded"};
  const bool of_tls = error.code < ErrorCode::dns || error.code >= ErrorCode::tls;
  return connection_error(
      of_tls ? "transport: authentication handshake failed" : "transport: error while dialing",
      why);
}

// "host:port", "[::1]:port".
Result<Url> read_address(std::string_view address, bool secure) {
  const auto port = address.rfind(':');
  const auto bracket = address.rfind(']');
  if (port == std::string_view::npos || (bracket != std::string_view::npos && port < bracket))
    return fail("load/url", "missing port in address");
  if (bracket == std::string_view::npos && address.find(':') != port)
    return fail("load/url", "too many colons in address");
  if (address.find_first_of("/?#@") != std::string_view::npos)
    return fail("load/url", "it must be host:port");
  return Url::parse(fmt::format("{}{}", secure ? "https://" : "http://", address));
}

// grpc-go takes the names of these resolvers before an address.
std::string without_scheme(std::string_view address) {
  for (const std::string_view scheme : {"dns:///", "passthrough:///"})
    if (address.starts_with(scheme)) address.remove_prefix(scheme.size());
  return std::string(address);
}

}  // namespace

GrpcChannel::GrpcChannel(HttpContext& context, GrpcOptions options)
    : context_(context),
      options_(std::move(options)),
      authority_(options_.authority.empty() ? without_scheme(options_.address)
                                            : options_.authority) {
  options_.address = without_scheme(options_.address);
}

GrpcChannel::~GrpcChannel() = default;

HttpError GrpcChannel::connect(Time deadline) {
  std::shared_ptr<Http2Session> session;
  auto error = open(session, deadline);
  if (!error) session_ = std::move(session);
  return error;
}

HttpError GrpcChannel::open(std::shared_ptr<Http2Session>& session, Time deadline) {
  auto url = read_address(options_.address, options_.secure);
  if (!url)
    return connection_error("transport: error while dialing",
                            fmt::format("address {}: {}", options_.address, url.error().message));
  const Target target(std::move(*url));
  auto connection = std::make_unique<Connection>(context_, target.key);
  if (options_.secure) {
    auto name = Url::parse("https://" + authority_);
    connection->set_tls(options_.tls, name ? name->host : target.url.host);
  }
  HttpTimings timings;
  if (const auto error = connection->open(target, nullptr, deadline, timings, "h2"))
    return dial_error(error, *connection, target.url.host);
  if (options_.secure && connection->tls().protocol != "h2")
    return connection_error("transport: authentication handshake failed",
                            "credentials: cannot check peer: missing selected ALPN property");
  session = std::make_shared<Http2Session>(context_, std::move(connection));
  const auto error = session->greet(deadline);
  if (!error || error.interrupted) return error;
  if (error.code == ErrorCode::request_timeout)
    return {ErrorCode::request_timeout, "context deadline exceeded"};
  return connection_error("error reading server preface",
                          error.message + "; is this a gRPC server, and `plaintext` as it has it?");
}

HttpError GrpcChannel::usable(std::shared_ptr<Http2Session>& session, Time deadline) {
  if (session_ != nullptr && session_->usable()) {
    session = session_;
    return {};
  }
  if (auto error = open(session, deadline)) return error;
  // Another fiber may have been as quick.
  if (session_ != nullptr && session_->usable()) {
    session = session_;
    return {};
  }
  retire();
  session_ = session;
  return {};
}

void GrpcChannel::retire() {
  const auto wire = take_wire_bytes();
  retired_.sent += wire.sent;
  retired_.received += wire.received;
  session_ = nullptr;
}

void GrpcChannel::close() {
  closed_ = true;
  if (session_ == nullptr) return;
  session_->close();
  retire();
}

std::string GrpcChannel::remote_ip() const {
  return session_ == nullptr ? "" : session_->connection().remote().ip();
}

WireBytes GrpcChannel::take_wire_bytes() {
  auto wire = std::exchange(retired_, {});
  if (session_ == nullptr) return wire;
  const auto fresh = session_->connection().take_wire_bytes();
  return {.sent = wire.sent + fresh.sent, .received = wire.received + fresh.received};
}

GrpcCall::GrpcCall(std::shared_ptr<GrpcChannel> channel)
    : channel_(std::move(channel)),
      stream_(std::make_unique<Http2Stream>()),
      frames_(channel_->options().largest_received) {}

GrpcCall::~GrpcCall() { cancel(); }

bool GrpcCall::end_with(GrpcStatus status) {
  status_ = std::move(status);
  own_status_ = over_ = true;
  return false;
}

bool GrpcCall::refuse_large(std::size_t size) {
  const auto limit = channel_->options().largest_sent;
  if (size <= limit) return false;
  cancel();
  end_with({GrpcCode::resource_exhausted,
            fmt::format("trying to send message larger than max ({} vs. {})", size, limit), ""});
  return true;
}

bool GrpcCall::start(const GrpcRequest& request, const std::string_view* only_message) {
  auto& channel = *channel_;
  auto& loop = channel.context_.loop();
  if (request.timeout > Duration(0)) deadline_ = loop.now() + request.timeout;
  if (only_message != nullptr && refuse_large(only_message->size())) return false;
  HeaderList extra;
  if (request.metadata != nullptr)
    if (auto wrong = add_grpc_metadata(*request.metadata, extra))
      return end_with(std::move(*wrong));
  if (channel.closed_)
    return end_with({GrpcCode::canceled, "grpc: the client connection is closing", ""});
  if (auto error = channel.usable(session_, deadline_)) {
    if (error.interrupted || error.code == ErrorCode::request_timeout)
      return end_with(grpc_status_of(error));
    return end_with({GrpcCode::unavailable, error.message, ""});
  }
  const auto timeout = timeout_text(request.timeout);
  std::vector<HeaderField> fields{{":method", "POST"},
                                  {":scheme", channel.options_.secure ? "https" : "http"},
                                  {":path", request.path},
                                  {":authority", channel.authority_},
                                  {"content-type", "application/grpc"},
                                  {"te", "trailers"},
                                  {"grpc-accept-encoding", "gzip"}};
  if (const auto& agent = channel.context_.options().user_agent; !agent.empty())
    fields.push_back({"user-agent", agent});
  if (request.timeout > Duration(0)) fields.push_back({"grpc-timeout", timeout});
  for (std::size_t i = 0; i < extra.size(); ++i) fields.push_back(extra[i]);
  if (only_message != nullptr) append_grpc_frame(outgoing_, *only_message);
  auto& stream = *stream_;
  stream.body = outgoing_;
  stream.body_open = only_message == nullptr;
  stream.trailers = &trailers_;
  stream.on_head = [] {};
  stream.on_body = [this](std::string_view piece) { return take_body(piece); };
  started_ = true;
  if (session_->start(stream, fields, deadline_)) {
    end();
    return false;
  }
  return true;
}

bool GrpcCall::send(std::string_view message) {
  if (over_ || !started_ || stream_->done || !stream_->body_open) return false;
  if (refuse_large(message.size())) return false;
  auto& stream = *stream_;
  if (stream.body_taken * 2 > outgoing_.size()) {
    outgoing_.erase(0, stream.body_taken);
    stream.body_taken = 0;
  }
  append_grpc_frame(outgoing_, message);
  stream.body = outgoing_;
  const auto session = session_;  // kept, whoever reads the end meanwhile
  session->resume(stream, deadline_);
  return !stream.done;
}

void GrpcCall::finish_sending() {
  if (over_ || !started_ || stream_->done || !stream_->body_open) return;
  stream_->body_open = false;
  const auto session = session_;
  session->resume(*stream_, deadline_);
}

void GrpcCall::cancel() {
  if (!started_ || stream_->done) return;
  const auto session = session_;
  session->cancel(*stream_);
}

HttpError GrpcCall::take_body(std::string_view piece) {
  const auto refuse = [this](GrpcStatus status) {
    end_with(std::move(status));
    over_ = false;  // until the stream is
    return HttpError{ErrorCode::generic, status_.message};
  };
  while (true) {
    switch (frames_.next(piece)) {
      case GrpcFrameReader::Step::need_more:
        return {};
      case GrpcFrameReader::Step::message: {
        auto message = std::move(frames_.message());
        if (frames_.compressed() && !decompress(message)) return refuse(status_);
        arrived_.push_back(std::move(message));
        stream_->progress = true;
        break;
      }
      case GrpcFrameReader::Step::too_large:
        return refuse({GrpcCode::resource_exhausted,
                       fmt::format("grpc: received message larger than max ({} vs. {})",
                                   frames_.length(), channel_->options().largest_received),
                       ""});
      case GrpcFrameReader::Step::failed:
        return refuse({GrpcCode::internal, "grpc: received unexpected payload format", ""});
    }
  }
}

bool GrpcCall::decompress(std::string& message) {
  const auto coding = stream_->fields.find("grpc-encoding");
  if (coding != "gzip") {
    status_ = {GrpcCode::internal,
               fmt::format("grpc: Decompressor is not installed for grpc-encoding \"{}\"", coding),
               ""};
    return false;
  }
  const auto limit = channel_->options().largest_received;
  auto plain = decode_content("gzip", std::move(message), limit);
  if (!plain) {
    status_ = {
        GrpcCode::internal,
        fmt::format("grpc: failed to decompress the received message: {}", plain.error().message),
        ""};
    return false;
  }
  message = std::move(*plain);
  return true;
}

GrpcCall::Read GrpcCall::read(std::string& message) {
  auto& stream = *stream_;
  while (arrived_.empty() && !over_) {
    stream.progress = false;
    const auto session = session_;
    const auto error = session->finish(stream, deadline_);
    if (arrived_.empty() && error.interrupted) {
      end();
      return Read::interrupted;
    }
    if (stream.done && arrived_.empty()) end();
  }
  if (arrived_.empty()) return Read::ended;
  message = std::move(arrived_.front());
  arrived_.pop_front();
  return Read::message;
}

void GrpcCall::end() {
  over_ = true;
  // Nobody must need the connection for what is only looked at from now on.
  session_ = nullptr;
  stream_->done = true;  // also where it could not even be begun
  if (own_status_) return;
  const auto& stream = *stream_;
  if (stream.error && channel_->closed()) {
    status_ = {GrpcCode::canceled, "grpc: the client connection is closing", ""};
    return;
  }
  if (stream.error) {
    status_ = grpc_status_of(stream.error);
    // The server's clock was quicker.
    if (status_.code == GrpcCode::canceled && channel_->context_.loop().now() >= deadline_)
      status_ = {GrpcCode::deadline_exceeded, "context deadline exceeded", ""};
    return;
  }
  const auto type = stream.fields.find("content-type");
  if (stream.status != 200 || !type.starts_with("application/grpc")) {
    status_ = grpc_status_of_http(stream.status, type);
  } else if (!frames_.between()) {
    status_ = {GrpcCode::internal, "unexpected EOF", ""};
  } else {
    // A server that has nothing but a status to say sends it in the place of the head.
    status_ = grpc_status_of(trailers_.empty() ? stream.fields : trailers_);
  }
}

GrpcMetadata GrpcCall::headers() const {
  if (trailers_.empty() && !stream_->fields.find("grpc-status").empty()) return {};
  return grpc_metadata_of(stream_->fields);
}

GrpcMetadata GrpcCall::trailers() const {
  if (trailers_.empty() && !stream_->fields.find("grpc-status").empty())
    return grpc_metadata_of(stream_->fields);
  return grpc_metadata_of(trailers_);
}

}  // namespace crema::load
