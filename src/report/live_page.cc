#include "crema/report/live_page.h"

#include "live_connection.h"

#include "crema/base/sync.h"
#include "crema/sys/descriptor.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <thread>
#include <vector>

namespace crema::report {
namespace {

constexpr std::size_t kMostConnections = 32;
// A second for last words.
constexpr int kTurnMilliseconds = 50;
constexpr int kLastTurns = 20;
constexpr int kLowPriority = 10;

Diagnostic cannot_listen(const LivePage::Place& place, std::string_view why) {
  auto error = make_error("report/listen",
                          fmt::format("cannot listen on {}:{}: {}", place.host, place.port, why));
  error.hint = "give an address of this machine and a port that nobody uses, or leave it to choose";
  return error;
}

std::string address_of(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), size, host.data(), host.size(), port.data(),
                port.size(), NI_NUMERICHOST | NI_NUMERICSERV);
  const std::string_view name(host.data());
  if (name == "0.0.0.0" || name == "::") return fmt::format("http://localhost:{}/", port.data());
  const bool six = bound.ss_family == AF_INET6;
  return fmt::format("http://{}{}{}:{}/", six ? "[" : "", name, six ? "]" : "", port.data());
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET6)
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  return (ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24U) == 127;
}

struct Listener {
  sys::Descriptor socket;
  bool loopback = false;
};

Result<Listener> listen_at(const LivePage::Place& place) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int failed =
          ::getaddrinfo(place.host.c_str(), std::to_string(place.port).c_str(), &wanted, &found);
      failed != 0)
    return fail(cannot_listen(place, ::gai_strerror(failed)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  sys::Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (!socket.open() || ::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0)
    return fail(cannot_listen(place, std::strerror(errno)));
  return Listener{std::move(socket), is_loopback(*found->ai_addr)};
}

}  // namespace

Result<LivePage::Place> LivePage::place_of(std::string_view text) {
  const auto wrong = [text] {
    auto error = make_error("report/address", fmt::format("\"{}\" is no address for a page", text));
    error.hint = "write HOST:PORT, a HOST, or a PORT: 127.0.0.1:8000";
    return fail(std::move(error));
  };
  Place place;
  if (text.empty()) return place;
  auto host = text;
  std::string_view port;
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    port = std::exchange(host, {});
  } else if (const auto bracket = text.find(']'); text.starts_with('[')) {
    if (bracket == std::string_view::npos) return wrong();
    host = text.substr(1, bracket - 1);
    const auto rest = text.substr(bracket + 1);
    if (!rest.empty() && !rest.starts_with(':')) return wrong();
    port = rest.empty() ? rest : rest.substr(1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return wrong();
  }
  if (!host.empty()) place.host = host;
  if (port.empty()) return place;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (error != std::errc() || end != port.data() + port.size()) return wrong();
  return place;
}

struct LivePage::State {
  using Key = std::pair<std::string, std::int64_t>;
  struct Told {
    std::map<Key, std::string> last;  // whole events, as they are sent
    std::vector<Key> fresh;           // what the thread has not sent yet
    bool over = false;
  };

  std::string html;
  Listener listener;
  sys::Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Sync<Told> told;
  std::vector<LiveConnection> connections;  // the thread's
  std::thread thread;

  void ring() const {
    const std::uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof(one));
  }

  void accept_all() {
    while (connections.size() < kMostConnections) {
      sys::Descriptor socket(
          ::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!socket.open()) return;
      connections.emplace_back(std::move(socket), listener.loopback);
    }
  }

  // What is new to those who listen already, and all of it to those who have just begun to. True
  // when nothing more will come.
  bool pass_on() {
    std::uint64_t rings = 0;
    (void)!::read(wake.get(), &rings, sizeof(rings));
    auto now = told.lock();
    for (auto& connection : connections) {
      if (connection.begins_to_listen())
        for (const auto& [key, event] : now->last) connection.send(event);
      else if (connection.listens())
        for (const auto& key : now->fresh) connection.send(now->last.at(key));
    }
    now->fresh.clear();
    return now->over;
  }

  void wait(int timeout_ms) {
    std::vector<pollfd> polled{{wake.get(), POLLIN, 0}, {listener.socket.get(), POLLIN, 0}};
    if (connections.size() >= kMostConnections) polled[1].fd = -1;
    for (const auto& connection : connections)
      polled.push_back({connection.socket(), connection.wanted(), 0});
    ::poll(polled.data(), polled.size(), timeout_ms);
    for (std::size_t i = 0; i < connections.size(); ++i)
      if (polled[i + 2].revents != 0) connections[i].turn(html);
  }

  bool anything_unsent() const {
    for (const auto& connection : connections)
      if ((connection.wanted() & POLLOUT) != 0) return true;
    return false;
  }

  void serve() {
    ::setpriority(PRIO_PROCESS, 0, kLowPriority);
    bool over = false;
    int turns_left = kLastTurns;
    while (true) {
      wait(over ? kTurnMilliseconds : -1);
      std::erase_if(connections, [](const auto& connection) { return connection.over(); });
      accept_all();
      over = pass_on();
      // Writes only: a request that came meanwhile is read when it is waited for, so that nobody
      // begins to listen and is told nothing.
      for (auto& connection : connections) connection.write();
      if (over && (!anything_unsent() || --turns_left == 0)) return;
    }
  }
};

LivePage::LivePage(std::unique_ptr<State> state)
    : state_(std::move(state)), address_(address_of(state_->listener.socket.get())) {
  state_->thread = std::thread([state = state_.get()] { state->serve(); });
}

Result<std::unique_ptr<LivePage>> LivePage::start(const Place& place, std::string html) {
  auto state = std::make_unique<State>();
  state->html = std::move(html);
  state->listener = CREMA_TRY(listen_at(place));
  return std::unique_ptr<LivePage>(new LivePage(std::move(state)));
}

LivePage::~LivePage() {
  state_->told.lock()->over = true;
  state_->ring();
  state_->thread.join();
}

void LivePage::tell(std::string_view event, std::int64_t number, std::string_view data) {
  {
    auto told = state_->told.lock();
    State::Key key{event, number};
    told->last.insert_or_assign(key, fmt::format("event: {}\ndata: {}\n\n", event, data));
    told->fresh.push_back(std::move(key));
  }
  state_->ring();
}

}  // namespace crema::report
