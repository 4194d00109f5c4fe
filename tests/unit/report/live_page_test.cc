#include "crema/report/live_page.h"

#include "crema/sys/descriptor.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <string>

namespace crema::report {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::uint16_t port_of(const LivePage& page) {
  const auto& address = page.address();
  std::uint16_t port = 0;
  std::from_chars(address.data() + address.rfind(':') + 1, address.data() + address.size(), port);
  return port;
}

class Browser {
 public:
  explicit Browser(const LivePage& page) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_of(page));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  void send(std::string_view text) {
    EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
  }
  // Until `end` came, or the connection is closed.
  std::string read_to(std::string_view end) {
    std::string text;
    std::array<char, 4096> buffer;
    while (end.empty() || !text.ends_with(end)) {
      const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  sys::Descriptor socket_;
};

std::unique_ptr<LivePage> started(std::string html = "<p>coffee</p>") {
  auto page = LivePage::start({}, std::move(html));
  EXPECT_TRUE(page) << page.error().message;
  return std::move(*page);
}

TEST(LivePage, ServesItsPage) {
  const auto page = started();
  Browser browser(*page);
  browser.send("GET / HTTP/1.1\r\nHost: local");
  browser.send("host\r\n\r\n");
  const auto answer = browser.read_to("");
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n<p>coffee</p>"));
}

TEST(LivePage, ServesAPageThatFitsNoBuffer) {
  const std::string html(8'000'000, 'x');
  const auto page = started(html);
  Browser browser(*page);
  browser.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_GT(browser.read_to("").size(), html.size());
}

TEST(LivePage, TellsWhoComesLaterWhatWasToldLast) {
  auto page = started();
  page->tell("second", 2, "{\"t\":2}");
  page->tell("second", 1, "{\"t\":1}");
  page->tell("second", 1, "{\"t\":1,\"more\":1}");
  page->tell("state", 0, "{}");
  Browser browser(*page);
  browser.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(browser.read_to("event: state\ndata: {}\n\n"),
              EndsWith("retry: 1000\n\nevent: second\ndata: {\"t\":1,\"more\":1}\n\n"
                       "event: second\ndata: {\"t\":2}\n\nevent: state\ndata: {}\n\n"));
  page->tell("state", 0, "{\"over\":1}");
  page.reset();
  EXPECT_EQ(browser.read_to(""), "event: state\ndata: {\"over\":1}\n\n");
}

TEST(LivePage, DropsWhoSaysTooMuch) {
  const auto page = started();
  Browser browser(*page);
  browser.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
  EXPECT_THAT(browser.read_to("").substr(0, 12), ::testing::AnyOf("HTTP/1.1 431", ""));
}

TEST(LivePage, ListensWhereItIsTold) {
  const auto place = [](std::string_view text) {
    const auto read = LivePage::place_of(text);
    return read ? read->host + " " + std::to_string(read->port) : read.error().code;
  };
  EXPECT_EQ(place(""), "127.0.0.1 0");
  EXPECT_EQ(place("8000"), "127.0.0.1 8000");
  EXPECT_EQ(place(":8000"), "127.0.0.1 8000");
  EXPECT_EQ(place("0.0.0.0"), "0.0.0.0 0");
  EXPECT_EQ(place("localhost:80"), "localhost 80");
  EXPECT_EQ(place("[::1]:80"), "::1 80");
  for (const auto* wrong : {"localhost:", "a:b", "a:70000", "[::1", "[::1]80", "99999"})
    EXPECT_EQ(place(wrong), "report/address") << wrong;
  const auto first = started();
  const auto second = LivePage::start({.host = "127.0.0.1", .port = port_of(*first)}, "");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "report/listen");
}

}  // namespace
}  // namespace crema::report
