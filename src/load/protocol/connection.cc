#include "connection.h"

#include "exchange_memory.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::load {
namespace {

Time earlier(Time deadline, Time now, Duration limit) {
  return limit >= deadline - now ? deadline : now + limit;
}

}  // namespace

WireBytes Connection::take_wire_bytes() {
  const auto& wire = socket_.wire();
  const WireBytes fresh{.sent = wire.sent - counted_.sent,
                        .received = wire.received - counted_.received};
  counted_ = wire;
  return fresh;
}

HttpError Connection::open(const Target& target, const Url* proxy, Time deadline,
                           HttpTimings& timings, std::string_view only_protocol) {
  if (auto error = connect(proxy == nullptr ? target.url : *proxy, deadline, timings)) return error;
  if (proxy != nullptr && proxy->secure()) {
    return {ErrorCode::generic, "a proxy that is spoken to through TLS is not supported"};
  }
  if (!target.url.secure()) return {};
  if (proxy != nullptr) {
    if (auto error = tunnel(target, *proxy, deadline)) return error;
  }
  return handshake(target.url.host, deadline, timings, only_protocol);
}

HttpError Connection::connect(const Url& to, Time deadline, HttpTimings& timings) {
  auto& loop = context_.loop_;
  const auto start = loop.now();
  const auto limit = earlier(deadline, start, context_.options_.dial_timeout);
  HttpError late = limit == deadline ? HttpError{ErrorCode::request_timeout, "request timeout"}
                                     : HttpError{ErrorCode::dial_timeout, "dial: i/o timeout"};
  const auto resolution = context_.resolver_.resolve(loop, to.host, to.port, limit);
  if (resolution.status == ResolveStatus::timeout) return late;
  if (resolution.status != ResolveStatus::ok) return error_of(resolution, to.host);
  Address local;
  const auto& locals = context_.options_.local_addresses;
  if (!locals.empty()) local = locals[context_.next_local_++ % locals.size()];
  const auto begin = loop.now();
  const auto result = socket_.connect(resolution.address, local, limit);
  timings.connecting = loop.now() - begin;
  if (result.status == IoStatus::timeout) return late;
  return error_of(result, "dial");
}

HttpError Connection::tunnel(const Target& target, const Url& proxy, Time deadline) {
  const auto place = fmt::format("{}:{}", target.url.host, target.url.port);
  auto head = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", place, place);
  if (proxy.user) {
    head += fmt::format("Proxy-Authorization: Basic {}\r\n",
                        base64(*proxy.user + ":" + proxy.password.value_or("")));
  }
  head += "\r\n";
  const std::string_view part = head;
  if (const auto result = socket_.write(std::span(&part, 1), deadline); !result) {
    return error_of(result, "write");
  }
  Lent<ResponseParser> parser(context_.memory_->parsers);
  Lent<ExchangeMemory::Buffer> buffer(context_.memory_->buffers);
  parser->begin("CONNECT");
  while (true) {
    const auto result = socket_.read(*buffer, deadline);
    if (!result) return error_of(result, "read");
    std::string_view input(buffer->data(), result.bytes);
    const auto step = parser->next(input);
    if (step == ResponseParser::Step::need_more) continue;
    if (step == ResponseParser::Step::failed) return {ErrorCode::generic, parser->error()};
    if (parser->status() / 100 == 2) return {};
    return {ErrorCode::generic, fmt::format("the proxy answered CONNECT with {} {}",
                                            parser->status(), parser->reason())};
  }
}

HttpError Connection::handshake(const std::string& host, Time deadline, HttpTimings& timings,
                                std::string_view only_protocol) {
  const auto* const tls = own_tls_ != nullptr ? own_tls_.get() : context_.tls_.get();
  if (tls == nullptr) return {ErrorCode::tls, "no TLS was set up"};
  auto& loop = context_.loop_;
  const auto begin = loop.now();
  tls_.emplace(socket_, *tls);
  const auto outcome =
      tls_->handshake(server_name_.empty() ? host : server_name_, deadline, only_protocol);
  timings.tls_handshaking = loop.now() - begin;
  return error_of(outcome);
}

}  // namespace crema::load
