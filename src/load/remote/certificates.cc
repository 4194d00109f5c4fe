#include "crema/load/remote/certificates.h"

#include "crema/sys/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <cstring>

namespace crema::load {
namespace {

template <auto Free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;

constexpr long kDay = 24 * 60 * 60;
constexpr long kDays = 365;

Diagnostic failure(std::string what) {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  auto error =
      make_error("load/certificates",
                 reason == nullptr ? std::move(what) : fmt::format("{}: {}", what, reason));
  error.hint = "make a set with `crema load agent --make-certificates DIR`";
  return error;
}

struct Subject {
  const char* name;
  bool authority;
  const char* purpose;  // extendedKeyUsage; null for the authority
};
constexpr Subject kAuthority{"crema load authority", true, nullptr};
constexpr Subject kAgent{"crema load agent", false, "serverAuth"};
constexpr Subject kCoordinator{"crema load coordinator", false, "clientAuth"};

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1U) == 1;
}

// Signed by `issuer`, or by itself where that is null.
Certificate make_certificate(const Subject& subject, EVP_PKEY* key, X509* issuer,
                             EVP_PKEY* issuer_key, time_t now) {
  Certificate certificate(X509_new());
  X509* raw = certificate.get();
  if (raw == nullptr) return nullptr;
  X509* signer = issuer == nullptr ? raw : issuer;
  // An hour earlier: clocks of machines differ.
  time_t from = now - 60 * 60;
  time_t until = now + kDays * kDay;
  const auto* name = reinterpret_cast<const unsigned char*>(subject.name);
  const bool made =
      X509_set_version(raw, 2) == 1 && set_serial(raw) &&
      ASN1_TIME_set(X509_getm_notBefore(raw), from) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(raw), until) != nullptr && X509_set_pubkey(raw, key) == 1 &&
      X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, name, -1, -1,
                                 0) == 1 &&
      X509_set_issuer_name(raw, X509_get_subject_name(signer)) == 1 &&
      add_extension(raw, signer, NID_basic_constraints,
                    subject.authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
      add_extension(raw, signer, NID_key_usage,
                    subject.authority ? "critical,keyCertSign" : "critical,digitalSignature") &&
      add_extension(raw, signer, NID_subject_key_identifier, "hash") &&
      (subject.purpose == nullptr ||
       add_extension(raw, signer, NID_ext_key_usage, subject.purpose)) &&
      X509_sign(raw, issuer_key, EVP_sha256()) != 0;
  return made ? std::move(certificate) : nullptr;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<std::size_t>(size));
}

std::string pem_of(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(memory.get(), certificate) == 1 ? text_of(memory.get()) : "";
}

std::string pem_of(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  return PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1
             ? text_of(memory.get())
             : "";
}

// Never over a file that is there, and closed to others before the first byte is in it.
Result<> write_new(const std::filesystem::path& path, const std::string& text, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) {
    auto error = make_error("load/certificates", fmt::format("{} cannot be written: {}",
                                                             path.string(), strerror(errno)));
    error.hint = "name a folder that has no certificates yet";
    return error;
  }
  ::close(file);
  return sys::write_file(path, text);
}

}  // namespace

CertificateFiles certificate_files(const std::filesystem::path& folder, Side side) {
  const std::string name = side == Side::agent ? "agent" : "coordinator";
  return {.certificate = folder / (name + ".pem"),
          .key = folder / (name + "-key.pem"),
          .authority = folder / "authority.pem"};
}

Result<> make_certificates(const std::filesystem::path& folder, const sys::Clock& clock) {
  const time_t now = std::chrono::system_clock::to_time_t(clock.wall());
  const Key authority_key(EVP_EC_gen("P-256"));
  const auto authority = authority_key ? make_certificate(kAuthority, authority_key.get(), nullptr,
                                                          authority_key.get(), now)
                                       : nullptr;
  if (!authority) return failure("the authority's certificate cannot be made");
  CREMA_TRY(sys::make_directories(folder));
  CREMA_TRY(write_new(folder / "authority.pem", pem_of(authority.get()), 0644));
  for (const auto& [side, subject] :
       {std::pair(Side::agent, kAgent), std::pair(Side::coordinator, kCoordinator)}) {
    const Key key(EVP_EC_gen("P-256"));
    const auto certificate =
        key ? make_certificate(subject, key.get(), authority.get(), authority_key.get(), now)
            : nullptr;
    if (!certificate)
      return failure(fmt::format("the certificate of {} cannot be made", subject.name));
    const auto files = certificate_files(folder, side);
    CREMA_TRY(write_new(files.certificate, pem_of(certificate.get()), 0644));
    CREMA_TRY(write_new(files.key, pem_of(key.get()), 0600));
  }
  return {};
}

void ChannelTls::Freed::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<const ChannelTls>> ChannelTls::create(const CertificateFiles& files,
                                                             Side side) {
  std::shared_ptr<ChannelTls> tls(new ChannelTls());
  tls->side_ = side;
  tls->context_.reset(SSL_CTX_new(side == Side::agent ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* context = tls->context_.get();
  if (context == nullptr) return failure("OpenSSL has no memory");
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // A session that is taken up again would not show its certificate.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return failure(fmt::format("no certificate can be read from {}", files.certificate.string()));
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return failure(
        fmt::format("no key of that certificate can be read from {}", files.key.string()));
  if (SSL_CTX_load_verify_locations(context, files.authority.c_str(), nullptr) != 1)
    return failure(fmt::format("no authority can be read from {}", files.authority.string()));
  return tls;
}

}  // namespace crema::load
