// Digest authentication (RFC 7616): the answer to a server's challenge.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

struct DigestChallenge {
  std::string realm;
  std::string nonce;
  std::string opaque;
  std::string algorithm;  // "MD5", "MD5-sess", "SHA-256" or "SHA-256-sess"
  bool has_opaque = false;
  bool has_algorithm = false;
  bool quality_auth = false;  // qop="auth" is offered
};

// One value of WWW-Authenticate; none when it is another scheme, or an algorithm or quality of
// protection that is not known.
std::optional<DigestChallenge> parse_digest_challenge(std::string_view text);

struct DigestCredentials {
  std::string_view user;
  std::string_view password;
  std::string_view method;
  std::string_view target;        // path and query, as in the request line
  std::string_view client_nonce;  // random; for qop="auth"
};

// The value of Authorization.
std::string digest_authorization(const DigestChallenge& challenge,
                                 const DigestCredentials& credentials);

}  // namespace crema::load
