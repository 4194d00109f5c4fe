#include "crema/load/protocol/http_client.h"

#include "load/protocol/scripted_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace crema::load {
namespace {

class HttpClientTest : public ::testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
  std::unique_ptr<Resolver> resolver = Resolver::create({}).value();
  HttpOptions options{.user_agent = "crema/1"};

  // Runs `body` as a fiber with a client of its own.
  void with_client(const std::function<void(HttpClient&)>& body) {
    HttpContext context(*loop, *host.clock, *resolver, nullptr, options);
    loop->spawn([&] {
      HttpClient client(context);
      body(client);
    });
    loop->run_until_done();
  }
  HttpResponse send(const HttpRequest& request) {
    HttpResponse response;
    with_client([&](HttpClient& client) { client.send(request, response); });
    return response;
  }
};

TEST_F(HttpClientTest, SendsWhatGoSendsAndTellsWhatCame) {
  ScriptedServer server(
      {{reply("HTTP/1.1 201 Created\r\ncontent-length: 5\r\nx-a: 1\r\n\r\nhello")}});
  const std::vector<HeaderField> headers = {{"x-request-id", "7"}, {"content-type", "text/plain"}};
  const auto url = server.url("/a?b=c");
  const auto response = send({.method = "POST", .url = url, .headers = headers, .body = "body"});
  EXPECT_EQ(server.requests().at(0),
            "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nX-Request-Id: 7\r\nContent-Type: text/plain\r\n"
                "User-Agent: crema/1\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_FALSE(response.error);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.status_text, "201 Created");
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers[1].name, "X-A");
  ASSERT_EQ(response.exchanges.size(), 1U);
  const auto& exchange = response.exchanges[0];
  EXPECT_EQ(exchange.url, url);
  EXPECT_EQ(exchange.protocol, 11);
  EXPECT_EQ(exchange.remote.ip(), "127.0.0.1");
  EXPECT_EQ(exchange.wire.sent, server.requests().at(0).size());
  EXPECT_EQ(exchange.wire.received, 56U);
  EXPECT_GT(exchange.timings.connecting, 0ns);
  EXPECT_GE(exchange.timings.blocked, exchange.timings.connecting);
  EXPECT_GT(exchange.timings.waiting, 0ns);
}

TEST_F(HttpClientTest, KeepsConnectionsUnlessToldNotTo) {
  for (const bool reuse : {true, false}) {
    ScriptedServer server(
        reuse ? std::vector<std::vector<Reply>>{{reply(ok("1")), reply(ok("2"))}}
              : std::vector<std::vector<Reply>>{{reply(ok("1"))}, {reply(ok("2"))}});
    options.no_connection_reuse = !reuse;
    with_client([&](HttpClient& client) {
      const auto url = server.url();
      HttpResponse response;
      client.send({.url = url}, response);
      EXPECT_EQ(response.body, "1");
      client.send({.url = url}, response);
      EXPECT_EQ(response.body, "2");
      EXPECT_EQ(response.exchanges[0].timings.connecting == 0ns, reuse);
      EXPECT_EQ(client.idle_connections(), reuse ? 1U : 0U);
    });
    EXPECT_EQ(server.accepted(), reuse ? 1 : 2);
    EXPECT_EQ(server.requests()[0].find("Connection: close") == std::string::npos, reuse);
  }
}

