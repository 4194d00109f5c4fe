// The server whose behaviour is known, for `./dev bench load_truth`: HTTP/1.1 over keep-alive on
// one thread, that answers at once, or after a log-normal wait, or after a log-normal amount of
// work, counted in turns of about a nanosecond and not in time, so that a slow core makes it slow;
// it may stand still for a while in every period, and it can keep when each request came.
//
// usage: load_server [--wait MS] [--work TURNS] [--spread SIGMA] [--slower FACTOR]
//                    [--stall MS --every MS] [--times FILE]
// The port, of 127.0.0.1, is printed. SIGTERM ends it; FILE then holds a line for each request:
// when it was read, in nanoseconds of CLOCK_MONOTONIC, and its path.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n"
    "{\"stock\": 100}";

struct Behaviour {
  double wait_ms = 0;
  double work = 0;       // turns
  double spread = 0.35;  // sigma of the logarithm
  double slower = 1;
  double stall_ms = 0;
  double every_ms = 0;
  std::string times;
};

struct Connection {
  std::string unread;
};

struct Due {
  Clock::time_point at;
  int connection;
  bool operator>(const Due& other) const { return at > other.at; }
};

struct Request {
  Clock::time_point at;
  std::string path;
};

class Server {
 public:
  explicit Server(const Behaviour& behaviour) : behaviour_(behaviour) {
    if (!behaviour_.times.empty()) requests_.reserve(4'000'000);
  }
  bool listen();
  void serve();
  bool save() const;

 private:
  const Behaviour& behaviour_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  int listener_ = -1;
  int signals_ = -1;
  Clock::time_point begin_ = Clock::now();
  std::map<int, Connection> connections_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<Request> requests_;
  std::mt19937_64 random_{1};
  std::normal_distribution<double> normal_;
  volatile std::uint64_t kept_ = 0;  // else the work would be left out
  std::uint64_t worked_ = 1;

  double factor() { return behaviour_.slower * std::exp(behaviour_.spread * normal_(random_)); }
  void watch(int descriptor) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }
  void accept_all();
  void read_from(int descriptor);
  void take(int descriptor, std::string_view head);
  void work(std::uint64_t turns);
  void stand_still() const;
  void answer(int descriptor) { (void)!::write(descriptor, kAnswer.data(), kAnswer.size()); }
  int answer_due();
};

bool Server::listen() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 65'535) != 0)
    return false;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  watch(listener_);
  watch(signals_);
  fmt::print("{}\n", ntohs(address.sin_port));
  return std::fflush(stdout) == 0;
}

void Server::accept_all() {
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[descriptor];
    watch(descriptor);
  }
}

void Server::read_from(int descriptor) {
  std::array<char, 16384> buffer{};
  const auto count = ::read(descriptor, buffer.data(), buffer.size());
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    connections_.erase(descriptor);
    ::close(descriptor);
    return;
  }
  auto& unread = connections_[descriptor].unread;
  unread.append(buffer.data(), static_cast<std::size_t>(count));
  for (auto end = unread.find("\r\n\r\n"); end != std::string::npos;
       end = unread.find("\r\n\r\n")) {
    take(descriptor, std::string_view(unread).substr(0, end));
    unread.erase(0, end + 4);
  }
}

void Server::take(int descriptor, std::string_view head) {
  const auto now = Clock::now();
  if (!behaviour_.times.empty()) {
    const auto path = head.substr(head.find(' ') + 1);
    requests_.push_back({now, std::string(path.substr(0, path.find(' ')))});
  }
  if (behaviour_.work > 0) work(static_cast<std::uint64_t>(behaviour_.work * factor()));
  if (behaviour_.wait_ms > 0)
    due_.push({now + Nanoseconds(std::llround(behaviour_.wait_ms * factor() * 1e6)), descriptor});
  else
    answer(descriptor);
}

// Each turn needs the one before it.
void Server::work(std::uint64_t turns) {
  for (std::uint64_t i = 0; i < turns; ++i) worked_ = worked_ * 6364136223846793005U + i;
  kept_ = worked_;
}

// At the start of each period but the first.
void Server::stand_still() const {
  if (behaviour_.stall_ms <= 0) return;
  const std::chrono::duration<double, std::milli> since = Clock::now() - begin_;
  const double place = std::fmod(since.count(), behaviour_.every_ms);
  if (since.count() > behaviour_.every_ms && place < behaviour_.stall_ms)
    std::this_thread::sleep_for(
        std::chrono::duration<double, std::milli>(behaviour_.stall_ms - place));
}

// How long nothing is due, in milliseconds; -1 where nothing is.
int Server::answer_due() {
  while (!due_.empty()) {
    const auto left = due_.top().at - Clock::now();
    if (left > Nanoseconds(0))
      return static_cast<int>(std::chrono::floor<std::chrono::milliseconds>(left).count());
    answer(due_.top().connection);
    due_.pop();
  }
  return -1;
}

void Server::serve() {
  std::array<epoll_event, 256> events{};
  for (;;) {
    const int wait = answer_due();
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), wait);
    stand_still();
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == signals_) return;
      if (descriptor == listener_)
        accept_all();
      else
        read_from(descriptor);
    }
  }
}

bool Server::save() const {
  if (behaviour_.times.empty()) return true;
  std::FILE* file = std::fopen(behaviour_.times.c_str(), "w");
  if (file == nullptr) return false;
  for (const auto& request : requests_)
    fmt::print(file, "{} {}\n", request.at.time_since_epoch().count(), request.path);
  return std::fclose(file) == 0;
}

bool read_arguments(Behaviour& behaviour, std::vector<std::string_view> words) {
  const std::map<std::string_view, double*> numbers{
      {"--wait", &behaviour.wait_ms},   {"--work", &behaviour.work},
      {"--spread", &behaviour.spread},  {"--slower", &behaviour.slower},
      {"--stall", &behaviour.stall_ms}, {"--every", &behaviour.every_ms}};
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto text = words[i + 1];
    if (words[i] == "--times") {
      behaviour.times = text;
      continue;
    }
    const auto found = numbers.find(words[i]);
    if (found == numbers.end()) return false;
    if (std::from_chars(text.data(), text.data() + text.size(), *found->second).ec != std::errc())
      return false;
  }
  return words.size() % 2 == 0;
}

}  // namespace

int main(int count, char** words) {
  Behaviour behaviour;
  if (!read_arguments(behaviour, {words + 1, words + count})) {
    fmt::print(stderr, "load_server: see the head of load_server.cc for its arguments\n");
    return 2;
  }
  Server server(behaviour);
  if (!server.listen()) return 1;
  server.serve();
  return server.save() ? 0 : 1;
}
