// What an HttpClient is asked for, and what it tells of what it did.
#pragma once

#include "crema/load/core/stream.h"
#include "crema/load/protocol/cookie_jar.h"
#include "crema/load/protocol/header_list.h"
#include "crema/load/protocol/http_error.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// A cookie of this request only: it goes beside those of the jar, or in the place of that of its
// name.
struct RequestCookie {
  std::string_view name;
  std::string_view value;
  bool replace = false;
};

enum class Authentication : std::uint8_t { basic, digest };

// Views: what they show must live until send() returns.
struct HttpRequest {
  std::string_view method = "GET";
  std::string_view url;  // with user and password for `authentication`
  // In their order; a name or value that is not valid (header_list.h) is an error. Of "Host" the
  // last counts; it becomes
  // the authority. "Content-Length" and "Transfer-Encoding" are not taken from here.
  std::span<const HeaderField> headers;
  // As Go: without one, POST, PUT and PATCH send "Content-Length: 0", the others nothing.
  std::string_view body;
  Duration timeout = std::chrono::seconds(60);  // of everything, redirects too; 0 for none
  int max_redirects = 10;
  CookieJar* jar = nullptr;  // null sends and keeps none
  std::span<const RequestCookie> cookies;
  Authentication authentication = Authentication::basic;
  bool discard_body = false;  // count it only
};

// As k6's tracer defines them. What did not happen is zero.
struct HttpTimings {
  Duration blocked{0};     // until there was a connection: name, connect and TLS included
  Duration connecting{0};  // TCP
  Duration tls_handshaking{0};
  Duration sending{0};
  Duration waiting{0};  // from the last byte of the request to the first of the response
  Duration receiving{0};
  // http_req_duration.
  Duration total() const { return sending + waiting + receiving; }
};

// "Not Found"; "" for a status that has no words.
std::string_view reason_phrase(int status);

// One request on the wire and its response: a request has as many as it had hops of redirects and
// rounds of authentication.
struct Exchange {
  std::string url;  // without user and password
  std::string method;
  std::string head;        // request line and fields as they were sent; HTTP/2's in the same shape
  bool body_sent = false;  // the request's body went with this one
  int status = 0;          // 0 where there is no response
  int protocol = 11;       // 10, 11 or 20
  HttpTimings timings;
  Time end{};       // when the response was complete, or the error there
  HttpError error;  // of transport; a status of 4xx is none
  // A 401 that asks for digest authentication: k6 counts it as expected.
  bool challenge = false;
  Address remote;
  TlsFacts tls;  // empty without TLS
  WireBytes wire;

  // error_code of k6: that of `error`, else that of the status; 0 for none.
  std::uint16_t error_code() const;
};

// Of the last exchange.
struct HttpResponse {
  std::vector<Exchange> exchanges;  // in their order; empty when the request could not be made
  HttpError error;                  // of the last exchange, of its body, or of the request itself
  int status = 0;
  std::string status_text;           // "200 OK"
  HeaderList headers;                // names in Go's canonical form
  std::string body;                  // decoded; empty where it was discarded
  std::uint64_t body_bytes = 0;      // before decoding
  bool stopped_redirecting = false;  // a redirect more than max_redirects was not followed

  // Keeps the memory of what it held.
  void clear();
  // A new last exchange, with the memory of an earlier one.
  Exchange& add_exchange();

 private:
  std::vector<Exchange> spare_;
};

}  // namespace crema::load
