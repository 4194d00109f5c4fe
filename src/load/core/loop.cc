#include "crema/load/core/loop.h"

#include "fiber_state.h"
#include "stack_pool.h"
#include "timer_heap.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace crema::load {
namespace {

constexpr std::size_t kEventsInTurn = 256;

timespec to_timespec(Duration duration) {
  const auto count = std::max<std::int64_t>(duration.count(), 0);
  return {.tv_sec = static_cast<time_t>(count / 1'000'000'000),
          .tv_nsec = static_cast<long>(count % 1'000'000'000)};
}

}  // namespace

struct Loop::Callback : TimerNode {
  std::uint32_t slot = 0;
  std::uint32_t serial = 1;
  std::function<void()> run;
};

Result<std::unique_ptr<Loop>> Loop::create(const sys::Clock& clock, LoopOptions options) {
  std::unique_ptr<Loop> loop(new Loop(clock, options));  // NOLINT: the constructor is private
  CREMA_TRY(loop->open());
  return loop;
}

Loop::Loop(const sys::Clock& clock, LoopOptions options)
    : clock_(clock),
      options_(options),
      stacks_(std::make_unique<StackPool>(options.stack_bytes, options.guarded_stacks)),
      timers_(std::make_unique<TimerHeap>()),
      record_(std::make_unique<SwitchRecord>()),
      turn_time_(clock.monotonic()) {}

Result<> Loop::open() {
  epoll_ = sys::Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  mail_ = sys::Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  // Edge-triggered: it need never be read. It is known by having no Readiness.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  if (!epoll_.open() || !mail_.open() ||
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, mail_.get(), &event) != 0) {
    return fail("load/epoll", fmt::format("cannot make an event loop: {}", std::strerror(errno)));
  }
  return {};
}

Loop::~Loop() {
  while (fiber_count_ > 0) {
    for (const auto& fiber : fibers_) {
      if (fiber->phase != FiberState::Phase::idle) interrupt({fiber.get(), fiber->serial});
    }
    turn(true);
  }
}

void Loop::run() {
  // The kernel may ring a thread's timers 50 us late to save power; the schedule may not.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  turn_time_ = now();
  while (!stopping_.load(std::memory_order_acquire)) turn(true);
  stopping_.store(false, std::memory_order_release);
}

void Loop::run_until_done() {
  turn_time_ = now();
  while (fiber_count_ > 0) turn(true);
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_release);
  ::eventfd_write(mail_.get(), 1);
}

void Loop::post(std::function<void()> task) {
  bool first = false;
  {
    auto posted = posted_.lock();
    first = posted->empty();
    posted->push_back(std::move(task));
  }
  if (first) ::eventfd_write(mail_.get(), 1);
}

void Loop::turn(bool may_wait) {
  ++statistics_.turns;
  // First, so that who asks after a turn whether all is done asks before the next wait.
  poll(may_wait);
  if (mail_arrived_) run_posted();
  fire_timers();
  run_ready();
}

void Loop::run_posted() {
  mail_arrived_ = false;
  std::vector<std::function<void()>> tasks;
  std::swap(tasks, *posted_.lock());
  for (const auto& task : tasks) task();
}

void Loop::fire_timers() {
  // What a callback adds waits for the next turn, or one that adds itself anew would never end it.
  for (auto most = timers_->size(); most > 0 && !timers_->empty(); --most) {
    if (timers_->first_time() > turn_time_) return;
    auto& node = timers_->first();
    if (node.is_fiber) {
      fire(static_cast<FiberState&>(node));
      continue;
    }
    auto& callback = static_cast<Callback&>(node);
    statistics_.timer_delays.add(turn_time_ - timers_->first_time());
    timers_->remove(node);
    const auto run = std::move(callback.run);
    ++callback.serial;
    idle_callbacks_.push_back(callback.slot);
    run();
  }
}

void Loop::fire(FiberState& fiber) {
  const bool waits = fiber.phase == FiberState::Phase::parked && fiber.deadline != kNever;
  if (waits && fiber.deadline > turn_time_) {
    timers_->move(fiber, fiber.deadline);
    return;
  }
  timers_->remove(fiber);
  if (!waits) return;
  statistics_.timer_delays.add(turn_time_ - fiber.deadline);
  fiber.reason = WakeReason::timeout;
  make_ready(fiber);
}

