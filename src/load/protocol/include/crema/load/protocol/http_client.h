// HttpClient: the HTTP side of one virtual user: its connections and the requests on them.
#pragma once

#include "crema/load/core/resolver.h"
#include "crema/load/core/tls_context.h"
#include "crema/load/protocol/http_message.h"
#include "crema/load/protocol/proxy.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace crema::load {

struct HttpOptions {
  std::string user_agent;            // "" sends none
  bool no_connection_reuse = false;  // k6's noConnectionReuse
  std::size_t idle_per_host = 6;
  std::size_t idle_in_all = 20;
  Duration dial_timeout = std::chrono::seconds(30);
  std::size_t largest_body = std::size_t{1} << 30;  // bytes, after decoding too
  std::vector<Address> local_addresses;             // taken in turn; empty leaves it to the kernel
  ProxySettings proxies;
};

struct ExchangeMemory;
class TargetCache;
class Connection;
class Http2Session;

// What the clients of one loop share: options, name resolution, TLS, buffers that are lent while a
// response comes in, and the addresses that were read before. Outlives them all.
class HttpContext {
 public:
  // Loop, clock and resolver must outlive it. `clock` is asked for the wall time, by which cookies
  // expire; `seed` feeds the nonces of digest authentication.
  HttpContext(Loop& loop, const sys::Clock& clock, Resolver& resolver,
              std::shared_ptr<const TlsContext> tls, HttpOptions options, std::uint64_t seed = 1);
  ~HttpContext();

  Loop& loop() const { return loop_; }
  const HttpOptions& options() const { return options_; }
  const std::shared_ptr<const TlsContext>& tls() const { return tls_; }

 private:
  friend class HttpClient;
  friend class Connection;
  friend class ClientRequest;
  friend class Http2Session;
  friend class WebSocket;
  Loop& loop_;
  const sys::Clock& clock_;
  Resolver& resolver_;
  std::shared_ptr<const TlsContext> tls_;
  HttpOptions options_;
  std::uint64_t random_;
  std::size_t next_local_ = 0;
  std::unique_ptr<ExchangeMemory> memory_;
  std::unique_ptr<TargetCache> targets_;
};

// Outlives the requests that are under way on it: interrupt their fibers first.
class HttpClient {
 public:
  explicit HttpClient(HttpContext& context);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Makes the request and waits for it, following redirects; everything that happened is in
  // `response`, failures too. For a fiber of the context's loop; several fibers may send through
  // one client at a time, each on a connection of its own, or on a stream of one that speaks
  // HTTP/2.
  void send(const HttpRequest& request, HttpResponse& response);
  // k6's noVUConnectionReuse: between iterations.
  void close_idle();
  HttpContext& context() const { return context_; }
  std::size_t idle_connections() const { return idle_.size(); }
  // What crossed the wire since the last call: k6's data_sent and data_received.
  WireBytes take_wire_bytes();
  // What crossed the wire on a connection that is not the client's own: a WebSocket's.
  void add_wire_bytes(const WireBytes& wire);

 private:
  friend class ClientRequest;
  std::unique_ptr<Connection> take_idle(const std::string& key);
  void give_back(std::unique_ptr<Connection> connection);
  std::shared_ptr<Http2Session> find_http2(const std::string& key);
  // The session that others share from now on: that of `connection`, or the one that is there.
  std::shared_ptr<Http2Session> share_http2(std::unique_ptr<Connection> connection);

  HttpContext& context_;
  std::vector<std::unique_ptr<Connection>> idle_;     // the most recently used last
  std::vector<std::shared_ptr<Http2Session>> http2_;  // one a host
  WireBytes wire_;
};

}  // namespace crema::load