TEST_F(HttpClientTest, AsksAgainWhereAnIdleConnectionWasClosed) {
  // The server closes after it read the second request: only then does the client know.
  ScriptedServer server({{reply(ok("1")), Reply{.pieces = {}, .closes = true}}, {reply(ok("2"))}});
  with_client([&](HttpClient& client) {
    const auto url = server.url();
    HttpResponse response;
    client.send({.url = url}, response);
    client.send({.url = url}, response);
    EXPECT_FALSE(response.error) << response.error.message;
    EXPECT_EQ(response.body, "2");
    EXPECT_EQ(response.exchanges.size(), 1U);
  });
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(HttpClientTest, NeverSendsAPostTwice) {
  ScriptedServer server({{reply(ok("1")), Reply{.pieces = {}, .closes = true}}, {reply(ok("2"))}});
  with_client([&](HttpClient& client) {
    const auto url = server.url();
    HttpResponse response;
    client.send({.url = url}, response);
    client.send({.method = "POST", .url = url, .body = "x"}, response);
    EXPECT_EQ(response.error.message, "EOF");
    EXPECT_EQ(response.error.code, ErrorCode::generic);
  });
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpClientTest, SeesThatAnIdleConnectionWasClosedBeforeItSends) {
  ScriptedServer server({{closing(ok("1"))}, {reply(ok("2"))}});
  with_client([&](HttpClient& client) {
    const auto url = server.url();
    HttpResponse response;
    client.send({.url = url}, response);
    loop->sleep_until(loop->now() + 20ms);
    client.send({.method = "POST", .url = url, .body = "x"}, response);
    EXPECT_EQ(response.body, "2");
  });
}

TEST_F(HttpClientTest, FollowsRedirectsAndReportsEveryHop) {
  struct Case {
    int status;
    std::string_view method;
    std::string_view next_method;
    bool body;
  };
  for (const auto& c : {Case{301, "POST", "GET", false}, Case{302, "PUT", "GET", false},
                        Case{303, "POST", "GET", false}, Case{302, "HEAD", "HEAD", false},
                        Case{307, "POST", "POST", true}, Case{308, "PUT", "PUT", true}}) {
    ScriptedServer server({{reply("HTTP/1.1 " + std::to_string(c.status) +
                                  " Moved\r\nLocation: ../b?x=1\r\nContent-Length: 0\r\n\r\n"),
                            reply("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}});
    const auto url = server.url("/a/c/");
    const auto response = send({.method = c.method, .url = url, .body = "body"});
    SCOPED_TRACE(c.status);
    ASSERT_EQ(response.exchanges.size(), 2U);
    EXPECT_EQ(response.exchanges[0].status, c.status);
    EXPECT_EQ(response.exchanges[1].url, server.url("/a/b?x=1"));
    const auto requests = server.requests();
    EXPECT_THAT(requests[1], StartsWith(std::string(c.next_method) + " /a/b?x=1 HTTP/1.1"));
    EXPECT_EQ(requests[1].ends_with("\r\n\r\nbody"), c.body);
    EXPECT_THAT(requests[1], HasSubstr("Referer: " + url));
  }
}

TEST_F(HttpClientTest, StopsAtTheMostRedirectsWithTheLastResponse) {
  const auto hop = reply("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 4\r\n\r\ngone");
  ScriptedServer server({{hop, hop, hop, hop}});
  const auto url = server.url();
  const auto response = send({.url = url, .max_redirects = 2});
  EXPECT_EQ(response.exchanges.size(), 3U);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.body, "gone");
  EXPECT_TRUE(response.stopped_redirecting);
  EXPECT_FALSE(response.error);
}

TEST_F(HttpClientTest, SecretsDoNotFollowARedirectElsewhere) {
  ScriptedServer other({{reply(ok(""))}});
  const auto away = "http://localhost:" + std::to_string(other.port()) + "/";
  ScriptedServer server(
      {{reply("HTTP/1.1 302 Found\r\nLocation: " + away + "\r\nContent-Length: 0\r\n\r\n")}});
  const std::vector<HeaderField> headers = {{"Authorization", "Bearer secret"}, {"X-Kept", "1"}};
  const auto url = server.url();
  const auto response = send({.url = url, .headers = headers});
  EXPECT_EQ(response.status, 200) << response.error.message;
  EXPECT_THAT(server.requests()[0], HasSubstr("secret"));
  EXPECT_THAT(other.requests()[0], Not(HasSubstr("secret")));
  EXPECT_THAT(other.requests()[0], HasSubstr("X-Kept: 1"));
}

TEST_F(HttpClientTest, CookiesOfTheJarAndOfTheRequest) {
  ScriptedServer server({{reply("HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: a=1\r\n"
                                "Set-Cookie: b=2; Path=/\r\nContent-Length: 0\r\n\r\n"),
                          reply(ok(""))}});
  CookieJar jar;
  const std::vector<RequestCookie> cookies = {{"b", "mine", true}, {"c", "x y", false}};
  const auto url = server.url();
  send({.url = url, .jar = &jar, .cookies = cookies});
  EXPECT_THAT(server.requests()[0], HasSubstr("Cookie: b=mine; c=\"x y\"\r\n"));
  EXPECT_THAT(server.requests()[1], HasSubstr("Cookie: b=mine; c=\"x y\"; a=1\r\n"));
}

TEST_F(HttpClientTest, BasicAndDigestAuthentication) {
  ScriptedServer basic({{reply(ok(""))}});
  const auto port = std::to_string(basic.port());
  const auto response = send({.url = "http://user:pa%20ss@127.0.0.1:" + port + "/"});
  EXPECT_THAT(basic.requests()[0], HasSubstr("Authorization: Basic dXNlcjpwYSBzcw==\r\n"));
  EXPECT_EQ(response.exchanges[0].url, basic.url());

  // RFC 2617's own example, with qop left out so that the answer holds no random part.
  ScriptedServer digest(
      {{reply("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"testrealm@host.com\", "
              "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc\"\r\n"
              "Content-Length: 2\r\n\r\nno"),
        reply(ok("yes"))}});
  const auto url = "http://Mufasa:Circle%20Of%20Life@127.0.0.1:" + std::to_string(digest.port()) +
                   "/dir/index.html";
  const auto answer = send({.url = url, .authentication = Authentication::digest});
  ASSERT_EQ(answer.exchanges.size(), 2U);
  EXPECT_TRUE(answer.exchanges[0].challenge);
  EXPECT_FALSE(answer.exchanges[1].challenge);
  EXPECT_EQ(answer.body, "yes");
  EXPECT_THAT(digest.requests()[0], Not(HasSubstr("Authorization")));
  EXPECT_THAT(digest.requests()[1],
              HasSubstr("uri=\"/dir/index.html\", response=\"670fd8c2df070c60b045671b8b24ff02\""));
}

TEST_F(HttpClientTest, BodiesInPiecesAndToTheEndOfTheConnection) {
  ScriptedServer server(
      {{Reply{.pieces = {"HTTP/1.1 200 OK\r\nTransfer-Enc", "oding: chunked\r\n\r\n5\r\nhel",
                         "lo\r\n", "6;x=y\r\n world\r\n0\r\nT: 1\r\n\r\n"},
              .pause = 5ms}},
       {closing("HTTP/1.0 200 OK\r\n\r\nto the end")}});
  options.no_connection_reuse = true;
  const auto url = server.url();
  EXPECT_EQ(send({.url = url}).body, "hello world");
  EXPECT_EQ(send({.url = url}).body, "to the end");
}

TEST_F(HttpClientTest, ErrorsHaveK6sNumbersAndWords) {
  struct Case {
    Reply reply;
    ErrorCode code;
    std::string_view message;
  };
  const Case cases[] = {
      {closing(""), ErrorCode::generic, "EOF"},
      {closing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), ErrorCode::generic,
       "unexpected EOF"},
      {Reply{.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ""},
             .pause = 20ms,
             .resets = true},
       ErrorCode::reset_by_peer, "read: connection reset by peer"},
      {reply("SSH-2.0-x\r\n\r\n"), ErrorCode::generic, "malformed HTTP response \"SSH-2.0-x\""},
      {Reply{.pieces = {}}, ErrorCode::request_timeout, "request timeout"},
      {reply("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
       ErrorCode::decompression, "the body is no gzip as its header says"},
  };
  for (const auto& c : cases) {
    ScriptedServer server({{c.reply}});
    const auto url = server.url();
    const auto response = send({.url = url, .timeout = 100ms});
    EXPECT_EQ(response.error.code, c.code) << c.message;
    EXPECT_EQ(response.error.message, c.message);
    EXPECT_EQ(response.status, 0);
    ASSERT_EQ(response.exchanges.size(), 1U);
    EXPECT_EQ(response.exchanges[0].error_code(), static_cast<int>(c.code));
  }
}

TEST_F(HttpClientTest, ErrorsBeforeAConnectionIsThere) {
  ResolverOptions names;
  names.hosts = {{"gone.example", "127.0.0.1:1"}, {"*.listed.example", "10.1.2.3"}};
  names.blocked_hostnames = {"*.blocked.example"};
  names.blacklisted_ips = {"10.0.0.0/8"};
  resolver = Resolver::create(names).value();
  const std::pair<std::string_view, ErrorCode> cases[] = {
      {"http://gone.example/", ErrorCode::dial_refused},
      {"http://a.listed.example/", ErrorCode::blacklisted_ip},
      {"http://10.9.9.9/", ErrorCode::blacklisted_ip},
      {"http://a.blocked.example/", ErrorCode::blocked_hostname},
      {"ftp://a/", ErrorCode::invalid_url},
      {"http://a:b/", ErrorCode::invalid_url},
      {"https://127.0.0.1:1/", ErrorCode::dial_refused},
  };
  for (const auto& [url, code] : cases) {
    const auto response = send({.url = url, .timeout = 2s});
    EXPECT_EQ(response.error.code, code) << url << ": " << response.error.message;
  }
}

TEST_F(HttpClientTest, NothingThatIsSentCanHoldALineOfItsOwn) {
  const std::vector<HeaderField> name = {{"X\r\nY", "1"}};
  const std::vector<HeaderField> value = {{"X", "1\r\nY: 2"}};
  EXPECT_THAT(send({.url = "http://127.0.0.1/", .headers = name}).error.message,
              HasSubstr("invalid header field name"));
  EXPECT_THAT(send({.url = "http://127.0.0.1/", .headers = value}).error.message,
              HasSubstr("invalid header field value for \"X\""));
  EXPECT_THAT(send({.method = "A B", .url = "http://127.0.0.1/"}).error.message,
              HasSubstr("invalid method"));
  ScriptedServer server({{reply(ok(""))}});
  const std::vector<RequestCookie> cookies = {{"a\r\n", "b\r\nX: 1;", false}};
  const auto url = server.url();
  send({.url = url, .cookies = cookies});
  EXPECT_THAT(server.requests()[0], HasSubstr("Cookie: a=\"bX: 1\"\r\n"));
}

TEST_F(HttpClientTest, AnInterruptEndsARequest) {
  ScriptedServer server({{Reply{.pieces = {}}}});
  HttpContext context(*loop, *host.clock, *resolver, nullptr, options);
  HttpResponse response;
  const auto url = server.url();
  const auto user = loop->spawn([&] {
    HttpClient client(context);
    client.send({.url = url}, response);
  });
  loop->spawn([&] {
    loop->sleep_until(loop->now() + 10ms);
    loop->interrupt(user);
  });
  const auto start = loop->now();
  loop->run_until_done();
  EXPECT_LT(loop->now() - start, 5s);
  EXPECT_TRUE(response.error.interrupted);
  EXPECT_EQ(response.error.code, ErrorCode::none);
}

TEST_F(HttpClientTest, SeveralRequestsAtATimeGoOverConnectionsOfTheirOwn) {
  std::vector<std::vector<Reply>> connections(
      8, {Reply{.pieces = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok"}, .pause = 20ms}});
  ScriptedServer server(connections);
  HttpContext context(*loop, *host.clock, *resolver, nullptr, options);
  HttpClient client(context);
  const auto url = server.url();
  int right = 0;
  for (int i = 0; i < 8; ++i) {
    loop->spawn([&] {
      HttpResponse response;
      client.send({.url = url}, response);
      right += response.body == "ok" ? 1 : 0;
    });
  }
  loop->run_until_done();
  EXPECT_EQ(right, 8);
  EXPECT_EQ(client.idle_connections(), 6U) << "no more than six are kept for one host";
}

TEST_F(HttpClientTest, DiscardedBodiesAreCounted) {
  ScriptedServer server({{reply(ok(std::string(100'000, 'x')))}});
  const auto url = server.url();
  const auto response = send({.url = url, .discard_body = true});
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.body_bytes, 100'000U);
}

TEST_F(HttpClientTest, ALargeBodyGoesOutWholeWhileTheServerIsSlow) {
  ScriptedServer server({{reply(ok("done"))}});
  const std::string body(8'000'000, 'b');
  const auto url = server.url();
  const auto response = send({.method = "POST", .url = url, .body = body});
  EXPECT_EQ(response.body, "done") << response.error.message;
  EXPECT_TRUE(server.requests()[0].ends_with("\r\n\r\n" + body));
}

TEST_F(HttpClientTest, PlainRequestsGoToAProxyWithTheWholeAddress) {
  ScriptedServer proxy({{reply(ok("by proxy"))}});
  options.proxies =
      ProxySettings::from({{"HTTP_PROXY", "http://u:p@127.0.0.1:" + std::to_string(proxy.port())}})
          .value();
  const auto response = send({.url = "http://somewhere.example/path"});
  EXPECT_EQ(response.body, "by proxy");
  EXPECT_THAT(proxy.requests()[0], StartsWith("GET http://somewhere.example/path HTTP/1.1\r\n"
                                              "Host: somewhere.example\r\n"));
  EXPECT_THAT(proxy.requests()[0], HasSubstr("Proxy-Authorization: Basic dTpw\r\n"));
}

TEST_F(HttpClientTest, InformationalResponsesArePassedOver) {
  ScriptedServer server({{reply("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("final"))},
                         {reply("HTTP/1.1 101 Switching\r\n\r\n")}});
  const auto url = server.url();
  EXPECT_EQ(send({.url = url}).body, "final");
  EXPECT_EQ(send({.url = url}).error.code, ErrorCode::generic);
}

}  // namespace
}  // namespace crema::load
