// ClientRequest: one call of HttpClient::send, with all its hops.
#pragma once

#include "connection.h"
#include "digest_auth.h"
#include "http2_session.h"
#include "target.h"

#include "crema/load/protocol/http1_parser.h"
#include "crema/load/protocol/http_client.h"

#include <memory>
#include <optional>
#include <string>

namespace crema::load {

class ClientRequest {
 public:
  ClientRequest(HttpClient& client, const HttpRequest& request, HttpResponse& response);
  void run();

 private:
  using TargetPointer = std::shared_ptr<const Target>;

  // One hop; what became of it is in `exchange`.
  void make_exchange(Exchange& exchange);
  bool attempt(Exchange& exchange, Connection& connection, bool reused);
  void attempt_http2(Exchange& exchange, Http2Session& session);
  void write_request_head(Exchange& exchange, bool for_proxy);
  HttpError receive(Exchange& exchange, Connection& connection, ResponseParser& parser, Time sent);
  HttpError take(Exchange& exchange, ResponseParser& parser, std::string_view& input,
                 bool& complete);
  void take_head(Exchange& exchange, int status, std::string_view reason);
  void reserve_body(std::int64_t length);
  HttpError take_body(std::string_view piece);
  void count_bytes(Exchange& exchange, Connection& connection);
  bool may_retry(const HttpError& error, bool reused) const;

  void keep_cookies();
  // Whether the last response asks for another exchange, which is then prepared.
  bool answer_challenge(Exchange& exchange);
  bool follow_redirect();
  bool leads_on(int status) const;
  std::optional<DigestChallenge> find_challenge() const;
  void finish();
  void fail(HttpError error);

  HttpClient& client_;
  HttpContext& context_;
  const HttpRequest& request_;
  HttpResponse& response_;
  TargetPointer target_;
  Time deadline_ = kNever;
  std::string method_;
  std::string host_;  // of a Host header
  std::string referer_;
  std::string authorization_;  // of digest authentication
  std::string proxy_authorization_;
  bool with_body_ = false;
  bool elsewhere_ = false;
  bool closes_ = false;
  bool keep_body_ = true;  // of the response that comes in now
  bool response_started_ = false;
  bool refused_ = false;  // a server of HTTP/2 has not looked at the request
  bool spoiled_ = false;  // the connection sent more than a response
  int redirects_ = 0;
  int retries_ = 0;
};

}  // namespace crema::load
