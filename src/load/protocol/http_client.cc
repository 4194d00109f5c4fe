#include "crema/load/protocol/http_client.h"

#include "client_request.h"
#include "connection.h"
#include "exchange_memory.h"
#include "http2_session.h"
#include "target.h"

#include <algorithm>

namespace crema::load {

std::uint16_t Exchange::error_code() const {
  return error.code != ErrorCode::none ? static_cast<std::uint16_t>(error.code)
                                       : status_error_code(status);
}

void HttpResponse::clear() {
  if (!exchanges.empty() && spare_.empty()) spare_.push_back(std::move(exchanges.front()));
  exchanges.clear();
  error = {};
  status = 0;
  status_text.clear();
  headers.clear();
  body.clear();
  body_bytes = 0;
  stopped_redirecting = false;
}

Exchange& HttpResponse::add_exchange() {
  if (spare_.empty()) return exchanges.emplace_back();
  Exchange fresh;
  auto& old = spare_.back();
  fresh.url = std::move(old.url);
  fresh.method = std::move(old.method);
  fresh.head = std::move(old.head);
  spare_.pop_back();
  return exchanges.emplace_back(std::move(fresh));
}

HttpContext::HttpContext(Loop& loop, const sys::Clock& clock, Resolver& resolver,
                         std::shared_ptr<const TlsContext> tls, HttpOptions options,
                         std::uint64_t seed)
    : loop_(loop),
      clock_(clock),
      resolver_(resolver),
      tls_(std::move(tls)),
      options_(std::move(options)),
      random_(seed == 0 ? 1 : seed),
      memory_(std::make_unique<ExchangeMemory>()),
      targets_(std::make_unique<TargetCache>()) {}

HttpContext::~HttpContext() = default;

HttpClient::HttpClient(HttpContext& context) : context_(context) {}
HttpClient::~HttpClient() = default;

void HttpClient::send(const HttpRequest& request, HttpResponse& response) {
  ClientRequest(*this, request, response).run();
}

void HttpClient::close_idle() {
  idle_.clear();
  http2_.clear();
}

std::shared_ptr<Http2Session> HttpClient::find_http2(const std::string& key) {
  for (std::size_t i = 0; i < http2_.size(); ++i) {
    auto session = http2_[i];
    if (session->connection().key() != key) continue;
    if (session->usable()) return session;
    std::erase(http2_, session);
    return nullptr;
  }
  return nullptr;
}

std::shared_ptr<Http2Session> HttpClient::share_http2(std::unique_ptr<Connection> connection) {
  if (auto session = find_http2(connection->key())) return session;
  auto session = std::make_shared<Http2Session>(context_, std::move(connection));
  if (!context_.options_.no_connection_reuse) http2_.push_back(session);
  return session;
}

WireBytes HttpClient::take_wire_bytes() { return std::exchange(wire_, {}); }

void HttpClient::add_wire_bytes(const WireBytes& wire) {
  wire_.sent += wire.sent;
  wire_.received += wire.received;
}

// The one used last: the others may reach the server's own limit of idle time meanwhile.
std::unique_ptr<Connection> HttpClient::take_idle(const std::string& key) {
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i]->key() != key) continue;
    auto connection = std::move(idle_[i]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (connection->reusable()) return connection;
  }
  return nullptr;
}

void HttpClient::give_back(std::unique_ptr<Connection> connection) {
  const auto& options = context_.options_;
  const auto of_host = std::count_if(idle_.begin(), idle_.end(), [&](const auto& other) {
    return other->key() == connection->key();
  });
  if (static_cast<std::size_t>(of_host) >= options.idle_per_host) return;
  if (idle_.size() >= options.idle_in_all && !idle_.empty()) idle_.erase(idle_.begin());
  idle_.push_back(std::move(connection));
}

}  // namespace crema::load
