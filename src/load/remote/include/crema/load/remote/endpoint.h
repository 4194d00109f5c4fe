// Where a program listens or is reached: a host and a port.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/descriptor.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace crema::load {

struct Endpoint {
  std::string host;  // a name or an address, without brackets; "" is every address of this machine
  std::uint16_t port = 0;
};

// "host:port", "192.0.2.1:6565", "[::1]:6565", ":6565"; without a port it is `port`, where that is
// not 0. Fails with "load/address".
Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t port = 0);
std::string format_endpoint(const Endpoint& endpoint);

// A socket that listens there, closed on exec. Fails with "load/address": the name is not known, or
// the system's reason, such as that somebody listens there already.
Result<sys::Descriptor> listen_at(const Endpoint& endpoint);
// The port that a socket listens on: what the system chose for port 0.
std::uint16_t port_of(const sys::Descriptor& listening);

// A connected socket without Nagle's delay, not blocking. Tries every address of the name. Fails
// with "load/agent-unreachable" after `timeout`.
Result<sys::Descriptor> connect_to(const Endpoint& endpoint, std::chrono::milliseconds timeout);

}  // namespace crema::load
