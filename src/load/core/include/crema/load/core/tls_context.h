// TlsContext: what the TLS connections of a run agree on: trust, versions, client certificates.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;  // NOLINT: OpenSSL's name

namespace crema::load {

enum class TlsVersion : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

struct ClientCertificate {
  std::vector<std::string> domains;  // "example.com", "*.example.com"; none means every host
  std::string certificate;           // PEM, with its chain
  std::string key;                   // PEM
  std::string password;              // of the key; may be empty
};

// Sessions are never taken up again: as with k6, every connection makes the whole handshake.
struct TlsOptions {
  bool verify = true;  // false is k6's insecureSkipTLSVerify
  std::optional<TlsVersion> lowest;
  std::optional<TlsVersion> highest;
  std::vector<std::string> cipher_suites;  // IANA's names; none means OpenSSL's choice
  std::vector<ClientCertificate> certificates;
  std::vector<std::string> protocols;  // for ALPN, the favourite first: "h2", "http/1.1"
  std::string roots;                   // PEM; trusted beside the system's own
};

// May be shared by loops, but one a thread saves contended reference counts.
class TlsContext {
 public:
  // Fails with "load/tls-auth", "load/tls-cipher-suites", "load/tls-version" or "load/tls-roots".
  static Result<std::shared_ptr<TlsContext>> create(const TlsOptions& options);
  ~TlsContext();
  // Whether OpenSSL has the suite of that name of IANA: it has none with RC4 any more.
  static bool has_cipher_suite(std::string_view name);

  // A new connection's SSL, with SNI, verification and certificate for `host`; null when OpenSSL
  // has no memory. For TlsStream.
  ssl_st* new_connection(const std::string& host) const;
  bool verifies() const;
  // What it was made of: for one that differs in a few points.
  const TlsOptions& options() const;

 private:
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crema::load
