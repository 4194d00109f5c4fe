#include "crema/load/core/resolver.h"

#include "host_pattern.h"

#include <fmt/format.h>
#include <netdb.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <thread>

namespace crema::load {
namespace {

struct Answer {
  int error = 0;  // of getaddrinfo
  std::vector<Address> addresses;
};

struct Waiter {
  Loop* loop;
  Fiber fiber;
};

struct Entry {
  bool asked = false;  // and not answered yet
  Time expires{};
  std::size_t next = 0;  // of DnsSelect::round_robin
  std::uint64_t answers = 0;
  Answer answer;
  std::vector<Waiter> waiters;
};

struct State {
  bool stopping = false;
  std::map<std::string, Entry, std::less<>> names;
  std::deque<std::string> questions;
  std::uint64_t random = 1;
};

// A script may make up names without end.
constexpr std::size_t kMostNames = 4096;

void forget_names(State& state) {
  if (state.names.size() < kMostNames) return;
  std::erase_if(state.names,
                [](const auto& item) { return !item.second.asked && item.second.waiters.empty(); });
}

Answer look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Answer answer;
  answer.error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (answer.error != 0) return answer;
  for (auto* one = list; one != nullptr; one = one->ai_next) {
    const auto address = Address::from(*one->ai_addr);
    if (!address.empty()) answer.addresses.push_back(address);
  }
  ::freeaddrinfo(list);
  return answer;
}

std::vector<Address> allowed(const std::vector<Address>& all, DnsPolicy policy) {
  std::vector<Address> v4;
  std::vector<Address> v6;
  for (const auto& address : all) (address.ipv6() ? v6 : v4).push_back(address);
  switch (policy) {
    case DnsPolicy::only_ipv4:
      return v4;
    case DnsPolicy::only_ipv6:
      return v6;
    case DnsPolicy::prefer_ipv4:
      return v4.empty() ? v6 : v4;
    case DnsPolicy::prefer_ipv6:
      return v6.empty() ? v4 : v6;
    case DnsPolicy::any:
      return all;
  }
  return all;
}

// xorshift64: enough to spread load over addresses.
std::uint64_t next_random(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// "ip", "ip:port" or "[ip6]:port"; port 0 where none is given.
std::optional<Address> parse_endpoint(std::string_view text) {
  if (const auto whole = Address::parse(text, 0)) return whole;
  auto host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (port.empty()) return Address::parse(host, 0);
    if (!port.starts_with(':')) return std::nullopt;
    port.remove_prefix(1);
  } else {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0) return std::nullopt;
  return Address::parse(host, number);
}

bool valid_pattern(std::string_view pattern) {
  const auto star = pattern.find('*', 1);
  if (pattern.empty() || star != std::string_view::npos) return false;
  return pattern[0] != '*' || pattern.size() == 1 || pattern[1] == '.';
}

}  // namespace

struct Resolver::Impl {
  ResolverOptions options;
  HostPatterns<Address> hosts;
  HostPatterns<bool> blocked;
  std::vector<AddressRange> blacklist;
  Sync<State> state;
  std::condition_variable changed;
  std::jthread thread;

  void answer_questions();
  void publish(const std::string& name, Answer answer);
  const Address* configured(std::string_view host, std::uint16_t port) const;
  Resolution checked(Address address) const;
  Resolution choose(Entry& entry, std::uint64_t& random, std::uint16_t port) const;
  Resolution look_up_name(Loop& loop, std::string_view host, std::uint16_t port, Time deadline);
};

void Resolver::Impl::answer_questions() {
  while (true) {
    std::string name;
    {
      auto locked = state.lock();
      locked.wait(changed, [](const State& s) { return s.stopping || !s.questions.empty(); });
      if (locked->stopping) return;
      name = std::move(locked->questions.front());
      locked->questions.pop_front();
    }
    publish(name, look_up(name));
  }
}

void Resolver::Impl::publish(const std::string& name, Answer answer) {
  auto locked = state.lock();
  auto& entry = locked->names[name];
  entry.asked = false;
  ++entry.answers;
  entry.answer = std::move(answer);
  // Under the lock: who is on this list has not left resolve(), so its loop is there.
  for (const auto& [loop, fiber] : entry.waiters) {
    loop->post([loop = loop, fiber = fiber] { loop->wake(fiber); });
  }
}

const Address* Resolver::Impl::configured(std::string_view host, std::uint16_t port) const {
  if (hosts.empty()) return nullptr;
  if (const auto* found = hosts.find(fmt::format("{}:{}", host, port))) return found;
  return hosts.find(host);
}

