#include "crema/load/remote/endpoint.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace crema::load {
namespace {

constexpr int kBacklog = 64;

Diagnostic bad_address(std::string_view text, std::string_view why) {
  auto error = make_error("load/address", fmt::format("\"{}\" is no address: {}", text, why));
  error.hint = "write HOST:PORT, as in 192.0.2.1:6566 or [::1]:6566";
  return error;
}

using Addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Result<Addresses> look_up(const Endpoint& endpoint, bool to_listen) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint.host.empty() ? nullptr : endpoint.host.c_str(),
                                  std::to_string(endpoint.port).c_str(), &wanted, &found);
  if (error != 0)
    return fail("load/address", fmt::format("{} cannot be found: {}", format_endpoint(endpoint),
                                            gai_strerror(error)));
  return Addresses(found, ::freeaddrinfo);
}

// 0, or the errno of why not.
int finish_connecting(int socket, std::chrono::milliseconds timeout) {
  pollfd wait{.fd = socket, .events = POLLOUT, .revents = 0};
  const int ready = ::poll(&wait, 1, static_cast<int>(timeout.count()));
  if (ready == 0) return ETIMEDOUT;
  if (ready < 0) return errno;
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t port) {
  Endpoint endpoint{.host = {}, .port = port};
  std::string_view number;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return bad_address(text, "its bracket is not closed");
    endpoint.host = text.substr(1, end - 1);
    number = text.substr(end + 1);
    if (!number.empty() && !number.starts_with(':'))
      return bad_address(text, "a port comes after a colon");
  } else {
    const auto colon = text.rfind(':');
    endpoint.host = text.substr(0, colon);
    if (colon != std::string_view::npos) number = text.substr(colon);
    if (endpoint.host.find(':') != std::string::npos)
      return bad_address(text, "an address of IPv6 stands in brackets");
  }
  if (number.empty()) {
    if (port == 0 || endpoint.host.empty()) return bad_address(text, "it has no port");
    return endpoint;
  }
  number.remove_prefix(1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), endpoint.port);
  if (error != std::errc() || end != number.data() + number.size())
    return bad_address(text, "a port is a number up to 65535");
  return endpoint;
}

std::string format_endpoint(const Endpoint& endpoint) {
  return endpoint.host.find(':') == std::string::npos
             ? fmt::format("{}:{}", endpoint.host, endpoint.port)
             : fmt::format("[{}]:{}", endpoint.host, endpoint.port);
}

Result<sys::Descriptor> listen_at(const Endpoint& endpoint) {
  // Every address is those of IPv6 with those of IPv4 in them, where the machine has the former.
  if (endpoint.host.empty())
    if (auto both = listen_at({.host = "::", .port = endpoint.port})) return both;
  const auto addresses = CREMA_TRY(look_up(endpoint, true));
  int reason = 0;
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    sys::Descriptor socket(
        ::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol));
    const int yes = 1;
    const int no = 0;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (at->ai_family == AF_INET6)
      ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
    if (socket.open() && ::bind(socket.get(), at->ai_addr, at->ai_addrlen) == 0 &&
        ::listen(socket.get(), kBacklog) == 0)
      return socket;
    reason = errno;
  }
  return fail("load/address",
              fmt::format("cannot listen at {}: {}", format_endpoint(endpoint), strerror(reason)));
}

std::uint16_t port_of(const sys::Descriptor& listening) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                   : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

Result<sys::Descriptor> connect_to(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  const auto addresses = CREMA_TRY(look_up(endpoint, false));
  int reason = 0;
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    sys::Descriptor socket(
        ::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol));
    if (!socket.open()) {
      reason = errno;
      continue;
    }
    reason = ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (reason == EINPROGRESS) reason = finish_connecting(socket.get(), timeout);
    if (reason != 0) continue;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return socket;
  }
  auto error = make_error("load/agent-unreachable",
                          fmt::format("the agent at {} cannot be reached: {}",
                                      format_endpoint(endpoint), strerror(reason)));
  error.hint = "start one there: `crema load agent --listen ADDRESS --certificates DIR`";
  return error;
}

}  // namespace crema::load
