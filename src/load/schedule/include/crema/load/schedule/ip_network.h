// Ranges of IP addresses, as options name them: 10.0.0.0/8, fd00::/8.
#pragma once

#include "crema/base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

// Addresses in network byte order; an IPv4 address has four bytes, the rest is 0.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;

  bool operator==(const IpAddress&) const = default;
};

Result<IpAddress> parse_ip(std::string_view text);  // fails with "load/ip"
std::string format_ip(const IpAddress& address);

struct IpNetwork {
  IpAddress first;  // the bits below the prefix are 0
  std::uint8_t prefix = 0;

  bool operator==(const IpNetwork&) const = default;
  bool contains(const IpAddress& address) const;
};

Result<IpNetwork> parse_ip_network(std::string_view text);  // "10.0.0.0/8"; fails with "load/ip"
std::string format_ip_network(const IpNetwork& network);

}  // namespace crema::load
