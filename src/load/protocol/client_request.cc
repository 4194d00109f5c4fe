#include "client_request.h"

#include "exchange_memory.h"
#include "request_head.h"

#include "crema/base/strings.h"
#include "crema/load/protocol/content_coding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace crema::load {
namespace {

using Step = ResponseParser::Step;

// Room that is made for a body before a byte of it is there.
constexpr std::uint64_t kMostReserved = std::uint64_t{1024} * 1024;
constexpr int kMostRetries = 3;

bool idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

bool asks_to_close(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const HeaderField& field) {
    return field.name.size() == 10 && equals_ignore_case(field.name, "Connection") &&
           equals_ignore_case(field.value, "close");
  });
}

// What would end its line would begin another: nobody may send that.
HttpError check(const HttpRequest& request) {
  if (!valid_header_name(request.method)) {
    return {ErrorCode::generic, fmt::format("net/http: invalid method \"{}\"", request.method)};
  }
  for (const auto& [name, value] : request.headers) {
    if (!valid_header_name(name)) {
      return {ErrorCode::generic, fmt::format("net/http: invalid header field name \"{}\"", name)};
    }
    if (!valid_header_value(value)) {
      return {ErrorCode::generic,
              fmt::format("net/http: invalid header field value for \"{}\"", name)};
    }
  }
  return {};
}

bool same_site(const Url& from, const Url& to) {
  const auto one = to_lower(from.host);
  const auto other = to_lower(to.host);
  return other == one || other.ends_with("." + one);
}

}  // namespace

ClientRequest::ClientRequest(HttpClient& client, const HttpRequest& request, HttpResponse& response)
    : client_(client), context_(client.context_), request_(request), response_(response) {}

void ClientRequest::run() {
  response_.clear();
  if (auto error = check(request_)) return fail(std::move(error));
  auto target = context_.targets_->find(request_.url);
  if (!target) return fail({ErrorCode::invalid_url, std::move(target.error().message)});
  target_ = std::move(*target);
  method_ = request_.method;
  with_body_ = !request_.body.empty();
  host_ = host_header(request_);
  closes_ = asks_to_close(request_);
  if (request_.timeout > Duration(0)) deadline_ = context_.loop_.now() + request_.timeout;
  while (true) {
    auto& exchange = response_.add_exchange();
    make_exchange(exchange);
    if (exchange.error) return fail(exchange.error);
    keep_cookies();
    if (answer_challenge(exchange)) continue;
    if (!follow_redirect()) break;
  }
  finish();
}

void ClientRequest::fail(HttpError error) {
  response_.error = std::move(error);
  response_.status = 0;
  response_.status_text.clear();
  response_.headers.clear();
  response_.body.clear();
}

void ClientRequest::make_exchange(Exchange& exchange) {
  exchange.url = target_->plain;
  exchange.method = method_;
  exchange.body_sent = with_body_;
  const auto* const proxy = context_.options_.proxies.proxy_for(target_->url);
  const bool plain_proxy = proxy != nullptr && !target_->url.secure();
  proxy_authorization_.clear();
  if (plain_proxy && proxy->user) {
    proxy_authorization_ = "Basic " + base64(*proxy->user + ":" + proxy->password.value_or(""));
  }
  write_request_head(exchange, plain_proxy);
  const auto key = proxy == nullptr
                       ? target_->key
                       : fmt::format("{} {}:{}", target_->key, proxy->host, proxy->port);
  const bool reuses = !context_.options_.no_connection_reuse;
  while (true) {
    const auto start = context_.loop_.now();
    exchange.timings = {};
    exchange.error = {};
    auto session = reuses && target_->url.secure() ? client_.find_http2(key) : nullptr;
    if (session != nullptr) {
      attempt_http2(exchange, *session);
      if (!exchange.error || !may_retry(exchange.error, true)) return;
      continue;
    }
    auto connection = reuses ? client_.take_idle(key) : nullptr;
    const bool reused = connection != nullptr;
    if (!reused) {
      connection = std::make_unique<Connection>(context_, key);
      exchange.error = connection->open(*target_, proxy, deadline_, exchange.timings);
      exchange.timings.blocked = context_.loop_.now() - start;
      exchange.remote = connection->remote();
      if (exchange.error) {
        count_bytes(exchange, *connection);
        exchange.end = context_.loop_.now();
        return;
      }
    }
    if (connection->tls().protocol == "h2") {
      session = client_.share_http2(std::move(connection));
      attempt_http2(exchange, *session);
      if (!exchange.error || !may_retry(exchange.error, false)) return;
      continue;
    }
    const bool keep = attempt(exchange, *connection, reused);
    count_bytes(exchange, *connection);
    if (keep) client_.give_back(std::move(connection));
    if (!exchange.error || !may_retry(exchange.error, reused)) return;
  }
}

