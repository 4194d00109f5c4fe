// One unary gRPC call at a time over nghttp2
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
#include "sender.h"

#include "crema/base/strings.h"
#include "crema/load/core/socket.h"
#include "crema/load/core/tls_stream.h"
#include "crema/load/protocol/http_error.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace crema::load {
namespace {

constexpr std::size_t kLargestAnswer = std::size_t{1} << 20U;
constexpr std::size_t kHeadOfMessage = 5;  // not compressed, and a length of 32 bits
constexpr std::size_t kShownMessage = 200;

// Statuses that OTLP's specification wants sent again: cancelled, deadline exceeded, resource
// exhausted, aborted, out of range, unavailable, data loss.
constexpr std::array kRepeatable = {1, 4, 8, 10, 11, 14, 15};

std::string framed(std::string_view message) {
  std::string out(kHeadOfMessage, '\0');
  for (std::size_t i = 1; i < kHeadOfMessage; ++i)
    out[i] = static_cast<char>(message.size() >> (8 * (kHeadOfMessage - 1 - i)) & 0xFFU);
  out += message;
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// What one call sends and has of its answer; nghttp2's callbacks write to it.
struct Call {
  std::string_view body;  // framed
  std::size_t taken = 0;
  std::string http_status;
  std::optional<int> status;  // of gRPC
  std::string message;
  std::string content;  // framed
  bool too_large = false;
  bool ended = false;
  std::uint32_t error = 0;  // HTTP/2's
};

ssize_t give_body(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t size,
                  std::uint32_t* flags, nghttp2_data_source* source, void*) {
  auto& call = *static_cast<Call*>(source->ptr);
  const auto part = call.body.substr(call.taken, size);
  std::memcpy(buffer, part.data(), part.size());
  call.taken += part.size();
  if (call.taken == call.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(part.size());
}

int take_field(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
               std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
               std::uint8_t, void* user) {
  auto& call = *static_cast<Call*>(user);
  const std::string_view key(reinterpret_cast<const char*>(name), name_size);
  const std::string_view text(reinterpret_cast<const char*>(value), value_size);
  if (key == ":status") call.http_status = text;
  if (key == "grpc-message") call.message = percent_decoded(text.substr(0, kShownMessage));
  if (key == "grpc-status") {
    int status = -1;
    std::from_chars(text.data(), text.data() + text.size(), status);
    call.status = status;
  }
  return 0;
}

int take_body(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data,
              std::size_t size, void* user) {
  auto& call = *static_cast<Call*>(user);
  call.too_large = call.too_large || call.content.size() + size > kLargestAnswer;
  if (!call.too_large) call.content.append(reinterpret_cast<const char*>(data), size);
  return call.too_large ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

int end_stream(nghttp2_session*, std::int32_t, std::uint32_t error, void* user) {
  auto& call = *static_cast<Call*>(user);
  call.ended = true;
  call.error = error;
  return 0;
}

struct SessionEnd {
  void operator()(nghttp2_session* session) const { ::nghttp2_session_del(session); }
};
using Session = std::unique_ptr<nghttp2_session, SessionEnd>;

Session make_session(Call& call) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (::nghttp2_session_callbacks_new(&callbacks) != 0) return nullptr;
  ::nghttp2_session_callbacks_set_on_header_callback(callbacks, take_field);
  ::nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, take_body);
  ::nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, end_stream);
  nghttp2_session* session = nullptr;
  const int made = ::nghttp2_session_client_new(&session, callbacks, &call);
  ::nghttp2_session_callbacks_del(callbacks);
  return Session(made == 0 ? session : nullptr);
}

Receipt failed(std::string why) { return {.delivery = Delivery::failed, .why = std::move(why)}; }

class GrpcSender : public Sender {
 public:
  GrpcSender(std::unique_ptr<Loop> loop, std::unique_ptr<Resolver> resolver,
             std::shared_ptr<const TlsContext> tls, SenderOptions options, Url url)
      : loop_(std::move(loop)),
        resolver_(std::move(resolver)),
        tls_(std::move(tls)),
        options_(std::move(options)),
        url_(std::move(url)),
        address_(url_.authority) {}

  Receipt send(std::string_view message) override {
    Receipt receipt;
    const std::string body = framed(message);
    loop_->spawn([&] { receipt = call(body); });
    loop_->run_until_done();
    return receipt;
  }

  const std::string& address() const override { return address_; }

