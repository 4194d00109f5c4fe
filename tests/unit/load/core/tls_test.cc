#include "load/core/test_certificate.h"

#include "crema/load/core/address.h"
#include "crema/load/core/tls_stream.h"
#include "crema/sys/host.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <csignal>
#include <thread>

using namespace std::chrono_literals;

namespace crema::load {
namespace {

int choose_http2(SSL* /*ssl*/, const unsigned char** out, unsigned char* size,
                 const unsigned char* /*in*/, unsigned /*in_size*/, void* /*argument*/) {
  *out = reinterpret_cast<const unsigned char*>("h2");
  *size = 2;
  return SSL_TLSEXT_ERR_OK;
}

// Answers one connection: reads what comes, sends it back `times` times, and says who asked.
class TlsEcho {
 public:
  struct Options {
    int highest = 0;
    bool wants_certificate = false;
    bool plain = false;
    int times = 1;
  };

  TlsEcho(const TestCertificate& pair, Options options)
      : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    // OpenSSL's own socket raises it when the client is gone; crema's does not.
    ::signal(SIGPIPE, SIG_IGN);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    place = Address::from(reinterpret_cast<sockaddr&>(address));
    ::listen(listener_.get(), 4);
    thread_ = std::thread([this, &pair, options] { serve(pair, options); });
  }
  ~TlsEcho() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }
  // Itself, once it has seen the client go.
  const TlsEcho& ended() {
    thread_.join();
    return *this;
  }

  Address place;
  std::string server_name;
  bool had_certificate = false;

 private:
  void serve(const TestCertificate& pair, Options options) {
    const sys::Descriptor peer(::accept(listener_.get(), nullptr, nullptr));
    if (!peer.open()) return;
    if (options.plain) {
      const std::string_view text = "HTTP/1.1 400 Bad Request\r\n\r\n";
      ::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL);
      char byte = 0;
      while (::recv(peer.get(), &byte, 1, 0) > 0) {
      }
      return;
    }
    auto* const context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, pair.certificate);
    SSL_CTX_use_PrivateKey(context, pair.key);
    SSL_CTX_set_max_proto_version(context, options.highest);
    SSL_CTX_set_alpn_select_cb(context, choose_http2, nullptr);
    if (options.wants_certificate) {
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                         [](int, X509_STORE_CTX*) { return 1; });
    }
    auto* const ssl = SSL_new(context);
    SSL_set_fd(ssl, peer.get());
    if (SSL_accept(ssl) == 1) {
      if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) server_name = name;
      if (X509* const other = SSL_get1_peer_certificate(ssl)) {
        had_certificate = true;
        X509_free(other);
      }
      std::string buffer(1 << 20, '\0');
      int count = 0;
      while ((count = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()))) > 0) {
        for (int i = 0; i < options.times; ++i) SSL_write(ssl, buffer.data(), count);
      }
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
  }

  sys::Descriptor listener_;
  std::thread thread_;
};

class TlsTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();

  // The outcome of a handshake; what `after` does with the stream is done then.
  TlsOutcome shake(const TlsEcho& server, const TlsOptions& options, const std::string& name,
                   const std::function<void(TlsStream&, Socket&)>& after = {}) {
    TlsOutcome outcome;
    const auto context = TlsContext::create(options);
    EXPECT_TRUE(context) << context.error().message;
    loop->spawn([&] {
      Socket socket(*loop);
      EXPECT_TRUE(socket.connect(server.place, {}, loop->now() + 1s));
      TlsStream stream(socket, **context);
      outcome = stream.handshake(name, loop->now() + 2s);
      if (outcome && after) after(stream, socket);
    });
    loop->run_until_done();
    return outcome;
  }
};

