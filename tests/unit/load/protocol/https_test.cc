// HttpClient through TLS: HTTP/1, HTTP/2, and tunnels through a proxy.
#include "load/protocol/scripted_server.h"
#include "load/protocol/tls_server.h"

#include "crema/load/protocol/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

namespace crema::load {
namespace {

class HttpsTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
  std::unique_ptr<Resolver> resolver =
      Resolver::create({.hosts = {{"localhost", "127.0.0.1"}}}).value();
  TestCertificate certificate{"DNS:localhost"};
  HttpOptions options{.user_agent = "crema"};

  void with_client(const std::function<void(HttpClient&)>& body) {
    const auto tls = TlsContext::create(
        {.protocols = {"h2", "http/1.1"}, .roots = certificate.certificate_pem()});
    HttpContext context(*loop, *host.clock, *resolver, tls.value(), options);
    loop->spawn([&] {
      HttpClient client(context);
      body(client);
    });
    loop->run_until_done();
  }
};

TEST_F(HttpsTest, Http1KeepsItsConnectionAndTellsOfTls) {
  TlsServer server(certificate, 1, false);
  with_client([&](HttpClient& client) {
    HttpResponse response;
    for (int i = 0; i < 3; ++i) {
      const auto url = server.url("/");
      client.send({.url = url}, response);
      EXPECT_EQ(response.body, "plain") << response.error.message;
      const auto& exchange = response.exchanges[0];
      EXPECT_EQ(exchange.protocol, 11);
      EXPECT_EQ(exchange.tls.version, "tls1.3");
      EXPECT_EQ(exchange.timings.tls_handshaking > 0ns, i == 0);
      EXPECT_GT(exchange.wire.received, response.body.size());
    }
    EXPECT_EQ(client.idle_connections(), 1U);
  });
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpsTest, Http2SharesOneConnectionAmongRequests) {
  TlsServer server(certificate, 1, true);
  with_client([&](HttpClient& client) {
    HttpResponse response;
    const auto url = server.url("/echo");
    const std::vector<HeaderField> headers = {{"X-Sent", "1"}, {"Connection", "keep-alive"}};
    client.send({.method = "POST", .url = url, .headers = headers, .body = "first"}, response);
    EXPECT_EQ(response.body, "first") << response.error.message;
    EXPECT_EQ(response.status_text, "200 OK");
    EXPECT_EQ(response.headers[0].name, "X-Answer");
    EXPECT_EQ(response.exchanges[0].protocol, 20);
    int right = 0;
    int left = 10;
    const auto self = loop->current();
    for (int i = 0; i < 10; ++i) {
      loop->spawn([&, i] {
        HttpResponse other;
        // More than the server's window, so that it has to be asked for more.
        const std::string body(static_cast<std::size_t>(i) * 40'000, 'b');
        const auto place = server.url(i % 2 == 0 ? "/echo" : "/large");
        client.send({.method = "POST", .url = place, .body = body}, other);
        right += other.body.size() == (i % 2 == 0 ? body.size() : 1'000'000U) ? 1 : 0;
        if (--left == 0) loop->wake(self);
      });
    }
    while (left > 0) loop->park();
    EXPECT_EQ(right, 10);
  });
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_THAT(server.fields(), HasSubstr(":authority: localhost:"));
  EXPECT_THAT(server.fields(), HasSubstr("x-sent: 1\n"));
  EXPECT_THAT(server.fields(), HasSubstr("content-length: 5\n"));
  EXPECT_THAT(server.fields(), Not(HasSubstr("connection:")));
}

TEST_F(HttpsTest, Http2TimeoutEndsOneStreamOnly) {
  TlsServer server(certificate, 1, true);
  with_client([&](HttpClient& client) {
    HttpResponse response;
    const auto never = server.url("/never");
    const auto echo = server.url("/echo");
    client.send({.url = never, .timeout = 200ms}, response);
    EXPECT_EQ(response.error.code, ErrorCode::request_timeout) << response.error.message;
    client.send({.method = "POST", .url = echo, .body = "after"}, response);
    EXPECT_EQ(response.body, "after") << response.error.message;
    // Who reads for all gives that on when it is interrupted.
    const auto self = loop->current();
    HttpResponse stopped;
    const auto reader = loop->spawn([&] { client.send({.url = never}, stopped); });
    HttpResponse other;
    bool done = false;
    loop->spawn([&] {
      client.send({.url = never, .timeout = 100ms}, other);
      done = true;
      loop->wake(self);
    });
    loop->sleep_until(loop->now() + 20ms);
    loop->interrupt(reader);
    while (!done) loop->park();
    EXPECT_TRUE(stopped.error.interrupted);
    EXPECT_EQ(other.error.code, ErrorCode::request_timeout);
  });
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpsTest, Http2ErrorsHaveK6sNumbers) {
  TlsServer server(certificate, 3, true);
  with_client([&](HttpClient& client) {
    HttpResponse response;
    const auto reset = server.url("/reset");
    client.send({.url = reset}, response);
    EXPECT_EQ(response.exchanges[0].error_code(), 1633);
    EXPECT_EQ(response.error.message, "http2: stream error with http2 ErrCode INTERNAL_ERROR");
    const auto refuse = server.url("/refuse");
    client.send({.method = "POST", .url = refuse, .body = "again"}, response);
    EXPECT_EQ(response.body, "again") << "what was refused is sent again";
    const auto away = server.url("/away");
    client.send({.method = "POST", .url = away, .body = "x"}, response);
    EXPECT_EQ(response.exchanges[0].error_code(), 1622);
    EXPECT_EQ(response.error.message,
              "http2: received GoAway with http2 ErrCode ENHANCE_YOUR_CALM");
    const auto echo = server.url("/echo");
    client.send({.method = "POST", .url = echo, .body = "new"}, response);
    EXPECT_EQ(response.body, "new") << "a connection that ended is replaced";
  });
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(HttpsTest, ATunnelThatTheProxyRefusesIsAnError) {
  ScriptedServer proxy({{closing("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")}});
  options.proxies =
      ProxySettings::from({{"HTTPS_PROXY", "http://u:p@127.0.0.1:" + std::to_string(proxy.port())}})
          .value();
  with_client([&](HttpClient& client) {
    HttpResponse response;
    client.send({.url = "https://somewhere.example/"}, response);
    EXPECT_EQ(response.error.message,
              "the proxy answered CONNECT with 407 Proxy Authentication Required");
  });
  EXPECT_THAT(proxy.requests()[0],
              HasSubstr("CONNECT somewhere.example:443 HTTP/1.1\r\nHost: somewhere.example:443\r\n"
                        "Proxy-Authorization: Basic dTpw\r\n"));
}

}  // namespace
}  // namespace crema::load
