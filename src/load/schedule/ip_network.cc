#include "crema/load/schedule/ip_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace crema::load {
namespace {

std::uint8_t width(const IpAddress& address) { return address.v6 ? 128 : 32; }

// The byte of a mask of `prefix` bits at `index`.
std::uint8_t mask_byte(std::uint8_t prefix, std::size_t index) {
  const int bits = static_cast<int>(prefix) - static_cast<int>(index) * 8;
  if (bits >= 8) return 0xFF;
  return bits <= 0 ? 0 : static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(bits));
}

}  // namespace

Result<IpAddress> parse_ip(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address = {.v6 = true};
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return fail("load/ip", fmt::format("\"{}\" is no IP address", text));
}

std::string format_ip(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.v6 != first.v6) return false;
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    if ((address.bytes[i] & mask_byte(prefix, i)) != first.bytes[i]) return false;
  }
  return true;
}

Result<IpNetwork> parse_ip_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto wrong = [&] {
    return fail("load/ip", fmt::format("\"{}\" is no range of IP addresses like 10.0.0.0/8", text));
  };
  if (slash == std::string_view::npos) return wrong();
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return wrong();
  const auto digits = text.substr(slash + 1);
  IpNetwork network{.first = *address};
  const auto [rest, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), network.prefix);
  if (error != std::errc() || rest != digits.data() + digits.size() ||
      network.prefix > width(*address)) {
    return wrong();
  }
  for (std::size_t i = 0; i < network.first.bytes.size(); ++i) {
    network.first.bytes[i] &= mask_byte(network.prefix, i);
  }
  return network;
}

std::string format_ip_network(const IpNetwork& network) {
  return fmt::format("{}/{}", format_ip(network.first), network.prefix);
}

}  // namespace crema::load
