// A fiber: a function with a stack of its own that waits without holding its thread up.
#pragma once

#include <cstddef>
#include <cstdint>

namespace crema::load {

struct FiberState;

// Why a wait ended. `interrupted` stays: every later wait of that fiber ends with it at once, until
// somebody calls Loop::clear_interrupt.
enum class WakeReason : std::uint8_t { ready, timeout, interrupted };

// Names a fiber of one loop. A copy may outlive the fiber: it then names nothing, and waking it
// does nothing. May be kept on any thread, but used on the loop's own only.
struct Fiber {
  FiberState* state = nullptr;
  std::uint64_t serial = 0;

  explicit operator bool() const { return state != nullptr; }
  bool operator==(const Fiber&) const = default;
};

// The memory of a fiber's stack, which grows from its end down: for those who must check its depth.
struct StackBounds {
  std::byte* lowest = nullptr;  // the first byte that may be written
  std::size_t size = 0;         // bytes
};

}  // namespace crema::load
