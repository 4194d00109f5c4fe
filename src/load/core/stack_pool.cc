#include "stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace crema::load {
namespace {

constexpr std::size_t kStacksInSlab = 64;
// What a fiber touches of its stack in any case, and may keep.
constexpr std::size_t kKeptBytes = std::size_t{32} * 1024;
// To ask which pages are there costs as much as a small request: it is asked of one stack in so
// many. The one given back last is taken first, so a stack in use is asked soon.
constexpr std::uint32_t kAskedEvery = 16;

}  // namespace

StackPool::StackPool(std::size_t stack_bytes, std::size_t guarded_stacks)
    : stack_bytes_(stack_bytes),
      guarded_left_(guarded_stacks),
      page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {}

StackPool::~StackPool() {
  for (const auto& slab : slabs_) ::munmap(slab.memory, slab.size);
}

bool StackPool::grow() {
  const auto size = stack_bytes_ * kStacksInSlab;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return false;
  // A huge page would make each stack cost 2 MB from its first byte on.
  ::madvise(memory, size, MADV_NOHUGEPAGE);
  auto* const begin = static_cast<std::byte*>(memory);
  slabs_.push_back({begin, size});
  for (std::size_t i = kStacksInSlab; i-- > 0;) {
    auto* const lowest = begin + i * stack_bytes_;
    // A guard page splits the mapping in two, of which a process may have 65,530: hence the limit.
    const bool guarded = guarded_left_ > 0 && ::mprotect(lowest, page_, PROT_NONE) == 0;
    if (guarded) --guarded_left_;
    idle_.push_back({lowest + page_, stack_bytes_ - page_});
  }
  return true;
}

StackBounds StackPool::take() {
  if (idle_.empty() && !grow()) return {};
  const auto stack = idle_.back();
  idle_.pop_back();
  return stack;
}

void StackPool::give_back(StackBounds stack) {
  idle_.push_back(stack);
  if (stack.size <= kKeptBytes || ++given_back_ % kAskedEvery != 0) return;
  const auto deep = stack.size - kKeptBytes;
  residency_.resize(deep / page_);
  if (::mincore(stack.lowest, deep, residency_.data()) != 0) return;
  const bool touched = std::any_of(residency_.begin(), residency_.end(),
                                   [](unsigned char page) { return (page & 1U) != 0; });
  if (touched) ::madvise(stack.lowest, deep, MADV_DONTNEED);
}

}  // namespace crema::load
