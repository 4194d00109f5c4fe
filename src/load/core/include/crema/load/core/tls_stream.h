// TlsStream: a client's TLS over a connected Socket.
#pragma once

#include "crema/load/core/socket.h"
#include "crema/load/core/tls_context.h"

#include <memory>
#include <string>
#include <string_view>

namespace crema::load {

enum class TlsFailure : std::uint8_t {
  none,
  unknown_authority,  // no chain to a root that is trusted
  wrong_host,         // the certificate is for other names
  expired,            // or not valid yet
  certificate,        // another reason why it is not accepted
  not_tls,            // the other side does not speak TLS
  alert,              // the other side refused
  protocol,           // anything else that OpenSSL reports
  io,                 // see `io`
};

struct TlsOutcome {
  TlsFailure failure = TlsFailure::none;
  IoResult io;          // where the failure is io: closed, timeout, interrupted or an errno
  std::string message;  // of OpenSSL, without its codes

  explicit operator bool() const { return failure == TlsFailure::none; }
};

struct TlsFacts {
  std::string_view version;       // "tls1.3", as k6 says it
  std::string_view cipher_suite;  // "TLS_AES_128_GCM_SHA256"
  std::string_view protocol;      // what ALPN agreed on: "h2", "http/1.1"; "" for none
};

class TlsStream : public Stream {
 public:
  // Both must outlive it.
  TlsStream(Socket& socket, const TlsContext& context);
  ~TlsStream() override;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // `host` is the name that is sent (SNI; not where it is an IP address) and that the certificate
  // must be for. `only_protocol`, where it is not "", is offered in ALPN in the place of the
  // context's.
  TlsOutcome handshake(const std::string& host, Time deadline, std::string_view only_protocol = {});
  IoResult read(std::span<char> buffer, Time deadline) override;
  IoResult write(std::span<const std::string_view> parts, Time deadline) override;
  // Whether OpenSSL holds something that was not read.
  bool pending() const;
  // As Socket::quiet. What came may be TLS's own business: then it is dealt with here.
  bool quiet();
  // What the handshake agreed on; the texts live as long as the program.
  TlsFacts facts() const;
  // Why the last read or write failed, where its errno is 0.
  const std::string& message() const { return message_; }

 private:
  struct Impl;
  TlsOutcome failure_of(int result);
  // Waits for what SSL asked for; anything but ok ends the operation.
  IoResult wait_for_ssl(int result, Time deadline);

  Socket& socket_;
  const TlsContext& context_;
  std::unique_ptr<Impl> impl_;
  std::string message_;
};

}  // namespace crema::load
