// The jump from one stack to another, told to the sanitizers, which must know whose stack runs.
#pragma once

#include "crema/load/core/fiber.h"

#include <boost/context/detail/fcontext.hpp>

#if defined(__SANITIZE_ADDRESS__)
#define CREMA_FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CREMA_FIBER_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define CREMA_FIBER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CREMA_FIBER_TSAN 1
#endif

#ifdef CREMA_FIBER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CREMA_FIBER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace crema::load {

// What the sanitizers keep of one side of a switch. Without them it is empty.
struct SwitchRecord {
#ifdef CREMA_FIBER_ASAN
  void* fake_stack = nullptr;
  const void* lowest = nullptr;
  std::size_t size = 0;
#endif
#ifdef CREMA_FIBER_TSAN
  void* thread = nullptr;
#endif
};

// All are inlined even where nothing else is: ThreadSanitizer counts calls and returns, and a
// function that begins on one stack must not return on the other.

// Before a fiber's first switch.
[[gnu::always_inline]] inline void begin_fiber([[maybe_unused]] SwitchRecord& fiber,
                                               [[maybe_unused]] StackBounds stack) {
#ifdef CREMA_FIBER_ASAN
  // The fiber before it left its last frame without a return.
  __asan_unpoison_memory_region(stack.lowest, stack.size);
  fiber.fake_stack = nullptr;
  fiber.lowest = stack.lowest;
  fiber.size = stack.size;
#endif
#ifdef CREMA_FIBER_TSAN
  fiber.thread = __tsan_create_fiber(0);
#endif
}

// After a fiber's last switch, from the other side.
[[gnu::always_inline]] inline void end_fiber([[maybe_unused]] SwitchRecord& fiber) {
#ifdef CREMA_FIBER_TSAN
  __tsan_destroy_fiber(fiber.thread);
#endif
}

// Right before the jump away from `from`; `forever` when nobody will come back to it.
[[gnu::always_inline]] inline void before_switch([[maybe_unused]] SwitchRecord& from,
                                                 [[maybe_unused]] SwitchRecord& to,
                                                 [[maybe_unused]] bool forever = false) {
#ifdef CREMA_FIBER_ASAN
  __sanitizer_start_switch_fiber(forever ? nullptr : &from.fake_stack, to.lowest, to.size);
#endif
#ifdef CREMA_FIBER_TSAN
  if (from.thread == nullptr) from.thread = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to.thread, 0);
#endif
}

// Right after the jump, on the stack of `self`; `from` is the other side, whose bounds are kept.
[[gnu::always_inline]] inline void after_switch([[maybe_unused]] SwitchRecord& self,
                                                [[maybe_unused]] SwitchRecord& from) {
#ifdef CREMA_FIBER_ASAN
  __sanitizer_finish_switch_fiber(self.fake_stack, &from.lowest, &from.size);
#endif
}

}  // namespace crema::load
