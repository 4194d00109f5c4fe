#include "crema/load/remote/endpoint.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

struct Row {
  std::string_view text;
  std::string_view host;
  std::uint16_t port;
};
class EndpointTest : public ::testing::TestWithParam<Row> {};

TEST_P(EndpointTest, IsRead) {
  const auto endpoint = parse_endpoint(GetParam().text, 6566);
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->host, GetParam().host);
  EXPECT_EQ(endpoint->port, GetParam().port);
}

INSTANTIATE_TEST_SUITE_P(All, EndpointTest,
                         ::testing::Values(Row{"a.example", "a.example", 6566},
                                           Row{"192.0.2.1:1", "192.0.2.1", 1},
                                           Row{":65535", "", 65535}, Row{"[::1]", "::1", 6566},
                                           Row{"[::1]:80", "::1", 80}));

TEST(EndpointTest, WhatIsNoneIsRefused) {
  for (const auto* text : {"", "a:", "a:x", "a:65536", "a:1x", "[::1", "[::1]80", "::1", "a:-1"})
    EXPECT_FALSE(parse_endpoint(text, 6566)) << text;
  EXPECT_FALSE(parse_endpoint("a.example"));
}

TEST(EndpointTest, IsWrittenAsItIsRead) {
  for (const auto* text : {"a.example:1", "[::1]:80", "192.0.2.1:6566"})
    EXPECT_EQ(format_endpoint(*parse_endpoint(text)), text);
}

TEST(EndpointTest, OneListensAtATime) {
  auto first = listen_at({.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(first);
  const auto port = port_of(*first);
  const auto second = listen_at({.host = "127.0.0.1", .port = port});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "load/address");
  EXPECT_TRUE(connect_to({.host = "127.0.0.1", .port = port}, std::chrono::seconds(5)));
  first->close();
  const auto refused = connect_to({.host = "127.0.0.1", .port = port}, std::chrono::seconds(5));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "load/agent-unreachable");
}

}  // namespace
}  // namespace crema::load
