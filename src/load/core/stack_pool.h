// StackPool: the memory of fibers' stacks, taken from the kernel many at a time and used again.
#pragma once

#include "crema/load/core/loop.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crema::load {

// Only pages that were touched cost memory. Not for more than one thread.
class StackPool {
 public:
  StackPool(std::size_t stack_bytes, std::size_t guarded_stacks);
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  // An empty one where the kernel gives no memory.
  StackBounds take();
  // The fiber on it has ended. What it used of it deeply goes back to the kernel, if not at once.
  void give_back(StackBounds stack);

 private:
  struct Slab {
    std::byte* memory;
    std::size_t size;
  };
  bool grow();

  std::size_t stack_bytes_;
  std::size_t guarded_left_;
  std::size_t page_;
  std::uint32_t given_back_ = 0;
  std::vector<Slab> slabs_;
  std::vector<StackBounds> idle_;  // the last given back first: its pages are in the cache
  std::vector<unsigned char> residency_;
};

}  // namespace crema::load
