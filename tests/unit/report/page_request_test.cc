#include "page_request.h"

#include <gtest/gtest.h>

#include <string>

namespace crema::report {
namespace {

PageRequest read(std::string_view line, std::string_view host = "127.0.0.1:8000",
                 bool loopback = true) {
  const auto head = std::string(line) + "\r\nHost: " + std::string(host) + "\r\nX: 1\r\n";
  return read_page_request(head, loopback);
}

TEST(PageRequest, KnowsItsTwoAddresses) {
  EXPECT_EQ(read("GET / HTTP/1.1"), PageRequest::page);
  EXPECT_EQ(read("GET /?a=b HTTP/1.1"), PageRequest::page);
  EXPECT_EQ(read("GET /events HTTP/1.1"), PageRequest::events);
  for (const auto* line : {"GET /favicon.ico HTTP/1.1", "GET /events/ HTTP/1.1",
                           "GET //events HTTP/1.1", "GET http://x/ HTTP/1.1"})
    EXPECT_EQ(read(line), PageRequest::unknown) << line;
}

TEST(PageRequest, TakesGetOnly) {
  for (const auto* method : {"POST", "HEAD", "OPTIONS", "get"})
    EXPECT_EQ(read(std::string(method) + " / HTTP/1.1"), PageRequest::other_method) << method;
}

TEST(PageRequest, TakesNoForeignNameOnTheLoopback) {
  for (const auto* host : {"localhost", "LocalHost:80", "127.0.0.1", "[::1]:8000"})
    EXPECT_EQ(read("GET / HTTP/1.1", host), PageRequest::page) << host;
  for (const auto* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""})
    EXPECT_EQ(read("GET / HTTP/1.1", host), PageRequest::other_host) << host;
  EXPECT_EQ(read("GET / HTTP/1.1", "load.example", false), PageRequest::page);
}

TEST(PageRequest, RefusesWhatIsNoRequest) {
  for (const auto* head :
       {"", "\r\n", "GET /\r\nHost: localhost\r\n", "GET / SMTP\r\nHost: a\r\n", "GET / HTTP/1.1",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n"})
    EXPECT_EQ(read_page_request(head, true), PageRequest::malformed) << head;
}

}  // namespace
}  // namespace crema::report
