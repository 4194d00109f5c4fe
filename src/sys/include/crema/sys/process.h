// Processes that cannot outlive their purpose. A ProcessTree is a place for processes: everything
// started in it, and everything those start (daemons that detach included), is gone when the tree
// is closed or when crema dies, even by SIGKILL.
//
// How: each tree has a small supervisor process of its own (a fork of crema) which is the subreaper
// of all of them, starts them on request, reports their ends, and kills whatever is left once its
// socket to crema closes.
#pragma once

#include "crema/base/result.h"
#include "crema/sys/host.h"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crema::sys {

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up in `environment`'s PATH
  std::string program;            // what is started, where that is known already
  Environment environment;        // whole: nothing is inherited
  std::filesystem::path working_directory;
  std::string input;             // standard input; /dev/null when empty
  std::optional<unsigned> user;  // run as this user and group id (root only)
  std::optional<unsigned> group;
};

// How a process that should stop is asked to: SIGINT, then SIGTERM, then SIGKILL, each to its whole
// process group. The defaults are the real runner's.
struct StopPatience {
  std::chrono::milliseconds after_interrupt{7500};
  std::chrono::milliseconds after_terminate{2500};
};

struct RunLimits {
  std::stop_token stop;
  std::optional<MonotonicTime> deadline;
  StopPatience patience;
};

struct Exit {
  enum class Why { exited, signalled, stopped, timed_out };
  Why why = Why::exited;
  int code = 0;  // exit status; 128 + signal when a signal ended it
  bool ok() const { return why == Why::exited && code == 0; }
};

// Receives output in pieces as it arrives, in the thread that called run().
using OutputSink = std::function<void(std::string_view bytes)>;

class ProcessTree {
 public:
  static Result<std::unique_ptr<ProcessTree>> create(const Host& host);
  virtual ~ProcessTree() = default;  // closes the tree

  // Runs a command to its end. Standard output and error share one pipe, so their order is kept.
  // Fails with "sys/program-not-found" or "sys/cannot-start" when it cannot be started. Returns
  // when the process itself has ended, even if a process it left behind holds the pipe: what had
  // been written until then is delivered. May be called from several threads at once.
  virtual Result<Exit> run(const Command& command, const RunLimits& limits,
                           const OutputSink& output) = 0;

  // Starts a process that goes on until it is stopped or the tree is closed; its output goes to
  // `log` (appended).
  virtual Result<pid_t> start(const Command& command, const std::filesystem::path& log) = 0;
  virtual std::optional<Exit> poll(pid_t process) = 0;  // its end, once it has ended
  virtual void stop(pid_t process, const StopPatience& patience) = 0;

  // Kills everything that is still alive in the tree and returns how many processes that were.
  virtual std::size_t kill_all() = 0;
};

// The whole output and end of a short command, e.g. git.
struct Captured {
  Exit exit;
  std::string output;  // standard output
  std::string error;   // standard error
};
Result<Captured> capture(const Command& command, std::chrono::milliseconds timeout);

// A program the user talks to, such as a shell: it has crema's own terminal until it ends.
Result<Exit> run_in_foreground(const Command& command);

}  // namespace crema::sys
