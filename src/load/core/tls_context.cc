#include "crema/load/core/tls_context.h"

#include "host_pattern.h"

#include "crema/base/strings.h"
#include "crema/load/core/address.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace crema::load {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Freed<BIO_free>>;

struct Identity {
  Certificate certificate;
  std::vector<Certificate> chain;
  Key key;
};

Memory memory_of(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<Certificate> read_certificates(const std::string& pem) {
  std::vector<Certificate> all;
  const auto memory = memory_of(pem);
  while (true) {
    Certificate one(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    all.push_back(std::move(one));
  }
  ERR_clear_error();
  return all;
}

int give_password(char* buffer, int size, int /*writing*/, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto count = std::min(text.size(), static_cast<std::size_t>(size));
  std::copy_n(text.data(), count, buffer);
  return static_cast<int>(count);
}

Result<std::shared_ptr<Identity>> read_identity(const ClientCertificate& from) {
  auto identity = std::make_shared<Identity>();
  auto certificates = read_certificates(from.certificate);
  if (certificates.empty()) {
    return fail("load/tls-auth", "a client certificate of `tlsAuth` is no PEM certificate");
  }
  identity->certificate = std::move(certificates.front());
  for (std::size_t i = 1; i < certificates.size(); ++i) {
    identity->chain.push_back(std::move(certificates[i]));
  }
  const auto memory = memory_of(from.key);
  auto password = from.password;
  identity->key.reset(PEM_read_bio_PrivateKey(memory.get(), nullptr, give_password, &password));
  ERR_clear_error();
  if (!identity->key) {
    return fail("load/tls-auth",
                "a key of `tlsAuth` is no PEM key, or its password is another one");
  }
  if (X509_check_private_key(identity->certificate.get(), identity->key.get()) != 1) {
    ERR_clear_error();
    return fail("load/tls-auth", "a key of `tlsAuth` does not belong to its certificate");
  }
  return identity;
}

int number_of(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls_1_0:
      return TLS1_VERSION;
    case TlsVersion::tls_1_1:
      return TLS1_1_VERSION;
    case TlsVersion::tls_1_2:
      return TLS1_2_VERSION;
    case TlsVersion::tls_1_3:
      return TLS1_3_VERSION;
  }
  return TLS1_2_VERSION;
}

// In Go's order, on which k6's error codes depend: the time, the name, then the chain. OpenSSL
// alone would look at the chain first.
int verify(X509_STORE_CTX* store, void* /*argument*/) {
  auto* const leaf = X509_STORE_CTX_get0_cert(store);
  auto* const parameters = X509_STORE_CTX_get0_param(store);
  const auto refuse = [store](int error) {
    X509_STORE_CTX_set_error(store, error);
    return 0;
  };
  if (X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0)
    return refuse(X509_V_ERR_CERT_HAS_EXPIRED);
  if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0) {
    return refuse(X509_V_ERR_CERT_NOT_YET_VALID);
  }
  if (const char* host = X509_VERIFY_PARAM_get0_host(parameters, 0)) {
    if (X509_check_host(leaf, host, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) != 1) {
      return refuse(X509_V_ERR_HOSTNAME_MISMATCH);
    }
  } else if (char* ip = X509_VERIFY_PARAM_get1_ip_asc(parameters)) {
    const bool matches = X509_check_ip_asc(leaf, ip, 0) == 1;
    OPENSSL_free(ip);
    if (!matches) return refuse(X509_V_ERR_IP_ADDRESS_MISMATCH);
  }
  return X509_verify_cert(store);
}

// OpenSSL's name of the suite that IANA names so; "" where it has none.
std::string cipher_name(SSL_CTX* context, std::string name) {
  // Go's older name of it.
  if (name.ends_with("_WITH_CHACHA20_POLY1305")) name += "_SHA256";
  const auto* const all = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const auto* const cipher = sk_SSL_CIPHER_value(all, i);
    const char* standard = SSL_CIPHER_get_id(cipher) == 0 ? "" : SSL_CIPHER_standard_name(cipher);
    if (standard != nullptr && name == standard) return SSL_CIPHER_get_name(cipher);
  }
  return {};
}

