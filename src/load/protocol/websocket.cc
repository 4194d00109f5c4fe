#include "crema/load/protocol/websocket.h"

#include "connection.h"
#include "exchange_memory.h"
#include "request_head.h"
#include "target.h"
#include "websocket_deflate.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace crema::load {
namespace {

using Step = ResponseParser::Step;

constexpr std::size_t kMostBodyBytes = 1024;  // of a response that refuses
constexpr std::string_view kOffer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

// RFC 6455, 4.2.2.
std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// The address as HTTP knows it; none where it is no WebSocket's.
std::optional<std::string> http_address(std::string_view url) {
  const auto end = url.find("://");
  const auto scheme = to_lower(url.substr(0, end));
  if (end == std::string_view::npos || (scheme != "ws" && scheme != "wss")) return std::nullopt;
  return (scheme == "ws" ? "http" : "https") + std::string(url.substr(end));
}

bool is_refused(const HeaderField& field) {
  for (const std::string_view ours : {"Upgrade", "Connection", "Sec-WebSocket-Key",
                                      "Sec-WebSocket-Version", "Sec-WebSocket-Extensions"}) {
    if (equals_ignore_case(field.name, ours)) return true;
  }
  return false;
}

bool has_token(std::string_view list, std::string_view token) {
  const auto parts = split(list, ',');
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return equals_ignore_case(trim(part), token); });
}

// Go names the address that a dial failed for.
void name_address(HttpError& error, const Connection& connection) {
  if (error.code != ErrorCode::dial_refused) return;
  error.message = fmt::format("dial tcp {}:{}: connect: connection refused",
                              connection.remote().ip(), connection.remote().port());
}

}  // namespace

WebSocket::WebSocket(HttpContext& context)
    : context_(context), parser_({.message_bytes = context.options_.largest_body}) {}

WebSocket::~WebSocket() = default;

// splitmix64: masks must differ, not be secret from the one who runs the test.
std::uint64_t WebSocket::random() {
  std::uint64_t z = context_.random_ += 0x9e3779b97f4a7c15U;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27) * 0x94d049bb133111ebU;
  return z ^ z >> 31;
}

void WebSocket::connect(const WebSocketRequest& request, WebSocketHandshake& result) {
  const auto begin = context_.loop_.now();
  result.error = handshake(request, result);
  result.connecting = context_.loop_.now() - begin;
  if (connection_ != nullptr) result.remote = connection_->remote();
  if (!result.opened) disconnect();
}

HttpError WebSocket::handshake(const WebSocketRequest& request, WebSocketHandshake& result) {
  const auto address = http_address(request.url);
  auto parsed = address ? Url::parse(*address) : Result<Url>(fail("load/url", ""));
  if (!parsed || parsed->user || parsed->password)
    return {ErrorCode::invalid_url, "malformed ws or wss URL"};
  const Target target(std::move(*parsed));
  const auto* const proxy = context_.options_.proxies.proxy_for(target.url);
  const auto deadline =
      request.timeout > Duration(0) ? context_.loop_.now() + request.timeout : kNever;
  connection_ = std::make_shared<Connection>(context_, target.key);
  HttpTimings timings;
  if (auto error = connection_->open(target, proxy, deadline, timings, "http/1.1")) {
    name_address(error, *connection_);
    return error;
  }
  std::array<std::uint64_t, 2> nonce{random(), random()};
  const auto key = base64({reinterpret_cast<const char*>(nonce.data()), sizeof nonce});
  std::vector<HeaderField> fields{{"Upgrade", "websocket"},
                                  {"Connection", "Upgrade"},
                                  {"Sec-WebSocket-Key", key},
                                  {"Sec-WebSocket-Version", "13"}};
  if (request.compress) fields.push_back({"Sec-WebSocket-Extensions", kOffer});
  bool own_cookies = false;
  for (const auto& field : request.headers) {
    if (is_refused(field)) continue;
    own_cookies = own_cookies || equals_ignore_case(field.name, "Cookie");
    fields.push_back(field);
  }
  // As with k6, cookies that are written out stand in the place of the jar's.
  const HttpRequest head_request{
      .url = target.plain, .headers = fields, .jar = own_cookies ? nullptr : request.jar};
  std::string head;
  write_head(head, head_request,
             {.target = &target,
              .method = "GET",
              .host = host_header(head_request),
              .user_agent = context_.options_.user_agent,
              .for_proxy = proxy != nullptr && !target.url.secure()},
             context_.clock_.wall());
  const std::string_view part = head;
  if (const auto sent = connection_->write(std::span(&part, 1), deadline); !sent)
    return error_of(sent, "write");
  if (auto error = receive_head(request, key, deadline, result)) return error;
  if (request.jar == nullptr) return {};
  for (std::size_t i = 0; i < result.headers.size(); ++i) {
    if (result.headers[i].name != "Set-Cookie") continue;
    if (const auto cookie = parse_set_cookie(result.headers[i].value))
      request.jar->set(target.url, *cookie, context_.clock_.wall());
  }
  return {};
}

