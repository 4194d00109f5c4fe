// Who may talk to whom: certificates of one small authority for the two sides of a distributed
// test.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;  // NOLINT: OpenSSL's name

namespace crema::load {

enum class Side : std::uint8_t { coordinator, agent };

// PEM files.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path authority;
};

// Those of one side in a folder that make_certificates() wrote.
CertificateFiles certificate_files(const std::filesystem::path& folder, Side side);

// Makes an authority and a certificate of each side, good for a year, on the curve P-256:
// authority.pem, agent.pem, agent-key.pem, coordinator.pem, coordinator-key.pem. Keys are for their
// owner only; that of the authority is not kept, so nobody can join later. Fails with
// "load/certificates" where one of the files is there already or OpenSSL does not do it, and as
// files do.
Result<> make_certificates(const std::filesystem::path& folder, const sys::Clock& clock);

// What the connections of one side agree on: TLS 1.3, and a certificate of the other side that the
// same authority has signed for its side. Names of hosts are not looked at: machines come and go,
// and the authority signs for nobody else.
class ChannelTls {
 public:
  // Fails with "load/certificates", naming the file.
  static Result<std::shared_ptr<const ChannelTls>> create(const CertificateFiles& files, Side side);
  ssl_ctx_st* context() const { return context_.get(); }
  Side side() const { return side_; }

 private:
  struct Freed {
    void operator()(ssl_ctx_st* context) const;
  };
  ChannelTls() = default;

  std::unique_ptr<ssl_ctx_st, Freed> context_;
  Side side_ = Side::agent;
};

}  // namespace crema::load
