// Connection: one TCP connection of a virtual user to a server, with TLS or without.
#pragma once

#include "target.h"

#include "crema/load/core/socket.h"
#include "crema/load/core/tls_stream.h"
#include "crema/load/protocol/http_client.h"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace crema::load {

class Connection {
 public:
  Connection(HttpContext& context, std::string key)
      : context_(context), key_(std::move(key)), socket_(context.loop()) {}

  // Name, connect, a proxy's tunnel and TLS; the times go to `timings`. With `only_protocol` that
  // is all that TLS offers in ALPN.
  HttpError open(const Target& target, const Url* proxy, Time deadline, HttpTimings& timings,
                 std::string_view only_protocol = {});
  // Of open(), in the place of the context's and of the address's host. Null keeps the context's.
  void set_tls(std::shared_ptr<const TlsContext> tls, std::string server_name) {
    own_tls_ = std::move(tls);
    server_name_ = std::move(server_name);
  }
  // Whoever reads or writes then fails.
  void close() { socket_.close(); }

  IoResult write(std::span<const std::string_view> parts, Time deadline) {
    return stream().write(parts, deadline);
  }
  IoResult read(std::span<char> buffer, Time deadline) { return stream().read(buffer, deadline); }
  // Waits until a read would find something, so that who waits needs no buffer.
  WakeReason wait_readable(Time deadline) {
    if (tls_ && tls_->pending()) return WakeReason::ready;
    return socket_.wait_readable(deadline);
  }

  // Whether another request can go through it.
  bool reusable() { return tls_ ? tls_->quiet() : socket_.quiet(); }
  const std::string& key() const { return key_; }
  const Address& remote() const { return socket_.remote(); }
  TlsFacts tls() const { return tls_ ? tls_->facts() : TlsFacts{}; }
  // Why TLS failed, where an IoResult has no errno.
  std::string_view tls_message() const { return tls_ ? tls_->message() : std::string_view(); }
  // What crossed the wire since the last call.
  WireBytes take_wire_bytes();

 private:
  Stream& stream() { return tls_ ? static_cast<Stream&>(*tls_) : socket_; }
  HttpError connect(const Url& to, Time deadline, HttpTimings& timings);
  HttpError tunnel(const Target& target, const Url& proxy, Time deadline);
  HttpError handshake(const std::string& host, Time deadline, HttpTimings& timings,
                      std::string_view only_protocol);

  HttpContext& context_;
  std::string key_;
  std::shared_ptr<const TlsContext> own_tls_;
  std::string server_name_;
  Socket socket_;
  std::optional<TlsStream> tls_;
  WireBytes counted_;
};

}  // namespace crema::load