void Loop::run_ready() {
  auto* fiber = std::exchange(ready_head_, nullptr);
  ready_tail_ = nullptr;
  while (fiber != nullptr) {
    auto* const next = fiber->next;
    resume(*fiber);
    fiber = next;
  }
}

void Loop::poll(bool may_wait) {
  const auto before = now();
  statistics_.turn_times.add(before - turn_time_);
  statistics_.busy += before - turn_time_;
  auto timeout = Duration::max();
  if (!may_wait || ready_head_ != nullptr || stopping_.load(std::memory_order_acquire)) {
    timeout = Duration(0);
  } else if (!timers_->empty()) {
    timeout = std::max(timers_->first_time() - before, Duration(0));
  }
  std::array<epoll_event, kEventsInTurn> events;
  const int count = wait_for_events(events, timeout);
  turn_time_ = now();
  statistics_.waiting += turn_time_ - before;
  for (int i = 0; i < count; ++i) take_event(events[static_cast<std::size_t>(i)]);
}

int Loop::wait_for_events(std::span<epoll_event> events, Duration timeout) {
  const auto size = static_cast<int>(events.size());
  if (timeout <= Duration(0)) return ::epoll_wait(epoll_.get(), events.data(), size, 0);
  if (timeout == Duration::max()) return ::epoll_wait(epoll_.get(), events.data(), size, -1);
  const auto time = to_timespec(timeout);
  if (!alarm_.open()) {
    const int count = ::epoll_pwait2(epoll_.get(), events.data(), size, &time, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    // A kernel before 5.11, or a container that forbids what it does not know.
    alarm_ = sys::Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = &alarm_}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.get(), &event);
  }
  const itimerspec ring{.it_interval = {}, .it_value = time};
  ::timerfd_settime(alarm_.get(), 0, &ring, nullptr);
  return ::epoll_wait(epoll_.get(), events.data(), size, -1);
}

void Loop::take_event(const epoll_event& event) {
  if (event.data.ptr == nullptr) {
    mail_arrived_ = true;
    return;
  }
  if (event.data.ptr == &alarm_) return;
  auto& readiness = *static_cast<Readiness*>(event.data.ptr);
  const bool ended = (event.events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0;
  readiness.hung_up |= ended;
  if (ended || (event.events & EPOLLIN) != 0) {
    readiness.readable = true;
    wake(readiness.reader);
  }
  if (ended || (event.events & EPOLLOUT) != 0) {
    readiness.writable = true;
    wake(readiness.writer);
  }
}

TimerId Loop::call_at(Time time, std::function<void()> callback) {
  if (idle_callbacks_.empty()) {
    auto fresh = std::make_unique<Callback>();
    fresh->slot = static_cast<std::uint32_t>(callbacks_.size());
    idle_callbacks_.push_back(fresh->slot);
    callbacks_.push_back(std::move(fresh));
  }
  auto& entry = *callbacks_[idle_callbacks_.back()];
  idle_callbacks_.pop_back();
  entry.run = std::move(callback);
  timers_->insert(entry, time);
  return {.slot = entry.slot, .serial = entry.serial};
}

bool Loop::cancel(TimerId timer) {
  if (timer.serial == 0 || timer.slot >= callbacks_.size()) return false;
  auto& entry = *callbacks_[timer.slot];
  if (entry.serial != timer.serial || !entry.pending()) return false;
  timers_->remove(entry);
  entry.run = nullptr;
  ++entry.serial;
  idle_callbacks_.push_back(entry.slot);
  return true;
}

int Loop::watch(int descriptor, Readiness& readiness) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    .data = {.ptr = &readiness}};
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

void Loop::unwatch(int descriptor, Readiness& readiness) {
  // Closing would do, were it not for a child process that holds a copy until it executes.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
  readiness.readable = readiness.writable = readiness.hung_up = true;
  wake(readiness.reader);
  wake(readiness.writer);
}

WakeReason Loop::wait_readable(Readiness& readiness, Time deadline) {
  while (!readiness.readable) {
    readiness.reader = current();
    const auto reason = park(deadline);
    readiness.reader = {};
    if (reason != WakeReason::ready) return reason;
  }
  return WakeReason::ready;
}

WakeReason Loop::wait_writable(Readiness& readiness, Time deadline) {
  while (!readiness.writable) {
    readiness.writer = current();
    const auto reason = park(deadline);
    readiness.writer = {};
    if (reason != WakeReason::ready) return reason;
  }
  return WakeReason::ready;
}

}  // namespace crema::load