void ClientRequest::write_request_head(Exchange& exchange, bool for_proxy) {
  const HeadParts parts{.target = target_.get(),
                        .method = method_,
                        .host = host_,
                        .user_agent = context_.options_.user_agent,
                        .authorization = authorization_,
                        .proxy_authorization = proxy_authorization_,
                        .referer = referer_,
                        .for_proxy = for_proxy,
                        .with_body = with_body_,
                        .closes = context_.options_.no_connection_reuse && !closes_,
                        .elsewhere = elsewhere_};
  // The wall clock is only for cookies that expire.
  const bool has_cookies = request_.jar != nullptr && !request_.jar->empty();
  write_head(exchange.head, request_, parts,
             has_cookies ? context_.clock_.wall() : sys::WallTime{});
}

// As attempt, on a stream of a connection that others use too.
void ClientRequest::attempt_http2(Exchange& exchange, Http2Session& session) {
  auto& loop = context_.loop_;
  exchange.remote = session.connection().remote();
  exchange.tls = session.connection().tls();
  exchange.protocol = 20;
  response_started_ = false;
  refused_ = false;
  Http2Stream stream;
  if (with_body_) stream.body = request_.body;
  const auto start = loop.now();
  auto first = start;
  stream.on_head = [&] {
    first = loop.now();
    response_started_ = true;
    response_.headers = std::move(stream.fields);
    take_head(exchange, stream.status, reason_phrase(stream.status));
  };
  stream.on_body = [this](std::string_view piece) { return take_body(piece); };
  exchange.error = session.start(stream, exchange.head, deadline_);
  auto sent = loop.now();
  if (!exchange.error) exchange.error = session.finish(stream, deadline_);
  exchange.end = loop.now();
  sent = std::min(std::max(sent, stream.sent), response_started_ ? first : exchange.end);
  exchange.timings.sending = std::max(sent - start, Duration(0));
  exchange.timings.waiting = (response_started_ ? first : exchange.end) - sent;
  if (response_started_) exchange.timings.receiving = exchange.end - first;
  if (exchange.error) exchange.status = 0;
  refused_ = stream.refused;
  retries_ += exchange.error ? 1 : 0;
  count_bytes(exchange, session.connection());
}

// True when the connection can take another request. Four readings of the clock are what k6's
// definition needs of a connection that is there: one before, and the ends of sending, waiting and
// receiving; the first is the exchange's start, from which nothing but a look into a list passed.
bool ClientRequest::attempt(Exchange& exchange, Connection& connection, bool reused) {
  auto& loop = context_.loop_;
  exchange.remote = connection.remote();
  exchange.tls = connection.tls();
  response_started_ = false;
  spoiled_ = false;
  const auto start = loop.now();
  const std::array<std::string_view, 2> parts = {exchange.head,
                                                 with_body_ ? request_.body : std::string_view()};
  const auto written = connection.write(parts, deadline_);
  const auto sent = loop.now();
  exchange.timings.sending = sent - start;
  const bool early = !written && written.status == IoStatus::failed && !reused &&
                     (written.error == EPIPE || written.error == ECONNRESET);
  // A server may refuse a body before it read it whole: its answer may still be there.
  if (!written && !early) {
    exchange.error = error_of(written, "write");
    if (!connection.tls_message().empty()) exchange.error.message = connection.tls_message();
    exchange.end = sent;
    return false;
  }
  Lent<ResponseParser> parser(context_.memory_->parsers);
  parser->begin(method_);
  exchange.error = receive(exchange, connection, *parser, sent);
  if (exchange.error && early) exchange.error = error_of(written, "write");
  if (exchange.error) {
    exchange.status = 0;
    return false;
  }
  return parser->keeps_alive() && written && !closes_ && !spoiled_ &&
         !context_.options_.no_connection_reuse;
}