HttpError WebSocket::receive_head(const WebSocketRequest& request, std::string_view key,
                                  Time deadline, WebSocketHandshake& result) {
  Lent<ResponseParser> parser(context_.memory_->parsers);
  Lent<ExchangeMemory::Buffer> buffer(context_.memory_->buffers);
  parser->begin("GET");
  while (true) {
    const auto got = connection_->read(*buffer, deadline);
    if (got.status == IoStatus::closed && result.status != 0) return {};
    if (!got) return error_of(got, "read");
    std::string_view input(buffer->data(), got.bytes);
    auto step = parser->next(input);
    while (step == Step::head || step == Step::body) {
      if (step == Step::head) {
        take_response(*parser, key, result);
        compress_ = compress_ && request.compress;
        if (compress_) parser_.allow_compression();
        if (result.opened) {
          parse(input);
          return {};
        }
      } else {
        result.body.append(parser->body().substr(0, kMostBodyBytes - result.body.size()));
        if (result.body.size() >= kMostBodyBytes) return {};
      }
      step = parser->next(input);
    }
    if (step == Step::complete) return {};
    if (step == Step::failed) return {ErrorCode::generic, parser->error()};
  }
}

void WebSocket::take_response(ResponseParser& parser, std::string_view key,
                              WebSocketHandshake& result) {
  result.status = parser.status();
  for (const auto& [name, value] : parser.fields()) result.headers.add_canonical(name, value);
  result.subprotocol = result.headers.find("Sec-Websocket-Protocol");
  result.opened = parser.status() == 101 &&
                  has_token(result.headers.find("Upgrade"), "websocket") &&
                  has_token(result.headers.find("Connection"), "upgrade") &&
                  result.headers.find("Sec-Websocket-Accept") == accept_of(key);
  compress_ = result.headers.find("Sec-Websocket-Extensions").find("permessage-deflate") !=
              std::string_view::npos;
}

bool WebSocket::parse(std::string_view input) {
  while (true) {
    switch (parser_.next(input)) {
      case WebSocketParser::Step::need_more:
        return true;
      case WebSocketParser::Step::message:
        arrived_.push_back(std::move(parser_.message()));
        parser_.message() = {};
        break;
      case WebSocketParser::Step::failed:
        return false;
    }
  }
}

