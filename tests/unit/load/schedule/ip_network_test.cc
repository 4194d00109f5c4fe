#include "crema/load/schedule/ip_network.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

TEST(IpNetwork, KeepsTheBitsOfItsPrefix) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"10.1.2.3/8", "10.0.0.0/8"},     {"10.1.2.3/32", "10.1.2.3/32"},
      {"10.255.2.3/9", "10.128.0.0/9"}, {"0.0.0.0/0", "0.0.0.0/0"},
      {"fd00::1/8", "fd00::/8"},        {"fd00::1/128", "fd00::1/128"},
  };
  for (const auto& [text, normal] : cases) {
    const auto network = parse_ip_network(text);
    ASSERT_TRUE(network) << text;
    EXPECT_EQ(format_ip_network(*network), normal);
  }
}

TEST(IpNetwork, RefusesWhatIsNone) {
  for (const auto* text : {"", "10.0.0.1", "10.0.0.1/", "10.0.0.1/33", "10.0.0/8", "fd00::/129",
                           "fd00::/-1", "10.0.0.1/8x", "/8", "10.0.0.1/256"}) {
    EXPECT_FALSE(parse_ip_network(text)) << text;
  }
}

TEST(IpNetwork, ContainsItsAddresses) {
  const auto network = parse_ip_network("10.128.0.0/9").value();
  EXPECT_TRUE(network.contains(parse_ip("10.200.1.1").value()));
  EXPECT_FALSE(network.contains(parse_ip("10.127.255.255").value()));
  EXPECT_FALSE(network.contains(parse_ip("::1").value()));
}

}  // namespace
}  // namespace crema::load