TEST_F(TlsTest, TalksToAServerThatIsTrusted) {
  const TestCertificate pair("DNS:localhost,IP:127.0.0.1");
  for (const auto highest : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsEcho server(pair, {.times = 3});
    const auto outcome = shake(
        server,
        {.highest = highest, .protocols = {"h2", "http/1.1"}, .roots = pair.certificate_pem()},
        "localhost", [&](TlsStream& stream, Socket& socket) {
          const auto facts = stream.facts();
          const bool newest = highest == TlsVersion::tls_1_3;
          EXPECT_EQ(facts.version, newest ? "tls1.3" : "tls1.2");
          EXPECT_TRUE(facts.cipher_suite.starts_with(newest ? "TLS_AES" : "TLS_ECDHE_ECDSA_WITH"))
              << facts.cipher_suite;
          EXPECT_EQ(facts.protocol, "h2");
          const std::string body(300'000, 'x');
          const std::array<std::string_view, 2> parts = {"head ", body};
          EXPECT_EQ(stream.write(parts, loop->now() + 5s).bytes, 300'005U);
          std::string got;
          std::array<char, 10'000> buffer{};
          while (got.size() < 3 * 300'005) {
            const auto result = stream.read(buffer, loop->now() + 5s);
            ASSERT_TRUE(result) << stream.message();
            got.append(buffer.data(), result.bytes);
          }
          EXPECT_TRUE(stream.quiet());
          EXPECT_EQ(stream.read(buffer, loop->now() + 5ms).status, IoStatus::timeout);
          EXPECT_GT(socket.wire().received, 900'015U);
          EXPECT_GT(socket.wire().sent, 300'005U);
        });
    EXPECT_TRUE(outcome) << outcome.message;
    EXPECT_EQ(server.ended().server_name, "localhost");
  }
}

TEST_F(TlsTest, TellsWhyACertificateIsNotAccepted) {
  const TestCertificate right("DNS:localhost,IP:127.0.0.1");
  const TestCertificate other("DNS:other.example");
  const TestCertificate old("DNS:localhost", -7200, -3600);
  const TestCertificate early("DNS:localhost", 3600, 7200);
  struct Case {
    const TestCertificate& pair;
    bool trusted;
    std::string name;
    TlsFailure failure;
  };
  for (const auto& c : {Case{right, false, "localhost", TlsFailure::unknown_authority},
                        Case{right, true, "127.0.0.1", TlsFailure::none},
                        Case{right, true, "127.0.0.2", TlsFailure::wrong_host},
                        Case{other, true, "localhost", TlsFailure::wrong_host},
                        // Go looks at the name before the chain.
                        Case{other, false, "localhost", TlsFailure::wrong_host},
                        Case{old, true, "localhost", TlsFailure::expired},
                        Case{early, true, "localhost", TlsFailure::expired}}) {
    TlsEcho server(c.pair, {});
    const auto outcome =
        shake(server, {.roots = c.trusted ? c.pair.certificate_pem() : ""}, c.name);
    EXPECT_EQ(outcome.failure, c.failure) << outcome.message;
    TlsEcho again(c.pair, {});
    EXPECT_TRUE(shake(again, {.verify = false}, c.name)) << "nobody asked";
  }
}

TEST_F(TlsTest, TellsWhoDoesNotSpeakIt) {
  const TestCertificate pair("DNS:localhost");
  TlsEcho plain(pair, {.plain = true});
  EXPECT_EQ(shake(plain, {.verify = false}, "localhost").failure, TlsFailure::not_tls);
  TlsEcho old(pair, {.highest = TLS1_2_VERSION});
  EXPECT_EQ(shake(old, {.verify = false, .lowest = TlsVersion::tls_1_3}, "localhost").failure,
            TlsFailure::alert);
}

TEST_F(TlsTest, ShowsAClientCertificateToTheDomainsItIsFor) {
  const TestCertificate pair("DNS:localhost,DNS:a.example");
  const TestCertificate client("DNS:client");
  const TlsOptions options{.verify = false,
                           .highest = TlsVersion::tls_1_2,
                           .certificates = {{.domains = {"*.example"},
                                             .certificate = client.certificate_pem(),
                                             .key = client.key_pem()}}};
  TlsEcho wanted(pair, {.wants_certificate = true});
  EXPECT_TRUE(shake(wanted, options, "a.example"));
  EXPECT_TRUE(wanted.ended().had_certificate);
  TlsEcho elsewhere(pair, {.wants_certificate = true});
  EXPECT_EQ(shake(elsewhere, options, "localhost").failure, TlsFailure::alert);
}

TEST_F(TlsTest, AHandshakeThatIsNotAnsweredEndsAtItsDeadline) {
  const sys::Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener.get(), 4);
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const auto context = TlsContext::create({}).value();
  loop->spawn([&] {
    Socket socket(*loop);
    EXPECT_TRUE(socket.connect(Address::from(reinterpret_cast<sockaddr&>(address)), {}, kNever));
    TlsStream stream(socket, *context);
    const auto outcome = stream.handshake("localhost", loop->now() + 20ms);
    EXPECT_EQ(outcome.failure, TlsFailure::io);
    EXPECT_EQ(outcome.io.status, IoStatus::timeout);
  });
  loop->run_until_done();
}

TEST(TlsContextTest, RefusesWhatItCannotRead) {
  const TestCertificate pair("DNS:a");
  const TestCertificate other("DNS:b");
  const std::pair<TlsOptions, std::string_view> cases[] = {
      {{.cipher_suites = {"TLS_MAGIC"}}, "load/tls-cipher-suites"},
      {{.lowest = TlsVersion::tls_1_3, .highest = TlsVersion::tls_1_2}, "load/tls-version"},
      {{.certificates = {{.certificate = "x", .key = "y"}}}, "load/tls-auth"},
      {{.certificates = {{.certificate = pair.certificate_pem(), .key = "y"}}}, "load/tls-auth"},
      {{.certificates = {{.certificate = pair.certificate_pem(), .key = other.key_pem()}}},
       "load/tls-auth"},
      {{.roots = "x"}, "load/tls-roots"},
  };
  for (const auto& [options, code] : cases) {
    const auto context = TlsContext::create(options);
    ASSERT_FALSE(context) << code;
    EXPECT_EQ(context.error().code, code);
  }
  EXPECT_TRUE(TlsContext::create(
      {.cipher_suites = {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                         "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_AES_128_GCM_SHA256"}}));
  EXPECT_TRUE(TlsContext::create({.highest = TlsVersion::tls_1_0}));
}

}  // namespace
}  // namespace crema::load
