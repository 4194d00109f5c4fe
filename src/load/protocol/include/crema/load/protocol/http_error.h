// What went wrong with a request, in k6's numbers and words: `error_code` and `error`.
#pragma once

#include "crema/load/core/resolver.h"
#include "crema/load/core/stream.h"
#include "crema/load/core/tls_stream.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// k6's error codes (https://grafana.com/docs/k6/latest/javascript-api/error-codes/).
enum class ErrorCode : std::uint16_t {
  none = 0,
  generic = 1000,
  not_tcp = 1010,
  invalid_url = 1020,
  request_timeout = 1050,
  dns = 1100,
  no_such_host = 1101,
  blacklisted_ip = 1110,
  blocked_hostname = 1111,
  tcp = 1200,
  broken_pipe = 1201,
  unknown_errno = 1202,
  dial = 1210,
  dial_timeout = 1211,
  dial_refused = 1212,
  dial_unknown_errno = 1213,
  reset_by_peer = 1220,
  tls = 1300,
  tls_header = 1301,
  unknown_authority = 1310,
  wrong_hostname = 1311,
  // A response of 4xx or 5xx is 1000 more than its status.
  http2_go_away = 1610,     // 1611 to 1624: one more than HTTP/2's own code
  http2_stream = 1630,      // so here
  http2_connection = 1650,  // and here
  decompression = 1701,
};

struct HttpError {
  ErrorCode code = ErrorCode::none;
  std::string message;       // k6's `error`
  bool interrupted = false;  // the fiber was: nothing is wrong with the request

  explicit operator bool() const { return code != ErrorCode::none || interrupted; }
};

// `operation` is "read", "write" or "dial". The end of the stream is Go's "EOF".
HttpError error_of(const IoResult& result, std::string_view operation);
HttpError error_of(const Resolution& resolution, std::string_view host);
HttpError error_of(const TlsOutcome& outcome);
// 1400 to 1599 of a response's status; 0 where that is no error.
std::uint16_t status_error_code(int status);

}  // namespace crema::load
