// SIGINT, SIGTERM and SIGHUP as a stop request instead of an end.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace crema::sys {

// While it lives, the first such signal requests a stop and each further one calls `again` (a user
// who presses Ctrl-C twice means it). Make it before any other thread: it blocks the signals in the
// calling thread, and threads inherit that. One at a time.
class SignalWatcher {
 public:
  SignalWatcher(std::stop_source stop, std::function<void()> again);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace crema::sys
