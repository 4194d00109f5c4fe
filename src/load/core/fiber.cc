// The half of Loop that schedules fibers: spawn, park, wake, and the switch between stacks.
#include "crema/load/core/fiber.h"

#include "fiber_state.h"
#include "stack_pool.h"

#include "crema/load/core/loop.h"

#include <utility>

namespace crema::load {

namespace context = boost::context::detail;

// Where a fiber begins. What it hands back with a jump is itself, and nothing when it has ended.
struct FiberEntry {
  static void enter(context::transfer_t from) {
    auto& fiber = *static_cast<FiberState*>(from.data);
    auto& loop = *fiber.loop;
    loop.loop_context_ = from.fctx;
    after_switch(fiber.record, *loop.record_);
    fiber.body();
    fiber.body = nullptr;
    before_switch(fiber.record, *loop.record_, true);
    context::jump_fcontext(loop.loop_context_, nullptr);
  }
};

bool Loop::names(Fiber fiber) const {
  return fiber.state != nullptr && fiber.state->serial == fiber.serial &&
         fiber.state->phase != FiberState::Phase::idle;
}

bool Loop::alive(Fiber fiber) const { return names(fiber); }

Fiber Loop::current() const {
  return current_ == nullptr ? Fiber{} : Fiber{current_, current_->serial};
}

StackBounds Loop::current_stack() const {
  return current_ == nullptr ? StackBounds{} : current_->stack;
}

bool Loop::interrupted() const { return current_ != nullptr && current_->interrupted; }

Fiber Loop::spawn(std::function<void()> body) {
  const auto stack = stacks_->take();
  if (stack.lowest == nullptr) return {};
  if (idle_fibers_.empty()) {
    fibers_.push_back(std::make_unique<FiberState>());
    idle_fibers_.push_back(fibers_.back().get());
  }
  auto& fiber = *idle_fibers_.back();
  idle_fibers_.pop_back();
  fiber.serial = next_serial_++;
  fiber.interrupted = false;
  fiber.reason = WakeReason::ready;
  fiber.loop = this;
  fiber.stack = stack;
  fiber.body = std::move(body);
  begin_fiber(fiber.record, stack);
  fiber.context = context::make_fcontext(stack.lowest + stack.size, stack.size, &FiberEntry::enter);
  ++fiber_count_;
  make_ready(fiber);
  return {&fiber, fiber.serial};
}

void Loop::make_ready(FiberState& fiber) {
  fiber.phase = FiberState::Phase::ready;
  fiber.next = nullptr;
  if (ready_tail_ == nullptr) {
    ready_head_ = &fiber;
  } else {
    ready_tail_->next = &fiber;
  }
  ready_tail_ = &fiber;
}

void Loop::resume(FiberState& fiber) {
  fiber.phase = FiberState::Phase::running;
  current_ = &fiber;
  before_switch(*record_, fiber.record);
  const auto back = context::jump_fcontext(fiber.context, &fiber);
  after_switch(*record_, fiber.record);
  current_ = nullptr;
  fiber.context = back.fctx;
  if (back.data == nullptr) end(fiber);
}

void Loop::switch_to_loop(FiberState& fiber) {
  before_switch(fiber.record, *record_);
  const auto back = context::jump_fcontext(loop_context_, &fiber);
  loop_context_ = back.fctx;
  after_switch(fiber.record, *record_);
}

void Loop::end(FiberState& fiber) {
  end_fiber(fiber.record);
  if (fiber.pending()) timers_->remove(fiber);
  fiber.phase = FiberState::Phase::idle;
  stacks_->give_back(fiber.stack);
  fiber.stack = {};
  idle_fibers_.push_back(&fiber);
  --fiber_count_;
}

// A timer that rings before `time` stays where it is: when it rings, fire() sets it to the deadline
// that holds then. So a fiber that makes one request after the other, each with a deadline far
// away, touches the heap once a minute and not twice a request.
void Loop::arm(FiberState& fiber, Time time) {
  fiber.deadline = time;
  if (time == kNever) return;
  if (!fiber.pending()) {
    timers_->insert(fiber, time);
  } else if (time < timers_->time_of(fiber)) {
    timers_->move(fiber, time);
  }
}

WakeReason Loop::park(Time deadline) {
  auto& fiber = *current_;
  if (fiber.interrupted) return WakeReason::interrupted;
  arm(fiber, deadline);
  fiber.phase = FiberState::Phase::parked;
  switch_to_loop(fiber);
  return fiber.interrupted ? WakeReason::interrupted : fiber.reason;
}

bool Loop::wake(Fiber fiber, WakeReason reason) {
  if (!names(fiber) || fiber.state->phase != FiberState::Phase::parked) return false;
  fiber.state->reason = reason;
  make_ready(*fiber.state);
  return true;
}

void Loop::yield() {
  make_ready(*current_);
  switch_to_loop(*current_);
}

WakeReason Loop::sleep_until(Time time) {
  while (true) {
    const auto reason = park(time);
    if (reason != WakeReason::ready) return reason;
  }
}

void Loop::interrupt(Fiber fiber) {
  if (!names(fiber)) return;
  fiber.state->interrupted = true;
  wake(fiber, WakeReason::interrupted);
}

void Loop::clear_interrupt(Fiber fiber) {
  if (names(fiber)) fiber.state->interrupted = false;
}

}  // namespace crema::load
