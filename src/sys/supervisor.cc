#include "supervisor.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace crema::sys {
namespace {

void put(std::string& out, const std::string& text) {
  const std::uint64_t size = text.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += text;
}

void put(std::string& out, const std::vector<std::string>& texts) {
  put(out, std::to_string(texts.size()));
  for (const auto& text : texts) put(out, text);
}

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}
  std::string text() {
    std::uint64_t size = 0;
    std::memcpy(&size, bytes_.data() + at_, sizeof size);
    at_ += sizeof size;
    std::string out = bytes_.substr(at_, size);
    at_ += size;
    return out;
  }
  std::vector<std::string> texts() {
    std::vector<std::string> out(std::strtoull(text().c_str(), nullptr, 10));
    for (auto& entry : out) entry = text();
    return out;
  }

 private:
  const std::string& bytes_;
  std::size_t at_ = 0;
};

bool read_exactly(int descriptor, char* to, std::size_t size) {
  while (size > 0) {
    const auto got = ::read(descriptor, to, size);
    if (got > 0) {
      to += got;
      size -= static_cast<std::size_t>(got);
    } else if (got == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

struct Received {
  RequestHeader header;
  std::array<int, 3> descriptors{-1, -1, -1};
  std::string payload;
};

// False when the other side has gone.
bool receive(int socket, Received& request) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 3)> control{};
  iovec part{&request.header, sizeof request.header};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof request.header) return false;
  for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
      std::memcpy(request.descriptors.data(), CMSG_DATA(c), sizeof(int) * 3);
    }
  }
  request.payload.resize(request.header.payload);
  return read_exactly(socket, request.payload.data(), request.payload.size());
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Only async-signal-safe calls: the child of vfork shares this process's memory until it execs.
[[noreturn]] void become(const StartRequest& request, const std::array<int, 3>& descriptors,
                         char* const* arguments, char* const* environment, int& failure) {
  ::setsid();
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(descriptors[0], 0) < 0 || ::dup2(descriptors[1], 1) < 0 ||
      ::dup2(descriptors[1], 2) < 0 || ::chdir(request.directory.c_str()) != 0) {
    failure = errno;
    ::_exit(127);
  }
  if (request.group >= 0 &&
      (::setgroups(0, nullptr) != 0 || ::setgid(static_cast<gid_t>(request.group)) != 0)) {
    failure = errno;
    ::_exit(127);
  }
  if (request.user >= 0 && ::setuid(static_cast<uid_t>(request.user)) != 0) {
    failure = errno;
    ::_exit(127);
  }
  ::execve(request.program.c_str(), arguments, environment);
  failure = errno;
  ::_exit(127);
}

// The parent of a process by /proc/PID/stat, and whether it is a zombie; 0 when it is gone.
pid_t parent_of(pid_t process, bool& zombie) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", process);
  const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 512> text{};
  const auto size = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (size <= 0) return 0;
  // The name in parentheses may hold anything: count from the last one.
  const char* behind = std::strrchr(text.data(), ')');
  if (behind == nullptr) return 0;
  char state = 0;
  int parent = 0;
  if (std::sscanf(behind + 1, " %c %d", &state, &parent) != 2) return 0;
  zombie = state == 'Z' || state == 'X';
  return parent;
}

std::vector<pid_t> living_descendants() {
  std::map<pid_t, std::pair<pid_t, bool>> parents;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return {};
  while (const dirent* entry = ::readdir(folder)) {
    const auto process = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (process <= 0) continue;
    bool zombie = false;
    if (const pid_t parent = parent_of(process, zombie); parent > 0)
      parents[process] = {parent, zombie};
  }
  ::closedir(folder);
  const pid_t self = ::getpid();
  std::vector<pid_t> found;
  for (const auto& [process, entry] : parents) {
    if (entry.second) continue;
    pid_t above = process;
    for (int depth = 0; depth < 4096 && above != self; ++depth) {
      const auto up = parents.find(above);
      if (up == parents.end()) break;
      above = up->second.first;
    }
    if (above == self && process != self) found.push_back(process);
  }
  return found;
}

