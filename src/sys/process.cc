// crema's side of a ProcessTree: asks the supervisor to start commands and watches their pipes.
#include "crema/sys/process.h"

#include "program.h"
#include "supervisor.h"

#include "crema/base/strings.h"
#include "crema/base/sync.h"
#include "crema/sys/descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <mutex>

namespace crema::sys {
namespace {

using std::chrono::milliseconds;

// How long output of a process that has ended is waited for while something it left behind still
// holds its pipe.
constexpr milliseconds kAfterwards{20};

Diagnostic system_error(std::string code, const std::string& what, int number) {
  auto error = make_error(std::move(code), what + ": " + std::strerror(number));
  error.exit_code = ExitCode::internal;
  return error;
}

Exit exit_of(int status) {
  Exit exit;
  if (WIFEXITED(status)) {
    exit.code = WEXITSTATUS(status);
  } else {
    exit.why = Exit::Why::signalled;
    exit.code = 128 + WTERMSIG(status);
  }
  return exit;
}

struct Pipe {
  Descriptor read, write;
};
Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(system_error("sys/no-pipe", "cannot make a pipe", errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<Descriptor> standard_input(const std::string& text) {
  if (text.empty()) return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor memory(::memfd_create("input", MFD_CLOEXEC));
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto written = ::write(memory.get(), rest.data(), rest.size());
    if (written < 0 && errno != EINTR)
      return fail(system_error("sys/no-memory", "cannot pass standard input", errno));
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(memory.get(), 0, SEEK_SET);
  return memory;
}

// One pipe end that becomes readable when a stop is asked for.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop)
      : event_(stop.stop_possible() ? ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1),
        callback_(stop, Ring{event_.get()}) {}
  int descriptor() const { return event_.get(); }

 private:
  struct Ring {
    int event;
    void operator()() const {
      const std::uint64_t one = 1;
      if (event >= 0) [[maybe_unused]]
        const auto sent = ::write(event, &one, sizeof one);
    }
  };
  Descriptor event_;
  std::stop_callback<Ring> callback_;
};

class SupervisedTree : public ProcessTree {
 public:
  SupervisedTree(Descriptor socket, pid_t supervisor, const Clock& clock)
      : supervisor_(supervisor), clock_(clock), socket_(std::move(socket)) {}

  ~SupervisedTree() override {
    socket_.lock()->close();  // the supervisor kills what is left and ends
    while (::waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  Result<Exit> run(const Command& command, const RunLimits& limits,
                   const OutputSink& output) override;

  Result<pid_t> start(const Command& command, const std::filesystem::path& log) override {
    Descriptor file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file.open())
      return fail(system_error("sys/cannot-write", "cannot write " + log.string(), errno));
    const auto number = ++numbers_;
    auto status = CREMA_TRY(request_start(number, true, command, std::move(file)));
    const auto process = CREMA_TRY(await_start(status, command));
    auto services = services_.lock();
    (*services)[process] = Service{number, std::move(status), {}};
    return process;
  }

  std::optional<Exit> poll(pid_t process) override {
    auto services = services_.lock();
    const auto found = services->find(process);
    if (found == services->end()) return Exit{};
    auto& service = found->second;
    pollfd waiting{service.status.get(), POLLIN, 0};
    if (!service.end && ::poll(&waiting, 1, 0) > 0) service.end = read_end(service.status);
    return service.end;
  }

  void stop(pid_t process, const StopPatience& patience) override {
    const std::array<std::pair<int, milliseconds>, 3> stages{{{SIGINT, patience.after_interrupt},
                                                              {SIGTERM, patience.after_terminate},
                                                              {SIGKILL, milliseconds(5000)}}};
    for (const auto& [signal, wait] : stages) {
      if (poll(process)) return;
      send_signal(number_of(process), signal);
      const auto until = clock_.monotonic() + wait;
      while (!poll(process) && clock_.monotonic() < until) ::usleep(2000);
    }
  }

  std::size_t kill_all() override {
    auto socket = socket_.lock();
    const RequestHeader header{.operation = Operation::kill_all};
    std::uint64_t count = 0;
    if (::send(socket->get(), &header, sizeof header, MSG_NOSIGNAL) != sizeof header) return 0;
    if (::recv(socket->get(), &count, sizeof count, MSG_WAITALL) != sizeof count) return 0;
    return count;
  }

 private:
  struct Service {
    std::uint64_t number = 0;
    Descriptor status;
    std::optional<Exit> end;
  };

  // Sends the request and gives the read end of the status pipe.
  Result<Descriptor> request_start(std::uint64_t number, bool announce, const Command& command,
                                   Descriptor output) {
    StartRequest request;
    request.program = CREMA_TRY(locate_program(command));
    request.directory =
        command.working_directory.empty() ? "/" : command.working_directory.string();
    request.arguments = command.argv;
    request.environment.reserve(command.environment.size());
    for (const auto& [name, value] : command.environment)
      request.environment.push_back(name + "=" + value);
    if (command.user) request.user = *command.user;
    if (command.group) request.group = *command.group;
    const auto input = CREMA_TRY(standard_input(command.input));
    auto status = CREMA_TRY(make_pipe());
    const std::string payload = encode(request);
    const RequestHeader header{.operation = Operation::start,
                               .command = number,
                               .announce = announce ? 1U : 0U,
                               .payload = payload.size()};
    auto socket = socket_.lock();
    if (!send_request(socket->get(), header, payload,
                      {input.get(), output.get(), status.write.get()})) {
      return fail(system_error("sys/no-supervisor", "the job's supervisor does not answer", errno));
    }
    return std::move(status.read);
  }

  static bool send_request(int socket, const RequestHeader& header, std::string_view payload,
                           std::array<int, 3> descriptors) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> control{};
    RequestHeader copy = header;
    std::array<iovec, 2> parts{iovec{&copy, sizeof copy},
                               iovec{const_cast<char*>(payload.data()), payload.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof descriptors);
    ssize_t sent = 0;
    do {
      sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < static_cast<ssize_t>(sizeof copy)) return false;
    payload.remove_prefix(static_cast<std::size_t>(sent) - sizeof copy);
    while (!payload.empty()) {
      const auto more = ::send(socket, payload.data(), payload.size(), MSG_NOSIGNAL);
      if (more < 0 && errno != EINTR) return false;
      if (more > 0) payload.remove_prefix(static_cast<std::size_t>(more));
    }
    return true;
  }

  static bool read_status(int descriptor, StatusMessage& message) {
    ssize_t got = 0;
    do {
      got = ::read(descriptor, &message, sizeof message);
    } while (got < 0 && errno == EINTR);
    return got == sizeof message;
  }

  static Result<pid_t> await_start(const Descriptor& status, const Command& command) {
    StatusMessage message;
    if (!read_status(status.get(), message)) {
      return fail(system_error("sys/no-supervisor", "the job's supervisor has gone", EPIPE));
    }
    if (message.what == StatusMessage::What::not_started)
      return fail(cannot_start(command, message.value));
    return message.value;
  }

  // The end of a service; a supervisor that has gone took it along.
  static Exit read_end(const Descriptor& status) {
    StatusMessage message;
    if (!read_status(status.get(), message)) return Exit{Exit::Why::signalled, 128 + SIGKILL};
    return exit_of(message.value);
  }

  // The end of a command that may not have started.
  static Result<Exit> read_end(const Descriptor& status, const Command& command) {
    StatusMessage message;
    if (!read_status(status.get(), message)) return Exit{Exit::Why::signalled, 128 + SIGKILL};
    if (message.what == StatusMessage::What::not_started)
      return fail(cannot_start(command, message.value));
    return exit_of(message.value);
  }

  std::uint64_t number_of(pid_t process) {
    auto services = services_.lock();
    const auto found = services->find(process);
    return found == services->end() ? 0 : found->second.number;
  }

  void send_signal(std::uint64_t number, int signal) {
    const RequestHeader header{.operation = Operation::signal,
                               .signal = static_cast<std::uint32_t>(signal),
                               .command = number};
    auto socket = socket_.lock();
    [[maybe_unused]] const auto sent = ::send(socket->get(), &header, sizeof header, MSG_NOSIGNAL);
  }

  pid_t supervisor_;
  const Clock& clock_;
  Sync<Descriptor> socket_;
  std::atomic<std::uint64_t> numbers_ = 0;
  Sync<std::map<pid_t, Service>> services_;
};

// Reads what is there; false at the end of the pipe.
bool drain(int descriptor, std::array<char, 65536>& buffer, const OutputSink& output) {
  while (true) {
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got > 0) {
      output({buffer.data(), static_cast<std::size_t>(got)});
      if (static_cast<std::size_t>(got) < buffer.size()) return true;
    } else if (got == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

Result<Exit> SupervisedTree::run(const Command& command, const RunLimits& limits,
                                 const OutputSink& output) {
  auto pipe = CREMA_TRY(make_pipe());
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  const auto number = ++numbers_;
  const auto status = CREMA_TRY(request_start(number, false, command, std::move(pipe.write)));
  const StopSignal stop(limits.stop);
  // The stages of stopping: none yet, then SIGINT, SIGTERM, SIGKILL were sent.
  constexpr std::array kSignals{SIGINT, SIGTERM, SIGKILL};
  std::size_t stage = 0;
  std::optional<MonotonicTime> next = limits.deadline;
  auto why = Exit::Why::exited;
  std::array<char, 65536> buffer{};
  bool output_open = true;
  while (true) {
    int timeout = -1;
    if (next) {
      const auto left = std::chrono::ceil<milliseconds>(*next - clock_.monotonic()).count();
      timeout = static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
    }
    std::array<pollfd, 3> waiting{pollfd{status.get(), POLLIN, 0},
                                  pollfd{output_open ? pipe.read.get() : -1, POLLIN, 0},
                                  pollfd{stage == 0 ? stop.descriptor() : -1, POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), timeout);
    if (waiting[1].revents != 0) output_open = drain(pipe.read.get(), buffer, output);
    if (waiting[0].revents != 0) break;
    const bool asked = waiting[2].revents != 0;
    const bool due = next && clock_.monotonic() >= *next;
    if ((asked || due) && stage < kSignals.size()) {
      if (stage == 0) why = asked ? Exit::Why::stopped : Exit::Why::timed_out;
      send_signal(number, kSignals[stage]);
      next = clock_.monotonic() +
             (stage == 0 ? limits.patience.after_interrupt : limits.patience.after_terminate);
      if (++stage == kSignals.size()) next.reset();
    }
  }
  auto exit = CREMA_TRY(read_end(status, command));
  if (why != Exit::Why::exited) exit.why = why;
  if (output_open) output_open = drain(pipe.read.get(), buffer, output);
  for (pollfd rest{pipe.read.get(), POLLIN, 0};
       output_open && ::poll(&rest, 1, static_cast<int>(kAfterwards.count())) > 0;) {
    output_open = drain(pipe.read.get(), buffer, output);
  }
  return exit;
}

}  // namespace

Result<std::unique_ptr<ProcessTree>> ProcessTree::create(const Host& host) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(system_error("sys/no-socket", "cannot make a socket pair", errno));
  }
  const pid_t supervisor = ::fork();
  if (supervisor < 0)
    return fail(system_error("sys/no-process", "cannot start a supervisor", errno));
  if (supervisor == 0) {
    // A session of its own: Ctrl-C on the terminal is for crema to hear.
    ::setsid();
    const auto socket = static_cast<unsigned>(ends[1]);
    // Whatever else crema has open must not be kept open here, the sockets of other trees least.
    if (socket > 0) ::close_range(0, socket - 1, 0);
    ::close_range(socket + 1, ~0U, 0);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (int standard = nothing; standard >= 0 && standard < 3; ++standard)
      ::dup2(nothing, standard);
    supervise(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  return std::make_unique<SupervisedTree>(Descriptor(ends[0]), supervisor, *host.clock);
}

}  // namespace crema::sys