WebSocket::Read WebSocket::read(WebSocketMessage& message, Time deadline) {
  while (arrived_.empty()) {
    if (connection_ == nullptr) return Read::ended;
    if (!parser_.error().empty()) {
      error_ = parser_.error();
      if (!std::exchange(broken_, true)) {
        put_close(parser_.close_code(), {});
        flush(deadline);
      }
      return Read::failed;
    }
    const auto connection = connection_;
    const auto reason = connection->wait_readable(deadline);
    if (reason == WakeReason::timeout) return Read::timeout;
    if (reason == WakeReason::interrupted) return Read::interrupted;
    if (connection_ == nullptr) return Read::ended;
    Lent<ExchangeMemory::Buffer> buffer(context_.memory_->buffers);
    const auto got = connection->read(*buffer, deadline);
    switch (got.status) {
      case IoStatus::ok:
        parse({buffer->data(), got.bytes});
        break;
      case IoStatus::timeout:
        return Read::timeout;
      case IoStatus::interrupted:
        return Read::interrupted;
      case IoStatus::closed:
        return Read::ended;
      case IoStatus::failed:
        error_ = error_of(got, "read").message;
        return Read::failed;
    }
  }
  message = std::move(arrived_.front());
  arrived_.pop_front();
  answer(message);
  return Read::message;
}

// What the other side must hear at once. Where it no longer listens, the next read tells.
void WebSocket::answer(const WebSocketMessage& message) {
  if (message.kind == WebSocketKind::ping) {
    put(WebSocketKind::pong, message.data);
  } else if (message.kind == WebSocketKind::close && !close_sent_) {
    put_close(message.code == 1005 ? std::uint16_t{0} : message.code);
  } else {
    return;
  }
  flush();
}

void WebSocket::append(WebSocketKind kind, std::string_view payload, bool compressed) {
  std::array<char, 4> mask{};
  const auto bits = static_cast<std::uint32_t>(random());
  std::memcpy(mask.data(), &bits, mask.size());
  append_frame(outgoing_, kind, payload, mask, compressed);
}

HttpError WebSocket::put(WebSocketKind kind, std::string_view payload) {
  if (close_sent_) return {ErrorCode::generic, "websocket: close sent"};
  if (connection_ == nullptr) return {ErrorCode::generic, "use of closed network connection"};
  const bool data = kind == WebSocketKind::text || kind == WebSocketKind::binary;
  if (data) buffered_ += payload.size();
  if (compress_ && data) {
    auto small = deflate_message(payload);
    if (!small) return {ErrorCode::generic, small.error().message};
    append(kind, *small, true);
  } else {
    append(kind, payload, false);
  }
  return {};
}

HttpError WebSocket::put_close(std::uint16_t code, std::string_view reason) {
  if (close_sent_) return {ErrorCode::generic, "websocket: close sent"};
  const auto error = put(WebSocketKind::close, code == 0 ? "" : close_payload(code, reason));
  close_sent_ = true;
  return error;
}

HttpError WebSocket::flush(Time deadline) {
  if (writing_) return {};
  HttpError error;
  writing_ = true;
  while (!outgoing_.empty() && !error) {
    if (connection_ == nullptr) {
      error = {ErrorCode::generic, "use of closed network connection"};
      break;
    }
    going_.clear();
    going_.swap(outgoing_);
    const auto covered = buffered_;
    const std::string_view part = going_;
    const auto connection = connection_;
    error = error_of(connection->write(std::span(&part, 1), deadline), "write");
    buffered_ -= std::min(buffered_, covered);
  }
  writing_ = false;
  // A large message's memory is not kept for small ones.
  if (going_.capacity() > std::size_t{64} * 1024) going_ = {};
  return error;
}

void WebSocket::disconnect() {
  if (connection_ == nullptr) return;
  const auto wire = connection_->take_wire_bytes();
  last_wire_.sent += wire.sent;
  last_wire_.received += wire.received;
  connection_->close();
  connection_.reset();
}

WireBytes WebSocket::take_wire_bytes() {
  auto wire = std::exchange(last_wire_, {});
  if (connection_ != nullptr) {
    const auto fresh = connection_->take_wire_bytes();
    wire.sent += fresh.sent;
    wire.received += fresh.received;
  }
  return wire;
}

}  // namespace crema::load
