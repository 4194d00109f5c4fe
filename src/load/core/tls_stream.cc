#include "crema/load/core/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>

namespace crema::load {
namespace {

// A BIO that is the socket itself: what OpenSSL reads and writes needs no copy in between, and the
// socket keeps counting bytes and knowing when it is exhausted.
int bio_read(BIO* bio, char* buffer, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto result = socket.try_read({buffer, static_cast<std::size_t>(size)});
  if (result) return static_cast<int>(result.bytes);
  if (result.status == IoStatus::closed) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return 0;
  }
  if (result.error == EAGAIN) BIO_set_retry_read(bio);
  errno = result.error;
  return -1;
}

int bio_write(BIO* bio, const char* data, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto result = socket.try_write({data, static_cast<std::size_t>(size)});
  if (result) return static_cast<int>(result.bytes);
  if (result.error == EAGAIN) BIO_set_retry_write(bio);
  errno = result.error;
  return -1;
}

long bio_control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const BIO_METHOD* const method = [] {
    auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "crema socket");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

TlsFailure failure_of_verification(long result) {
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
    case X509_V_ERR_EMAIL_MISMATCH:
      return TlsFailure::wrong_host;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TlsFailure::expired;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
      return TlsFailure::unknown_authority;
    default:
      return TlsFailure::certificate;
  }
}

TlsFailure failure_of_reason(unsigned long code) {
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return TlsFailure::protocol;
  if (reason > SSL_AD_REASON_OFFSET) return TlsFailure::alert;
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_UNKNOWN_PROTOCOL:
      return TlsFailure::not_tls;
    default:
      return TlsFailure::protocol;
  }
}

std::string_view version_name(int version) {
  switch (version) {
    case TLS1_VERSION:
      return "tls1.0";
    case TLS1_1_VERSION:
      return "tls1.1";
    case TLS1_2_VERSION:
      return "tls1.2";
    case TLS1_3_VERSION:
      return "tls1.3";
    default:
      return "";
  }
}

// A text of our own, which lives longer than the connection.
std::string_view protocol_name(std::string_view agreed) {
  for (const std::string_view known : {"h2", "http/1.1", "http/1.0"}) {
    if (agreed == known) return known;
  }
  return "";
}

// Go's name of a suite, which is IANA's but for two.
std::string_view suite_name(std::string_view standard) {
  constexpr std::string_view kEnd = "_WITH_CHACHA20_POLY1305_SHA256";
  if (standard.ends_with(kEnd)) standard.remove_suffix(std::string_view("_SHA256").size());
  return standard;
}

}  // namespace

struct TlsStream::Impl {
  SSL* ssl = nullptr;
  ~Impl() { SSL_free(ssl); }
};

TlsStream::TlsStream(Socket& socket, const TlsContext& context)
    : socket_(socket), context_(context), impl_(std::make_unique<Impl>()) {}

TlsStream::~TlsStream() = default;

TlsOutcome TlsStream::handshake(const std::string& host, Time deadline,
                                std::string_view only_protocol) {
  impl_->ssl = context_.new_connection(host);
  auto* const bio = impl_->ssl == nullptr ? nullptr : BIO_new(socket_method());
  if (bio == nullptr) return {.failure = TlsFailure::protocol, .io = {}, .message = "no memory"};
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(impl_->ssl, bio, bio);
  if (!only_protocol.empty()) {
    const auto list = std::string(1, static_cast<char>(only_protocol.size())).append(only_protocol);
    SSL_set_alpn_protos(impl_->ssl, reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
  }
  while (true) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_connect(impl_->ssl);
    if (result == 1) return {};
    const auto io = wait_for_ssl(result, deadline);
    if (io) continue;
    if (io.status == IoStatus::failed && io.error == 0) return failure_of(result);
    return {.failure = TlsFailure::io, .io = io, .message = {}};
  }
}