// TLS 1.3's suites are always on, as with Go.
Result<std::string> cipher_list(SSL_CTX* context, const std::vector<std::string>& names) {
  SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
  std::vector<std::string> found;
  for (const auto& name : names) {
    auto known = cipher_name(context, name);
    if (known.empty())
      return fail("load/tls-cipher-suites",
                  fmt::format("`tlsCipherSuites` names {}, which is not known here", name));
    if (!name.starts_with("TLS_AES_") && !name.starts_with("TLS_CHACHA20_"))
      found.push_back(std::move(known));
  }
  return join(found, ":");
}

int number_of(const std::optional<TlsVersion>& version) {
  return version ? number_of(*version) : 0;
}

}  // namespace

struct TlsContext::Impl {
  TlsOptions options;
  Context context;
  bool verifies = true;
  HostPatterns<std::shared_ptr<Identity>> identities;

  Result<> set_versions(const TlsOptions& options);
  Result<> set_trust(const TlsOptions& options);
  Result<> set_protocols(const std::vector<std::string>& protocols);
};

Result<> TlsContext::Impl::set_versions(const TlsOptions& options) {
  const auto lowest = options.lowest.value_or(TlsVersion::tls_1_2);
  if (options.highest && *options.highest < options.lowest.value_or(TlsVersion::tls_1_0)) {
    return fail("load/tls-version", "`tlsVersion` has a `min` above its `max`");
  }
  // A highest version below Go's own lowest needs no other lowest to be said.
  const int low =
      std::min(number_of(lowest), options.highest ? number_of(*options.highest) : TLS1_3_VERSION);
  SSL_CTX_set_min_proto_version(context.get(), low);
  SSL_CTX_set_max_proto_version(context.get(), number_of(options.highest));
  if (!options.cipher_suites.empty()) {
    const auto list = CREMA_TRY(cipher_list(context.get(), options.cipher_suites));
    SSL_CTX_set_cipher_list(context.get(), (list + ":@SECLEVEL=0").c_str());
  } else if (low < TLS1_2_VERSION) {
    // OpenSSL's own level of security has no cipher for them.
    SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=0");
  }
  return {};
}

Result<> TlsContext::Impl::set_trust(const TlsOptions& options) {
  verifies = options.verify;
  if (!options.verify) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    return {};
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), verify, nullptr);
  SSL_CTX_set_default_verify_paths(context.get());
  if (options.roots.empty()) return {};
  const auto roots = read_certificates(options.roots);
  if (roots.empty()) return fail("load/tls-roots", "the roots to trust are no PEM certificates");
  for (const auto& root : roots) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.get());
  }
  return {};
}

Result<> TlsContext::Impl::set_protocols(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const auto& protocol : protocols) {
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
  return {};
}

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

bool TlsContext::has_cipher_suite(std::string_view name) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free);
  return context && SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0") == 1 &&
         !cipher_name(context.get(), std::string(name)).empty();
}
bool TlsContext::verifies() const { return impl_->verifies; }
const TlsOptions& TlsContext::options() const { return impl_->options; }

Result<std::shared_ptr<TlsContext>> TlsContext::create(const TlsOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!impl->context) return fail("load/tls", "OpenSSL cannot make a context");
  auto* const context = impl->context.get();
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Buffers are given back while a connection has nothing to do; whole records are read at once.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  // Servers close without a word; the length of the body tells whether that was too early.
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
  CREMA_TRY(impl->set_versions(options));
  CREMA_TRY(impl->set_trust(options));
  if (!options.protocols.empty()) CREMA_TRY(impl->set_protocols(options.protocols));
  for (const auto& certificate : options.certificates) {
    const auto identity = CREMA_TRY(read_identity(certificate));
    if (certificate.domains.empty()) impl->identities.add("*", identity);
    for (const auto& domain : certificate.domains) impl->identities.add(domain, identity);
  }
  return std::shared_ptr<TlsContext>(
      new TlsContext(std::move(impl)));  // NOLINT: private constructor
}

ssl_st* TlsContext::new_connection(const std::string& host) const {
  SSL* const ssl = SSL_new(impl_->context.get());
  if (ssl == nullptr) return nullptr;
  auto* const parameters = SSL_get0_param(ssl);
  if (Address::parse(host, 0)) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
    // As Go: the subject's common name is no name of a host.
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  }
  if (const auto* identity = impl_->identities.find(host)) {
    SSL_use_certificate(ssl, (*identity)->certificate.get());
    SSL_use_PrivateKey(ssl, (*identity)->key.get());
    for (const auto& link : (*identity)->chain) SSL_add1_chain_cert(ssl, link.get());
  }
  return ssl;
}

}  // namespace crema::load
