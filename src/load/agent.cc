#include "crema/load/agent.h"

#include "coordinator_link.h"
#include "running_test.h"
#include "test_code.h"

#include "crema/load/remote/channel.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <list>

namespace crema::load {
namespace {

constexpr auto kFirstWord = std::chrono::seconds(10);
constexpr int kPoll = 200;  // milliseconds
// Connections at a time, those of strangers too, who go away after kFirstWord.
constexpr std::size_t kMostSessions = 64;

// The agent's clock, set by the coordinator's: samples of all agents stand on one time line.
class ShiftedClock : public sys::Clock {
 public:
  explicit ShiftedClock(const sys::Clock& clock) : clock_(clock) {}
  void shift(std::chrono::nanoseconds by) { by_ = by; }
  sys::WallTime wall() const override {
    return clock_.wall() + std::chrono::duration_cast<sys::WallTime::duration>(by_);
  }
  sys::MonotonicTime monotonic() const override { return clock_.monotonic(); }

 private:
  const sys::Clock& clock_;
  std::chrono::nanoseconds by_{0};
};

std::int64_t nanoseconds(auto time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// What all connections of an agent share.
struct Agent {
  const sys::Host& host;
  const AgentRequest& request;
  std::stop_token stop;
  std::atomic<bool> busy{false};
  std::atomic<bool> served{false};  // a test has run

  void log(LogLevel level, std::string message) const {
    if (request.log) request.log(LogEntry{level, std::move(message), {}});
  }
};

// One connection, from its first word to its end.
class Session {
 public:
  Session(Agent& agent, sys::Descriptor socket, std::shared_ptr<const ChannelTls> tls)
      : agent_(agent),
        channel_(std::move(socket), std::move(tls), *agent.host.clock, mailbox_,
                 {.number = 0, .peer = "the coordinator"}),
        thread_([this] {
          run();
          over_ = true;
        }) {}
  ~Session() { thread_.join(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool over() const { return over_; }

 private:
  void run() {
    auto first = mailbox_.take(kFirstWord);
    if (!first) return;
    if (!first->message) return agent_.log(LogLevel::warning, first->message.error().message);
    const auto* hello = std::get_if<Hello>(&*first->message);
    if (hello == nullptr) return;
    channel_.send(Hello{.protocol = kWireProtocol,
                        .version = std::string(kWireVersion),
                        .cores = std::thread::hardware_concurrency(),
                        .cpu_model = cpu_model()});
    if (hello->protocol != kWireProtocol || hello->version != kWireVersion)
      return refuse(
          "load/agent-version",
          fmt::format("the agent is crema {}, the coordinator {}", kWireVersion, hello->version),
          "install the same version of crema on both machines");
    if (agent_.busy.exchange(true))
      return refuse("load/agent-busy", "the agent is at work for another test",
                    "wait for its end, or start another agent");
    converse();
    agent_.busy = false;
  }

  void refuse(std::string code, std::string message, std::string hint) {
    agent_.log(LogLevel::warning, "a coordinator was refused: " + message);
    channel_.send(Refusal{std::move(code), std::move(message), std::move(hint)});
  }

  // Answers questions until a test is assigned, and carries that out.
  void converse() {
    while (!agent_.stop.stop_requested()) {
      auto letter = mailbox_.take(std::chrono::milliseconds(kPoll));
      if (!letter) continue;
      if (!letter->message) return;
      if (const auto* probe = std::get_if<ClockProbe>(&*letter->message))
        channel_.send(ClockAnswer{.sent = probe->sent,
                                  .monotonic = nanoseconds(agent_.host.clock->monotonic()),
                                  .wall = nanoseconds(agent_.host.clock->wall())});
      if (auto* assignment = std::get_if<Assignment>(&*letter->message))
        return carry_out(std::move(*assignment));
      if (std::holds_alternative<Stop>(*letter->message)) return;
    }
  }

  void carry_out(Assignment assignment) {
    agent_.log(LogLevel::info, fmt::format("a test begins; its part is {}", assignment.segment));
    ShiftedClock clock(*agent_.host.clock);
    clock.shift(std::chrono::nanoseconds(assignment.wall_shift));
    sys::Host host = agent_.host;
    host.clock = &clock;
    CoordinatorLink link(channel_, mailbox_);
    TestRequest request{.script = "-", .standard_input = std::move(assignment.archive)};
    request.above_script.push_back(
        read_flag_options(std::vector<std::pair<std::string, std::string>>{
            {"execution-segment", assignment.segment},
            {"execution-segment-sequence", assignment.sequence}}));
    request.secret_sources = std::move(assignment.secret_sources);
    request.no_thresholds = assignment.no_thresholds;
    request.init_timeout = std::chrono::nanoseconds(assignment.init_timeout);
    request.threads = agent_.request.threads;
    request.quiet = true;
    request.log = [&link](const LogEntry& entry) { link.log(entry); };
    const LoadExit exit = RunningTest(host, request, agent_.stop)
                              .run_part({.link = &link, .keep_points = assignment.wants_points});
    agent_.log(LogLevel::info, fmt::format("the test has ended with {}", static_cast<int>(exit)));
    agent_.served = true;
  }

  Agent& agent_;
  Mailbox mailbox_;
  Channel channel_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace

Result<> serve_agent(const sys::Host& host, const AgentRequest& request, std::stop_token stop) {
  const auto tls = CREMA_TRY(ChannelTls::create(request.certificates, Side::agent));
  const auto listening = CREMA_TRY(listen_at(request.listen));
  if (request.on_listening)
    request.on_listening({.host = request.listen.host, .port = port_of(listening)});
  Agent agent{.host = host, .request = request, .stop = stop};
  std::list<Session> sessions;
  while (!stop.stop_requested() && !(request.once && agent.served)) {
    pollfd wait{.fd = listening.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wait, 1, kPoll);
    sessions.remove_if([](const Session& session) { return session.over(); });
    if (ready <= 0) continue;
    sys::Descriptor socket(
        ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.open()) continue;
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (sessions.size() < kMostSessions) sessions.emplace_back(agent, std::move(socket), tls);
  }
  return {};
}

}  // namespace crema::load
