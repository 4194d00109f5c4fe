// Commands without a tree or a supervisor: short ones whose whole output is wanted, such as git,
// and those a user talks to.
#include "program.h"

#include "crema/sys/descriptor.h"
#include "crema/sys/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace crema::sys {
namespace {

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

long long milliseconds_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1'000'000;
}

// Reads what is there; closes the pipe at its end.
void read_some(Descriptor& pipe, std::string& into) {
  std::array<char, 16384> buffer{};
  const auto got = ::read(pipe.get(), buffer.data(), buffer.size());
  if (got > 0)
    into.append(buffer.data(), static_cast<std::size_t>(got));
  else if (got == 0 || errno != EINTR)
    pipe.close();
}

// The arrays execve wants.
struct ProgramImage {
  explicit ProgramImage(const Command& command) : arguments(command.argv) {
    for (const auto& [name, value] : command.environment) variables.push_back(name + "=" + value);
    for (auto& argument : arguments) argv.push_back(argument.data());
    for (auto& variable : variables) environment.push_back(variable.data());
    argv.push_back(nullptr);
    environment.push_back(nullptr);
  }
  std::vector<std::string> arguments, variables;
  std::vector<char*> argv, environment;
};

}  // namespace

Result<Captured> capture(const Command& command, std::chrono::milliseconds timeout) {
  const auto program = CREMA_TRY(locate_program(command));
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) {
    return fail("sys/no-pipe", "cannot make a pipe");
  }
  Descriptor out_read(out[0]);
  Descriptor out_write(out[1]);
  Descriptor err_read(err[0]);
  Descriptor err_write(err[1]);
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), out_write.get(), 1);
  ::posix_spawn_file_actions_adddup2(actions.get(), err_write.get(), 2);
  if (!command.working_directory.empty()) {
    ::posix_spawn_file_actions_addchdir_np(actions.get(), command.working_directory.c_str());
  }
  ProgramImage image(command);
  pid_t process = 0;
  if (const int why = ::posix_spawn(&process, program.c_str(), actions.get(), nullptr,
                                    image.argv.data(), image.environment.data())) {
    return fail(cannot_start(command, why));
  }
  out_write.close();
  err_write.close();
  Captured captured;
  const auto deadline = milliseconds_now() + timeout.count();
  bool timed_out = false;
  while (out_read.open() || err_read.open()) {
    std::array<pollfd, 2> waiting{pollfd{out_read.get(), POLLIN, 0},
                                  pollfd{err_read.get(), POLLIN, 0}};
    const auto left = deadline - milliseconds_now();
    if (left <= 0) {
      timed_out = true;
      ::kill(process, SIGKILL);
      break;
    }
    ::poll(waiting.data(), waiting.size(), static_cast<int>(std::min<long long>(left, 3'600'000)));
    if (out_read.open() && waiting[0].revents != 0) read_some(out_read, captured.output);
    if (err_read.open() && waiting[1].revents != 0) read_some(err_read, captured.error);
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (timed_out)
    captured.exit.why = Exit::Why::timed_out;
  else if (WIFSIGNALED(status))
    captured.exit.why = Exit::Why::signalled;
  captured.exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return captured;
}

Result<Exit> run_in_foreground(const Command& command) {
  const auto program = CREMA_TRY(locate_program(command));
  SpawnActions actions;
  ::posix_spawn_file_actions_addchdir_np(actions.get(), command.working_directory.c_str());
  posix_spawnattr_t attributes{};
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);  // crema blocks SIGINT: this program hears it
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  ProgramImage image(command);
  pid_t process = 0;
  const int why = ::posix_spawn(&process, program.c_str(), actions.get(), &attributes,
                                image.argv.data(), image.environment.data());
  ::posix_spawnattr_destroy(&attributes);
  if (why != 0) return fail(cannot_start(command, why));
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  Exit exit;
  if (WIFSIGNALED(status)) exit.why = Exit::Why::signalled;
  exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit;
}

}  // namespace crema::sys