Resolution Resolver::Impl::checked(Address address) const {
  for (const auto& range : blacklist) {
    if (range.contains(address)) {
      return {.status = ResolveStatus::blacklisted_ip, .address = {}, .message = address.ip()};
    }
  }
  return {.status = ResolveStatus::ok, .address = address, .message = {}};
}

Resolution Resolver::Impl::choose(Entry& entry, std::uint64_t& random, std::uint16_t port) const {
  const int error = entry.answer.error;
  if (error != 0 && error != EAI_NONAME && error != EAI_NODATA) {
    return {.status = ResolveStatus::failed, .address = {}, .message = ::gai_strerror(error)};
  }
  const auto addresses = allowed(entry.answer.addresses, options.policy);
  if (addresses.empty()) {
    return {.status = ResolveStatus::no_such_host, .address = {}, .message = {}};
  }
  std::size_t index = 0;
  if (options.select == DnsSelect::random) index = next_random(random) % addresses.size();
  if (options.select == DnsSelect::round_robin) index = entry.next++ % addresses.size();
  auto address = addresses[index];
  address.set_port(port);
  return checked(address);
}

Resolution Resolver::Impl::look_up_name(Loop& loop, std::string_view host, std::uint16_t port,
                                        Time deadline) {
  const auto name = to_lower(host);
  const auto now = loop.now();
  std::uint64_t wanted = 0;
  {
    auto locked = state.lock();
    forget_names(*locked);
    auto& entry = locked->names[name];
    if (!entry.asked && entry.answers > 0 && now < entry.expires && entry.answer.error == 0) {
      return choose(entry, locked->random, port);
    }
    if (!entry.asked) {
      entry.asked = true;
      entry.expires = options.ttl >= kNever - now ? kNever : now + options.ttl;
      locked->questions.push_back(name);
      changed.notify_one();
    }
    wanted = entry.answers + 1;
    entry.waiters.push_back({&loop, loop.current()});
  }
  while (true) {
    const auto reason = loop.park(deadline);
    auto locked = state.lock();
    auto& entry = locked->names[name];
    const bool answered = entry.answers >= wanted;
    if (reason == WakeReason::ready && !answered) continue;
    std::erase_if(entry.waiters,
                  [&](const Waiter& waiter) { return waiter.fiber == loop.current(); });
    if (reason == WakeReason::interrupted) {
      return {.status = ResolveStatus::interrupted, .address = {}, .message = {}};
    }
    if (!answered) return {.status = ResolveStatus::timeout, .address = {}, .message = {}};
    return choose(entry, locked->random, port);
  }
}

Result<std::unique_ptr<Resolver>> Resolver::create(const ResolverOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->state.lock()->random = options.seed == 0 ? 1 : options.seed;
  for (const auto& [pattern, target] : options.hosts) {
    const auto address = parse_endpoint(target);
    if (!address || !valid_pattern(pattern)) {
      return fail(
          "load/hosts",
          fmt::format("cannot read `hosts`: \"{}\": \"{}\" (write \"name\" or \"*.domain\", "
                      "with a port or not, and an IP address)",
                      pattern, target));
    }
    impl->hosts.add(pattern, *address);
  }
  for (const auto& pattern : options.blocked_hostnames) {
    if (!valid_pattern(pattern)) {
      return fail("load/block-hostnames",
                  fmt::format("cannot read `blockHostnames`: \"{}\" (a `*` may only stand first)",
                              pattern));
    }
    impl->blocked.add(pattern, true);
  }
  for (const auto& text : options.blacklisted_ips) {
    const auto range = AddressRange::parse(text);
    if (!range) {
      return fail("load/blacklist-ips",
                  fmt::format("cannot read `blacklistIPs`: \"{}\" is no range of IP addresses such "
                              "as 10.0.0.0/8",
                              text));
    }
    impl->blacklist.push_back(*range);
  }
  auto* const raw = impl.get();
  impl->thread = std::jthread([raw] { raw->answer_questions(); });
  return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));  // NOLINT: private constructor
}

Resolver::Resolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Resolver::~Resolver() {
  impl_->state.lock()->stopping = true;
  impl_->changed.notify_all();
}

Resolution Resolver::resolve(Loop& loop, std::string_view host, std::uint16_t port, Time deadline) {
  auto literal = Address::parse(host, port);
  if (!literal && impl_->blocked.find(host) != nullptr) {
    return {.status = ResolveStatus::blocked_hostname, .address = {}, .message = std::string(host)};
  }
  if (const auto* found = impl_->configured(host, port)) {
    auto address = *found;
    if (address.port() == 0) address.set_port(port);
    return impl_->checked(address);
  }
  if (literal) return impl_->checked(*literal);
  return impl_->look_up_name(loop, host, port, deadline);
}

}  // namespace crema::load
