#include "crema/sys/signals.h"

#include "crema/sys/descriptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

namespace crema::sys {

struct SignalWatcher::State {
  sigset_t before{};
  Descriptor signals, end;
  std::jthread watcher;
};

SignalWatcher::SignalWatcher(std::stop_source stop, std::function<void()> again)
    : state_(std::make_unique<State>()) {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched, signal);
  ::pthread_sigmask(SIG_BLOCK, &watched, &state_->before);
  state_->signals = Descriptor(::signalfd(-1, &watched, SFD_CLOEXEC));
  state_->end = Descriptor(::eventfd(0, EFD_CLOEXEC));
  state_->watcher =
      std::jthread([&state = *state_, stop = std::move(stop), again = std::move(again)]() mutable {
        std::array<pollfd, 2> waiting{pollfd{state.signals.get(), POLLIN, 0},
                                      pollfd{state.end.get(), POLLIN, 0}};
        while (true) {
          if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
          if (waiting[1].revents != 0) return;
          signalfd_siginfo info{};
          if (::read(state.signals.get(), &info, sizeof info) != sizeof info) continue;
          if (!stop.request_stop() && again) again();
        }
      });
}

SignalWatcher::~SignalWatcher() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto sent = ::write(state_->end.get(), &one, sizeof one);
  state_->watcher.join();
  ::pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

}  // namespace crema::sys