HttpError ClientRequest::receive(Exchange& exchange, Connection& connection, ResponseParser& parser,
                                 Time sent) {
  auto& loop = context_.loop_;
  auto first = sent;
  HttpError error;
  bool complete = false;
  while (!complete && !error) {
    const auto reason = connection.wait_readable(deadline_);
    if (reason != WakeReason::ready) {
      const auto status = reason == WakeReason::timeout ? IoStatus::timeout : IoStatus::interrupted;
      error = error_of(IoResult{.status = status}, "read");
      break;
    }
    Lent<ExchangeMemory::Buffer> buffer(context_.memory_->buffers);
    const auto result = connection.read(*buffer, deadline_);
    if (result) {
      if (!response_started_) {
        first = loop.now();
        exchange.timings.waiting = first - sent;
        response_started_ = true;
      }
      std::string_view input(buffer->data(), result.bytes);
      error = take(exchange, parser, input, complete);
    } else if (result.status == IoStatus::closed) {
      complete = parser.end_of_stream() == Step::complete;
      if (!complete) error = {ErrorCode::generic, parser.error()};
    } else {
      error = error_of(result, "read");
      if (!connection.tls_message().empty()) error.message = connection.tls_message();
    }
  }
  exchange.end = loop.now();
  if (response_started_) {
    exchange.timings.receiving = exchange.end - first;
  } else {
    exchange.timings.waiting = exchange.end - sent;
  }
  return error;
}

HttpError ClientRequest::take(Exchange& exchange, ResponseParser& parser, std::string_view& input,
                              bool& complete) {
  while (true) {
    switch (parser.next(input)) {
      case Step::need_more:
        return {};
      case Step::failed:
        return {ErrorCode::generic, parser.error()};
      case Step::head:
        exchange.protocol = parser.minor_version() == 0 ? 10 : 11;
        response_.headers.clear();
        for (const auto& [name, value] : parser.fields()) {
          response_.headers.add_canonical(name, value);
        }
        take_head(exchange, parser.status(), parser.reason());
        reserve_body(parser.content_length());
        if (parser.status() == 101) {
          return {ErrorCode::generic, "the server switched to another protocol (101)"};
        }
        break;
      case Step::body:
        if (auto error = take_body(parser.body())) return error;
        break;
      case Step::complete:
        complete = true;
        // What follows a response that nobody asked for belongs to nobody.
        if (!input.empty()) spoiled_ = true;
        return {};
    }
  }
}

// The fields are in the response already.
void ClientRequest::take_head(Exchange& exchange, int status, std::string_view reason) {
  exchange.status = status;
  response_.status = status;
  response_.status_text.clear();
  fmt::format_to(std::back_inserter(response_.status_text), "{} {}", status, reason);
  response_.body.clear();
  response_.body_bytes = 0;
  keep_body_ = !request_.discard_body && !leads_on(status) && !find_challenge();
}

void ClientRequest::reserve_body(std::int64_t length) {
  if (!keep_body_ || length <= 0) return;
  response_.body.reserve(std::min(static_cast<std::uint64_t>(length), kMostReserved));
}

HttpError ClientRequest::take_body(std::string_view piece) {
  response_.body_bytes += piece.size();
  if (keep_body_) {
    if (response_.body.size() + piece.size() > context_.options_.largest_body) {
      return {ErrorCode::generic, fmt::format("the response's body is larger than {} bytes",
                                              context_.options_.largest_body)};
    }
    response_.body.append(piece);
  }
  return {};
}

void ClientRequest::count_bytes(Exchange& exchange, Connection& connection) {
  const auto wire = connection.take_wire_bytes();
  exchange.wire.sent += wire.sent;
  exchange.wire.received += wire.received;
  client_.wire_.sent += wire.sent;
  client_.wire_.received += wire.received;
}