class Supervisor {
 public:
  explicit Supervisor(int socket) : socket_(socket) {
    sigset_t blocked;
    sigfillset(&blocked);
    ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    children_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  void serve() {
    std::array<pollfd, 2> waiting{pollfd{socket_, POLLIN, 0}, pollfd{children_, POLLIN, 0}};
    while (true) {
      if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
      if ((waiting[1].revents & POLLIN) != 0) reap();
      if (waiting[0].revents != 0) {
        Received request;
        if (!receive(socket_, request)) break;
        obey(request);
      }
    }
    kill_everything();
  }

 private:
  void obey(const Received& request) {
    switch (request.header.operation) {
      case Operation::start:
        start(request);
        break;
      case Operation::signal: {
        for (const auto& [process, command] : running_) {
          if (command.number == request.header.command)
            ::kill(-process, static_cast<int>(request.header.signal));
        }
        break;
      }
      case Operation::kill_all: {
        const std::uint64_t count = kill_everything();
        [[maybe_unused]] const auto sent = ::send(socket_, &count, sizeof count, MSG_NOSIGNAL);
        break;
      }
    }
  }

  void start(const Received& received) {
    StartRequest request = decode(received.payload);
    const auto arguments = pointers(request.arguments);
    const auto environment = pointers(request.environment);
    volatile int failure = 0;
    const pid_t process = ::vfork();  // NOLINT: quick, and the child only execs
    if (process == 0) {
      become(request, received.descriptors, arguments.data(), environment.data(),
             const_cast<int&>(failure));
    }
    ::close(received.descriptors[0]);
    ::close(received.descriptors[1]);
    const int status = received.descriptors[2];
    if (process < 0 || failure != 0) {
      const int why = process < 0 ? errno : failure;
      if (process > 0) ::waitpid(process, nullptr, 0);
      tell(status, {StatusMessage::What::not_started, why});
      ::close(status);
      return;
    }
    running_[process] = {received.header.command, status};
    if (received.header.announce != 0) tell(status, {StatusMessage::What::started, process});
  }

  void reap() {
    signalfd_siginfo ignored{};
    while (::read(children_, &ignored, sizeof ignored) > 0) {
    }
    reap_all();
  }

  void ended(pid_t process, int status) {
    const auto found = running_.find(process);
    if (found == running_.end()) return;  // an orphan this subreaper took in
    tell(found->second.status, {StatusMessage::What::ended, status});
    ::close(found->second.status);
    running_.erase(found);
  }

  static void tell(int status, StatusMessage message) {
    [[maybe_unused]] const auto sent = ::write(status, &message, sizeof message);
  }

  // As long as anything lives: a process may fork between the look and the kill.
  std::uint64_t kill_everything() {
    std::map<pid_t, bool> killed;
    while (reap_all()) {
      for (const pid_t process : living_descendants()) {
        killed[process] = true;
        ::kill(process, SIGKILL);
      }
      int status = 0;
      if (const pid_t process = ::waitpid(-1, &status, 0); process > 0) ended(process, status);
    }
    return killed.size();
  }

  // Whether this process has a child: each descendant has an ancestor that is one, because whoever
  // loses its parent becomes a child of the subreaper. To ask is cheaper than to read /proc.
  bool reap_all() {
    int status = 0;
    pid_t process = 0;
    while ((process = ::waitpid(-1, &status, WNOHANG)) > 0) ended(process, status);
    return process == 0;
  }

  int socket_;
  int children_ = -1;
  struct Running {
    std::uint64_t number = 0;
    int status = -1;  // its pipe
  };
  std::map<pid_t, Running> running_;
};

}  // namespace

std::string encode(const StartRequest& request) {
  std::string out;
  put(out, request.program);
  put(out, request.directory);
  put(out, request.arguments);
  put(out, request.environment);
  put(out, std::to_string(request.user));
  put(out, std::to_string(request.group));
  return out;
}

StartRequest decode(const std::string& payload) {
  Reader reader(payload);
  StartRequest request;
  request.program = reader.text();
  request.directory = reader.text();
  request.arguments = reader.texts();
  request.environment = reader.texts();
  request.user = std::strtoll(reader.text().c_str(), nullptr, 10);
  request.group = std::strtoll(reader.text().c_str(), nullptr, 10);
  return request;
}

void supervise(int socket) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "crema-job");
  Supervisor(socket).serve();
}

}  // namespace crema::sys