 private:
  Receipt call(std::string_view body) {
    const Time deadline = loop_->now() + options_.timeout;
    const auto place = resolver_->resolve(*loop_, url_.host, url_.port, deadline);
    if (place.status != ResolveStatus::ok) return failed(error_of(place, url_.host).message);
    Socket socket(*loop_);
    if (const auto connected = socket.connect(place.address, {}, deadline); !connected)
      return failed(error_of(connected, "dial").message);
    if (!url_.secure()) return exchange(socket, body, deadline);
    TlsStream stream(socket, *tls_);
    if (const auto agreed = stream.handshake(url_.host, deadline, "h2"); !agreed) {
      Receipt receipt = failed(error_of(agreed).message);
      if (agreed.failure == TlsFailure::not_tls) receipt.hint = options_.without_tls;
      return receipt;
    }
    if (stream.facts().protocol != "h2") return failed("the server does not speak HTTP/2");
    return exchange(stream, body, deadline);
  }

  Receipt exchange(Stream& stream, std::string_view body, Time deadline) {
    Call call{.body = body};
    const Session session = make_session(call);
    if (session == nullptr || !begin(*session, call)) return failed("no memory for a call");
    std::array<char, 16384> buffer{};
    while (!call.ended) {
      if (const auto written = flush(*session, stream, deadline); !written)
        return failed(error_of(written, "write").message);
      if (call.ended) break;
      const auto got = stream.read(buffer, deadline);
      if (!got) return failed(error_of(got, "read").message);
      const auto taken = ::nghttp2_session_mem_recv(
          session.get(), reinterpret_cast<std::uint8_t*>(buffer.data()), got.bytes);
      if (call.too_large) return failed("the answer is too large");
      if (taken < 0) return failed(::nghttp2_strerror(static_cast<int>(taken)));
    }
    return receipt_of(call);
  }

  bool begin(nghttp2_session& session, Call& call) const {
    const std::string path = url_.target();
    std::vector<std::pair<std::string, std::string>> fields = {
        {":method", "POST"},
        {":scheme", url_.scheme},
        {":path", path},
        {":authority", url_.authority},
        {"content-type", "application/grpc"},
        {"te", "trailers"},
        {"user-agent", "crema/0.1"},
    };
    for (const auto& [name, value] : options_.headers) fields.emplace_back(to_lower(name), value);
    std::vector<nghttp2_nv> pairs;
    for (auto& [name, value] : fields)
      pairs.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                       reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(),
                       NGHTTP2_NV_FLAG_NONE});
    nghttp2_data_provider provider{};
    provider.source.ptr = &call;
    provider.read_callback = give_body;
    return ::nghttp2_submit_settings(&session, NGHTTP2_FLAG_NONE, nullptr, 0) == 0 &&
           ::nghttp2_submit_request(&session, nullptr, pairs.data(), pairs.size(), &provider,
                                    nullptr) > 0;
  }

  static IoResult flush(nghttp2_session& session, Stream& stream, Time deadline) {
    for (;;) {
      const std::uint8_t* data = nullptr;
      const auto size = ::nghttp2_session_mem_send(&session, &data);
      if (size <= 0) return {};
      const std::string_view part(reinterpret_cast<const char*>(data),
                                  static_cast<std::size_t>(size));
      if (const auto written = stream.write(std::span(&part, 1), deadline); !written)
        return written;
    }
  }

  static Receipt receipt_of(const Call& call) {
    if (!call.status && call.error != NGHTTP2_NO_ERROR)
      return failed(fmt::format("the stream was reset: {}", ::nghttp2_http2_strerror(call.error)));
    if (!call.status)
      return failed(fmt::format("the server answers HTTP {} and no gRPC", call.http_status));
    if (*call.status == 0) {
      const auto size = std::min(kHeadOfMessage, call.content.size());
      return {.content = call.content.substr(size)};
    }
    const bool again = std::ranges::find(kRepeatable, *call.status) != kRepeatable.end();
    return {.delivery = again ? Delivery::failed : Delivery::refused,
            .why = fmt::format("gRPC status {}: {}", *call.status, call.message)};
  }

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Resolver> resolver_;
  std::shared_ptr<const TlsContext> tls_;
  SenderOptions options_;
  Url url_;
  std::string address_;
};

}  // namespace

Result<std::unique_ptr<Sender>> make_grpc_sender(const sys::Clock& clock, SenderOptions options) {
  auto url = CREMA_TRY(Url::parse(options.url));
  auto loop = CREMA_TRY(Loop::create(clock));
  auto resolver = CREMA_TRY(Resolver::create({}));
  auto tls = CREMA_TRY(TlsContext::create(options.tls));
  return std::make_unique<GrpcSender>(std::move(loop), std::move(resolver), std::move(tls),
                                      std::move(options), std::move(url));
}

}  // namespace crema::load
