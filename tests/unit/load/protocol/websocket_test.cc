#include "crema/load/protocol/websocket.h"

#include "load/protocol/scripted_server.h"
#include "load/protocol/tls_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;

namespace crema::load {
namespace {

class WebSocketTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
  std::unique_ptr<Resolver> resolver =
      Resolver::create({.hosts = {{"localhost", "127.0.0.1"}}}).value();
  HttpOptions options{.user_agent = "crema"};
  std::shared_ptr<const TlsContext> tls;

  // Connects and runs `body` as a fiber. The key is the same in every run: so is the seed.
  WebSocketHandshake connect(const WebSocketRequest& request,
                             const std::function<void(WebSocket&)>& body = {}) {
    HttpContext context(*loop, *host.clock, *resolver, tls, options, 7);
    WebSocketHandshake handshake;
    loop->spawn([&] {
      WebSocket socket(context);
      socket.connect(request, handshake);
      if (handshake.opened && body) body(socket);
    });
    loop->run_until_done();
    return handshake;
  }

  // The answer to the key that connect() sends (RFC 6455, 4.2.2), and what follows it.
  std::string accepting(const std::string& frames, const std::string& fields = "") {
    ScriptedServer server({{closing("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")}});
    const auto url = address(server);
    connect({.url = url});
    const auto head = server.requests().at(0);
    const auto begin = head.find("Sec-Websocket-Key: ") + 19;
    const auto text = head.substr(begin, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    unsigned char encoded[32];
    EVP_EncodeBlock(encoded, digest, sizeof digest);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, "
           "Upgrade\r\nSec-WebSocket-Accept: " +
           std::string(reinterpret_cast<const char*>(encoded)) + "\r\n" + fields + "\r\n" + frames;
  }
  static std::string address(const ScriptedServer& server) {
    return "ws://127.0.0.1:" + std::to_string(server.port()) + "/chat?a=b";
  }
};

TEST_F(WebSocketTest, OpensWithCookiesAndSubprotocolAndReadsWhatCameWithTheHead) {
  const auto answer = accepting("\x81\x05Hello\x88\x02\x03\xE8"s,
                                "Sec-WebSocket-Protocol: b\r\nSet-Cookie: c=d; Path=/\r\n");
  ScriptedServer server({{closing(answer)}});
  CookieJar jar;
  const auto url = address(server);
  const auto plain = Url::parse("http" + url.substr(2)).value();
  jar.set(plain, {.name = "a", .value = "1"}, host.clock->wall());
  const std::vector<HeaderField> headers{{"X-One", "1"}, {"Upgrade", "h2c"}};
  WebSocketMessage message;
  const auto handshake =
      connect({.url = url, .headers = headers, .jar = &jar}, [&](WebSocket& socket) {
        ASSERT_EQ(socket.read(message), WebSocket::Read::message);
        EXPECT_EQ(message.data, "Hello");
        ASSERT_EQ(socket.read(message), WebSocket::Read::message);
        EXPECT_EQ(message.kind, WebSocketKind::close);
        EXPECT_EQ(message.code, 1000);
        EXPECT_EQ(socket.put(WebSocketKind::text, "late").message, "websocket: close sent");
        EXPECT_EQ(socket.take_wire_bytes().received, answer.size());
      });
  EXPECT_EQ(handshake.status, 101);
  EXPECT_EQ(handshake.subprotocol, "b");
  EXPECT_GT(handshake.connecting, 0ns);
  const auto head = server.requests().at(0);
  EXPECT_THAT(head, HasSubstr("GET /chat?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-One: 1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nCookie: a=1\r\n"));
  EXPECT_EQ(head.find("h2c"), std::string::npos);
  EXPECT_EQ(jar.cookies(plain, host.clock->wall()).size(), 2U);
}

TEST_F(WebSocketTest, TellsHowAStreamEnds) {
  ScriptedServer server({{closing(accepting("\x81\x05Hel"s))},
                         {closing(accepting("\x83\x00"s))},
                         {reply(accepting(""))}});
  const auto url = address(server);
  WebSocketMessage message;
  connect({.url = url},
          [&](WebSocket& socket) { EXPECT_EQ(socket.read(message), WebSocket::Read::ended); });
  connect({.url = url}, [&](WebSocket& socket) {
    EXPECT_EQ(socket.read(message), WebSocket::Read::failed);
    EXPECT_EQ(socket.error(), "websocket: bad opcode 3");
    EXPECT_TRUE(socket.close_sent());
  });
  connect({.url = url}, [&](WebSocket& socket) {
    EXPECT_EQ(socket.read(message, loop->now() + 10ms), WebSocket::Read::timeout);
    loop->interrupt(loop->current());
    EXPECT_EQ(socket.read(message), WebSocket::Read::interrupted);
    EXPECT_FALSE(socket.put_close(1001));
    EXPECT_FALSE(socket.flush());
    socket.disconnect();
    EXPECT_TRUE(socket.put(WebSocketKind::ping, ""));
  });
}

TEST_F(WebSocketTest, InflatesOnlyWhereThatWasAgreedOn) {
  const auto frames = "\xC1\x07\xF2\x48\xCD\xC9\xC9\x07\x00"s;
  const auto agreed = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  ScriptedServer server(
      {{closing(accepting(frames, agreed))}, {closing(accepting(frames, agreed))}});
  const auto url = address(server);
  WebSocketMessage message;
  connect({.url = url, .compress = true}, [&](WebSocket& socket) {
    ASSERT_EQ(socket.read(message), WebSocket::Read::message) << socket.error();
    EXPECT_EQ(message.data, "Hello");
  });
  EXPECT_THAT(server.requests().at(0), HasSubstr("permessage-deflate; server_no_context_takeover"));
  connect({.url = url},
          [&](WebSocket& socket) { EXPECT_EQ(socket.read(message), WebSocket::Read::failed); });
}

TEST_F(WebSocketTest, StaysClosedWhereAServerRefusesOrDoesNotProveItself) {
  ScriptedServer server(
      {{reply("HTTP/1.1 101 Hm\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: bm8=\r\n\r\n")},
       {closing("HTTP/1.1 500 No\r\nContent-Length: 3000\r\n\r\n" + std::string(3000, 'x'))}});
  const auto url = address(server);
  auto handshake = connect({.url = url, .timeout = 1s});
  EXPECT_FALSE(handshake.opened);
  EXPECT_EQ(handshake.status, 101);
  handshake = connect({.url = url});
  EXPECT_EQ(handshake.status, 500);
  EXPECT_EQ(handshake.body.size(), 1024U);
  for (const auto* bad : {"http://a/", "ws://u:p@a/", "ws://", "nothing", ""})
    EXPECT_EQ(connect({.url = bad}).error.message, "malformed ws or wss URL") << bad;
  EXPECT_THAT(connect({.url = "ws://127.0.0.1:1/"}).error.message,
              HasSubstr("dial tcp 127.0.0.1:1: connect: connection refused"));
}

TEST_F(WebSocketTest, AsksForHttp1ThroughTlsWhateverTheContextOffers) {
  TestCertificate certificate{"DNS:localhost"};
  tls =
      TlsContext::create({.protocols = {"h2", "http/1.1"}, .roots = certificate.certificate_pem()})
          .value();
  TlsServer server(certificate, 1, true);
  const auto url = "wss" + server.url("/").substr(5);
  const auto handshake = connect({.url = url});
  EXPECT_EQ(handshake.status, 200) << handshake.error.message;
  EXPECT_EQ(handshake.body, "plain");
}

}  // namespace
}  // namespace crema::load
