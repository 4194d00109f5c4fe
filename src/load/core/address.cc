#include "crema/load/core/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>

namespace crema::load {

std::optional<Address> Address::parse(std::string_view text, std::uint16_t port) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.empty() || text.size() >= buffer.size()) return std::nullopt;
  std::memcpy(buffer.data(), text.data(), text.size());
  Address address;
  if (::inet_pton(AF_INET, buffer.data(), &address.storage_.v4.sin_addr) == 1) {
    address.storage_.v4.sin_family = AF_INET;
  } else if (::inet_pton(AF_INET6, buffer.data(), &address.storage_.v6.sin6_addr) == 1) {
    address.storage_.v6.sin6_family = AF_INET6;
  } else {
    return std::nullopt;
  }
  address.set_port(port);
  return address;
}

Address Address::from(const sockaddr& address) {
  Address result;
  if (address.sa_family == AF_INET) {
    std::memcpy(&result.storage_.v4, &address, sizeof(sockaddr_in));
  } else if (address.sa_family == AF_INET6) {
    std::memcpy(&result.storage_.v6, &address, sizeof(sockaddr_in6));
  }
  return result;
}

// The port stands in the same place in both.
std::uint16_t Address::port() const { return ntohs(storage_.v4.sin_port); }

void Address::set_port(std::uint16_t port) { storage_.v4.sin_port = htons(port); }

std::string Address::ip() const {
  if (empty()) return "";
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const void* bytes = ipv6() ? static_cast<const void*>(&storage_.v6.sin6_addr)
                             : static_cast<const void*>(&storage_.v4.sin_addr);
  ::inet_ntop(storage_.any.sa_family, bytes, buffer.data(), buffer.size());
  return buffer.data();
}

std::string Address::text() const {
  const auto number = std::to_string(port());
  return ipv6() ? "[" + ip() + "]:" + number : ip() + ":" + number;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash), 0);
  if (!address) return std::nullopt;
  const unsigned longest = address->ipv6() ? 128 : 32;
  AddressRange range;
  range.first_ = *address;
  range.bits_ = longest;
  if (slash != std::string_view::npos) {
    const auto bits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), range.bits_);
    if (error != std::errc() || end != bits.data() + bits.size() || range.bits_ > longest) {
      return std::nullopt;
    }
  }
  return range;
}

bool AddressRange::contains(const Address& address) const {
  if (address.ipv6() != first_.ipv6() || address.empty()) return false;
  const auto bytes_of = [](const Address& from) {
    std::array<unsigned char, 16> bytes{};
    if (from.ipv6()) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, from.data(), sizeof v6);
      std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    } else {
      sockaddr_in v4{};
      std::memcpy(&v4, from.data(), sizeof v4);
      std::memcpy(bytes.data(), &v4.sin_addr, 4);
    }
    return bytes;
  };
  const auto one = bytes_of(first_);
  const auto other = bytes_of(address);
  const std::size_t whole = bits_ / 8;
  if (std::memcmp(one.data(), other.data(), whole) != 0) return false;
  const unsigned rest = bits_ % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFFU << (8 - rest));
  return (one[whole] & mask) == (other[whole] & mask);
}

}  // namespace crema::load
