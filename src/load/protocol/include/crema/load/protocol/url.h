// Url: http and https addresses, read and written as Go's net/url does it.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

struct Url {
  std::string scheme;                   // "http" or "https", in lower case
  std::optional<std::string> user;      // decoded
  std::optional<std::string> password;  // decoded
  std::string host;                     // without port or brackets, as it was written
  std::uint16_t port = 0;               // 80 or 443 where none was written
  std::string authority;                // "host", "host:8080", "[::1]:8080": as it was written
  std::string path;                     // escaped; "/" at least
  std::string query;                    // as it was written, without "?"
  bool has_query = false;               // "/?" differs from "/"
  std::string fragment;                 // as it was written, without "#"

  // Fails with "load/url": another scheme, no host, a port that is none, a character or an escape
  // that may not be there.
  static Result<Url> parse(std::string_view text);
  // This address with `reference` applied to it (RFC 3986, 5.2): where a redirect leads.
  Result<Url> resolve(std::string_view reference) const;

  bool secure() const { return scheme == "https"; }
  // What stands in the request line: path and query.
  std::string target() const;
  // The whole, with fragment, but without user and password.
  std::string without_credentials() const;
  // The whole, user and password as "****" where there are any: k6's tags `url` and `name`.
  std::string masked() const;
};

// The text with everything but letters, digits and "-_.~" escaped, a blank as "+" (Go's
// QueryEscape).
std::string query_escape(std::string_view text);

}  // namespace crema::load
