// An IP address with a port, as the kernel takes it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crema::load {

class Address {
 public:
  Address() = default;
  // "127.0.0.1", "::1", "fe80::1%eth0" is refused; none when `text` is no IP address.
  static std::optional<Address> parse(std::string_view text, std::uint16_t port);
  static Address from(const sockaddr& address);

  bool ipv6() const { return storage_.any.sa_family == AF_INET6; }
  bool empty() const { return storage_.any.sa_family == AF_UNSPEC; }
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  std::string ip() const;    // without brackets
  std::string text() const;  // "127.0.0.1:80", "[::1]:80"
  const sockaddr* data() const { return &storage_.any; }
  socklen_t size() const { return ipv6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

 private:
  union Storage {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  Storage storage_{.v6 = {}};
};

// A range of addresses: "10.0.0.0/8", "::1/128".
class AddressRange {
 public:
  static std::optional<AddressRange> parse(std::string_view text);
  bool contains(const Address& address) const;

 private:
  Address first_;
  unsigned bits_ = 0;
};

}  // namespace crema::load