// As Go: a server may close a connection that had nothing to do just when a request sets out on
// it. Then nothing of an answer came, and what may be sent twice is.
bool ClientRequest::may_retry(const HttpError& error, bool reused) const {
  if (refused_ && retries_ < kMostRetries) return true;
  const bool lost = error.code == ErrorCode::generic || error.code == ErrorCode::reset_by_peer ||
                    error.code == ErrorCode::broken_pipe;
  return reused && lost && !error.interrupted && !response_started_ && idempotent(method_);
}

void ClientRequest::keep_cookies() {
  if (request_.jar == nullptr) return;
  for (std::size_t i = 0; i < response_.headers.size(); ++i) {
    const auto field = response_.headers[i];
    if (field.name != "Set-Cookie") continue;
    if (const auto cookie = parse_set_cookie(field.value)) {
      request_.jar->set(target_->url, *cookie, context_.clock_.wall());
    }
  }
}

std::optional<DigestChallenge> ClientRequest::find_challenge() const {
  const bool asked = response_.status == 401 && authorization_.empty() &&
                     request_.authentication == Authentication::digest && target_->url.user;
  for (std::size_t i = 0; asked && i < response_.headers.size(); ++i) {
    const auto field = response_.headers[i];
    if (field.name != "Www-Authenticate") continue;
    if (auto challenge = parse_digest_challenge(field.value)) return challenge;
  }
  return std::nullopt;
}

bool ClientRequest::answer_challenge(Exchange& exchange) {
  const auto challenge = find_challenge();
  if (!challenge) return false;
  // xorshift64: the nonce must be another one each time, not secret.
  auto& random = context_.random_;
  random ^= random << 13;
  random ^= random >> 7;
  random ^= random << 17;
  const auto nonce = fmt::format("{:016x}", random);
  const auto place = target_->url.target();
  authorization_ = digest_authorization(*challenge, {.user = target_->url.user.value_or(""),
                                                     .password = target_->url.password.value_or(""),
                                                     .method = method_,
                                                     .target = place,
                                                     .client_nonce = nonce});
  exchange.challenge = true;
  return true;
}

bool ClientRequest::leads_on(int status) const {
  const bool redirect =
      status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  return redirect && redirects_ < request_.max_redirects &&
         !response_.headers.find("Location").empty();
}

bool ClientRequest::follow_redirect() {
  const int status = response_.status;
  if (!leads_on(status)) {
    const bool redirect =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    response_.stopped_redirecting = redirect && !response_.headers.find("Location").empty();
    return false;
  }
  const auto location = response_.headers.find("Location");
  auto url = target_->url.resolve(location);
  if (!url) {
    fail({ErrorCode::generic, fmt::format("failed to parse Location header \"{}\": {}", location,
                                          url.error().message)});
    return false;
  }
  ++redirects_;
  if (status != 307 && status != 308) {
    if (method_ != "GET" && method_ != "HEAD") method_ = "GET";
    with_body_ = false;
  }
  if (!same_site(target_->url, *url)) elsewhere_ = true;
  // As Go: a Host header holds for redirects within the host only.
  if (location.find("://") != std::string_view::npos || location.starts_with("//")) host_.clear();
  const bool downgrade = target_->url.secure() && !url->secure();
  referer_ = downgrade ? "" : target_->plain;
  authorization_.clear();
  target_ = std::make_shared<const Target>(std::move(*url));
  return true;
}

void ClientRequest::finish() {
  if (response_.error || response_.body.empty()) return;
  const auto codings = response_.headers.find("Content-Encoding");
  if (codings.empty()) return;
  auto decoded = decode_content(codings, std::move(response_.body), context_.options_.largest_body);
  if (decoded) {
    response_.body = std::move(*decoded);
    return;
  }
  HttpError error{ErrorCode::decompression, std::move(decoded.error().message)};
  auto& exchange = response_.exchanges.back();
  exchange.error = error;
  exchange.status = 0;
  fail(std::move(error));
}

}  // namespace crema::load
