// Resolver: from a host's name to the address to connect to, with k6's options `dns`, `hosts`,
// `blockHostnames` and `blacklistIPs`.
#pragma once

#include "crema/load/core/address.h"
#include "crema/load/core/loop.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

enum class DnsSelect : std::uint8_t { first, random, round_robin };
enum class DnsPolicy : std::uint8_t { prefer_ipv4, prefer_ipv6, only_ipv4, only_ipv6, any };

struct ResolverOptions {
  Duration ttl = std::chrono::minutes(5);  // 0 asks every time; Duration::max() asks once
  DnsSelect select = DnsSelect::random;
  DnsPolicy policy = DnsPolicy::prefer_ipv4;
  // "host", "host:port" or "*.domain" -> "ip" or "ip:port" ("[ip6]:port").
  std::map<std::string, std::string> hosts;
  std::vector<std::string> blocked_hostnames;  // "host" or "*.domain"
  std::vector<std::string> blacklisted_ips;    // "10.0.0.0/8", "10.1.2.3"
  std::uint64_t seed = 1;                      // of DnsSelect::random
};

enum class ResolveStatus : std::uint8_t {
  ok,
  no_such_host,
  failed,  // the name servers could not be asked; see `message`
  blocked_hostname,
  blacklisted_ip,
  timeout,
  interrupted,
};

struct Resolution {
  ResolveStatus status = ResolveStatus::ok;
  Address address;
  std::string message;  // what getaddrinfo said, or the address that is on the list
};

// One for all loops of a run. Names are asked for on a thread of its own, one at a time, because
// getaddrinfo blocks; those who want the same name wait for the same answer. The path of one that
// is known takes an uncontended lock, and is only gone when a connection is made.
class Resolver {
 public:
  // Fails with "load/hosts", "load/block-hostnames" or "load/blacklist-ips" on what it cannot read.
  static Result<std::unique_ptr<Resolver>> create(const ResolverOptions& options);
  // No loop may still wait in resolve().
  ~Resolver();

  // For a fiber of `loop`. `host` is a name or an IP address, without brackets.
  Resolution resolve(Loop& loop, std::string_view host, std::uint16_t port, Time deadline);

 private:
  struct Impl;
  explicit Resolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace crema::load
