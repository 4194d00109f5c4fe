// What takes a message to a server and says what came of it.
#pragma once

#include "crema/base/result.h"
#include "crema/load/core/tls_context.h"
#include "crema/load/protocol/proxy.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

enum class Delivery : std::uint8_t {
  done,
  failed,   // the server is away, or busy: it can be sent again
  refused,  // the server does not want it, and would not a second time
};

struct Receipt {
  Delivery delivery = Delivery::done;
  std::string why;      // where it is not done
  std::string hint;     // what to do about it; "" where that is not known
  std::string content;  // what the server answered
};

// Used by one thread at a time.
class Sender {
 public:
  virtual ~Sender() = default;
  // Waits for the answer, up to the time-out it was made with.
  virtual Receipt send(std::string_view message) = 0;
  virtual const std::string& address() const = 0;  // without user and password
};

struct SenderOptions {
  std::string url;  // http or https
  std::vector<std::pair<std::string, std::string>> headers;
  TlsOptions tls;
  std::chrono::nanoseconds timeout = std::chrono::seconds(5);
  ProxySettings proxies;
  std::string without_tls;  // a hint: how to speak to a server that has no TLS
};

// A POST for each message, on a connection that is kept. Fails with "load/url", or as TlsContext.
Result<std::unique_ptr<Sender>> make_http_sender(const sys::Clock& clock, SenderOptions options);

// A unary call for each message, its path the whole method ("/package.Service/Method"), each on a
// connection of its own: HTTP/2 by ALPN, without TLS by prior knowledge. Goes through no proxy.
// Fails as make_http_sender().
Result<std::unique_ptr<Sender>> make_grpc_sender(const sys::Clock& clock, SenderOptions options);

}  // namespace crema::load