TlsOutcome TlsStream::failure_of(int /*result*/) {
  // The last: what OpenSSL tried on the way may have left others.
  const auto code = ERR_peek_last_error();
  const auto verified = SSL_get_verify_result(impl_->ssl);
  TlsOutcome outcome;
  if (verified != X509_V_OK && ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    outcome.failure = failure_of_verification(verified);
    outcome.message = X509_verify_cert_error_string(verified);
  } else {
    outcome.failure = failure_of_reason(code);
    const char* reason = ERR_reason_error_string(code);
    outcome.message = reason == nullptr ? "an error without a name" : reason;
  }
  message_ = outcome.message;
  ERR_clear_error();
  return outcome;
}

IoResult TlsStream::wait_for_ssl(int result, Time deadline) {
  auto reason = WakeReason::ready;
  switch (SSL_get_error(impl_->ssl, result)) {
    case SSL_ERROR_WANT_READ:
      reason = socket_.wait_readable(deadline);
      break;
    case SSL_ERROR_WANT_WRITE:
      reason = socket_.wait_writable(deadline);
      break;
    case SSL_ERROR_ZERO_RETURN:
      return {.status = IoStatus::closed};
    case SSL_ERROR_SYSCALL:
      if (errno == 0) return {.status = IoStatus::closed};
      return {.status = IoStatus::failed, .error = errno};
    default:
      return {.status = IoStatus::failed, .error = 0};
  }
  if (reason == WakeReason::timeout) return {.status = IoStatus::timeout};
  if (reason == WakeReason::interrupted) return {.status = IoStatus::interrupted};
  return {};
}

IoResult TlsStream::read(std::span<char> buffer, Time deadline) {
  while (true) {
    // Where OpenSSL holds nothing, it would ask the kernel in vain.
    if (!pending() && !socket_.readable()) {
      const auto reason = socket_.wait_readable(deadline);
      if (reason == WakeReason::timeout) return {.status = IoStatus::timeout};
      if (reason == WakeReason::interrupted) return {.status = IoStatus::interrupted};
    }
    ERR_clear_error();
    errno = 0;
    std::size_t count = 0;
    const int result = SSL_read_ex(impl_->ssl, buffer.data(), buffer.size(), &count);
    if (result == 1) return {.bytes = count};
    const auto io = wait_for_ssl(result, deadline);
    if (io) continue;
    if (io.status == IoStatus::failed && io.error == 0) failure_of(result);
    return io;
  }
}

IoResult TlsStream::write(std::span<const std::string_view> parts, Time deadline) {
  IoResult total;
  std::string joined;  // a small head and a small body make one record, not two
  std::size_t size = 0;
  for (const auto& part : parts) size += part.size();
  std::string_view whole;
  if (parts.size() > 1 && size <= SSL3_RT_MAX_PLAIN_LENGTH) {
    for (const auto& part : parts) joined += part;
    whole = joined;
    parts = std::span(&whole, 1);
  }
  for (auto part : parts) {
    while (!part.empty()) {
      ERR_clear_error();
      errno = 0;
      std::size_t count = 0;
      const int result = SSL_write_ex(impl_->ssl, part.data(), part.size(), &count);
      if (result == 1) {
        part.remove_prefix(count);
        total.bytes += count;
        continue;
      }
      auto io = wait_for_ssl(result, deadline);
      if (io) continue;
      if (io.status == IoStatus::failed && io.error == 0) failure_of(result);
      io.bytes = total.bytes;
      return io;
    }
  }
  return total;
}

bool TlsStream::pending() const { return SSL_has_pending(impl_->ssl) != 0; }

bool TlsStream::quiet() {
  if (pending()) return false;
  if (socket_.quiet()) return true;
  if (!socket_.open() || socket_.hung_up()) return false;
  ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  const int result = SSL_peek_ex(impl_->ssl, &byte, 1, &count);
  const bool quiet = result != 1 && SSL_get_error(impl_->ssl, result) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return quiet;
}

TlsFacts TlsStream::facts() const {
  const auto* const cipher = SSL_get_current_cipher(impl_->ssl);
  const char* standard = cipher == nullptr ? nullptr : SSL_CIPHER_standard_name(cipher);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(impl_->ssl, &protocol, &size);
  return {.version = version_name(SSL_version(impl_->ssl)),
          .cipher_suite = standard == nullptr ? "" : suite_name(standard),
          .protocol = protocol_name({reinterpret_cast<const char*>(protocol), size})};
}

}  // namespace crema::load
