// Loop: the one event loop of a thread, and the scheduler of the fibers that run on it.
#pragma once

#include "crema/base/result.h"
#include "crema/base/sync.h"
#include "crema/load/core/fiber.h"
#include "crema/load/core/lag.h"
#include "crema/sys/descriptor.h"
#include "crema/sys/host.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

struct epoll_event;  // NOLINT: the kernel's name

namespace crema::load {

using Time = sys::MonotonicTime;
using Duration = std::chrono::nanoseconds;
constexpr Time kNever = Time::max();

class StackPool;
class TimerHeap;
struct SwitchRecord;

struct LoopOptions {
  std::size_t stack_bytes = std::size_t{256} * 1024;  // a whole number of pages
  // Stacks that have a guard page below them. Each costs two of the kernel's mappings, of which a
  // process has 65,530 (vm.max_map_count): all loops of a process together should stay below
  // 16,000. Stacks beyond this number have none.
  std::size_t guarded_stacks = 16'000;
};

// A timer of Loop::call_at. A number that is no longer used names nothing.
struct TimerId {
  std::uint32_t slot = 0;
  std::uint32_t serial = 0;  // 0 names nothing
};

// What a descriptor is ready for, and who waits for that. It must stay where it is while watched.
struct Readiness {
  bool readable = false;  // there may be something to read
  bool writable = false;  // there may be room to write
  bool hung_up = false;   // the other side has closed or reset
  Fiber reader;
  Fiber writer;
};

// Everything but post() and stop() belongs to the thread that calls run().
class Loop {
 public:
  // Fails with "load/epoll" when the kernel gives no descriptor. The clock must be the real one
  // and outlive the loop.
  static Result<std::unique_ptr<Loop>> create(const sys::Clock& clock, LoopOptions options = {});
  // Interrupts the fibers that are left and runs them to their ends, so that what they hold is
  // given back: a fiber must end soon once it is interrupted.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs turns until stop() was called; returns within the turn in which that was seen.
  void run();
  // Runs turns until no fiber lives.
  void run_until_done();
  // From any thread.
  void stop();
  // From any thread: runs `task` on the loop's thread in its next turn. A task must not wait; it
  // may spawn a fiber that does. Tasks of one thread run in their order.
  void post(std::function<void()> task);

  // The time now, by a reading of the clock (about 25 ns).
  Time now() const { return clock_.monotonic(); }
  // The time at which this turn began; costs nothing.
  Time turn_time() const { return turn_time_; }
  const LoopStatistics& statistics() const { return statistics_; }

  // A fiber that runs `body`, first in the turn after this. An exception must not leave `body`.
  // Names nothing where there is no memory for its stack.
  Fiber spawn(std::function<void()> body);
  // The fiber that runs now; it names nothing outside one.
  Fiber current() const;
  bool alive(Fiber fiber) const;
  std::size_t fiber_count() const { return fiber_count_; }
  StackBounds current_stack() const;

  // The running fiber waits until somebody wakes it, or until `deadline` (WakeReason::timeout).
  // A wake that comes while it does not wait is lost: check what you wait for before you park, and
  // again after.
  WakeReason park(Time deadline = kNever);
  // Ends the wait of `fiber`. False when it does not wait, or is no more.
  bool wake(Fiber fiber, WakeReason reason = WakeReason::ready);
  // Lets the others run that are ready.
  void yield();
  // `timeout` when it slept to the end, `interrupted` else.
  WakeReason sleep_until(Time time);
  // Ends what `fiber` waits for, and every wait after that, with `interrupted`.
  void interrupt(Fiber fiber);
  void clear_interrupt(Fiber fiber);
  // Whether the running fiber is interrupted.
  bool interrupted() const;

  // Calls `callback` in the turn at or after `time`, outside any fiber: it must not wait.
  TimerId call_at(Time time, std::function<void()> callback);
  // False when it ran already, or names nothing.
  bool cancel(TimerId timer);

  // Keeps `readiness` true to what epoll tells about `descriptor` (edge-triggered, registered
  // once). Returns 0 or an errno. unwatch() comes before the descriptor is closed; who waits for
  // it then wakes.
  int watch(int descriptor, Readiness& readiness);
  void unwatch(int descriptor, Readiness& readiness);
  // The running fiber waits until the flag is set. Whoever finds the descriptor exhausted (EAGAIN,
  // or a read that got less than it asked for) clears the flag.
  WakeReason wait_readable(Readiness& readiness, Time deadline);
  WakeReason wait_writable(Readiness& readiness, Time deadline);

 private:
  friend struct FiberEntry;
  Loop(const sys::Clock& clock, LoopOptions options);
  Result<> open();
  void turn(bool may_wait);
  void run_posted();
  void fire_timers();
  void fire(FiberState& fiber);
  void run_ready();
  void poll(bool may_wait);
  int wait_for_events(std::span<epoll_event> events, Duration timeout);
  void take_event(const epoll_event& event);
  void resume(FiberState& fiber);
  void switch_to_loop(FiberState& fiber);
  void make_ready(FiberState& fiber);
  void arm(FiberState& fiber, Time time);
  void end(FiberState& fiber);
  bool names(Fiber fiber) const;

  struct Callback;

  const sys::Clock& clock_;
  LoopOptions options_;
  sys::Descriptor epoll_;
  sys::Descriptor mail_;
  sys::Descriptor alarm_;  // a timerfd, where the kernel has no epoll_pwait2
  bool mail_arrived_ = false;
  std::atomic<bool> stopping_{false};
  Sync<std::vector<std::function<void()>>> posted_;
  std::unique_ptr<StackPool> stacks_;
  std::unique_ptr<TimerHeap> timers_;
  std::unique_ptr<SwitchRecord> record_;             // of the thread's own stack
  std::vector<std::unique_ptr<FiberState>> fibers_;  // all that ever were; they are used again
  std::vector<FiberState*> idle_fibers_;
  std::vector<std::unique_ptr<Callback>> callbacks_;
  std::vector<std::uint32_t> idle_callbacks_;
  FiberState* ready_head_ = nullptr;
  FiberState* ready_tail_ = nullptr;
  FiberState* current_ = nullptr;
  void* loop_context_ = nullptr;
  std::size_t fiber_count_ = 0;
  std::uint64_t next_serial_ = 1;
  Time turn_time_{};
  LoopStatistics statistics_;
};

}  // namespace crema::load
