// FiberState: everything a loop keeps of one fiber.
#pragma once

#include "fiber_switch.h"
#include "timer_heap.h"

#include "crema/load/core/fiber.h"

#include <functional>

namespace crema::load {

struct FiberState : TimerNode {
  enum class Phase : std::uint8_t { idle, ready, running, parked };

  FiberState() { is_fiber = true; }

  Phase phase = Phase::idle;
  WakeReason reason = WakeReason::ready;
  bool interrupted = false;
  std::uint64_t serial = 0;  // of the fiber that runs on this state now
  Time deadline = kNever;    // of the wait that it is in
  FiberState* next = nullptr;
  Loop* loop = nullptr;
  void* context = nullptr;  // where it goes on
  StackBounds stack;
  SwitchRecord record;
  std::function<void()> body;
};

}  // namespace crema::load
