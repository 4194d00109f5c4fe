#include "timer_heap.h"

#include <algorithm>

namespace crema::load {

void TimerHeap::place(std::uint32_t index, Entry entry) {
  entries_[index] = entry;
  entry.node->index = index;
}

void TimerHeap::rise(std::uint32_t index, Entry entry) {
  while (index > 0) {
    const std::uint32_t parent = (index - 1) / 4;
    if (entries_[parent].time <= entry.time) break;
    place(index, entries_[parent]);
    index = parent;
  }
  place(index, entry);
}

void TimerHeap::sink(std::uint32_t index, Entry entry) {
  const auto size = static_cast<std::uint32_t>(entries_.size());
  while (true) {
    const std::uint32_t first = index * 4 + 1;
    if (first >= size) break;
    std::uint32_t least = first;
    for (std::uint32_t child = first + 1; child < std::min(first + 4, size); ++child) {
      if (entries_[child].time < entries_[least].time) least = child;
    }
    if (entry.time <= entries_[least].time) break;
    place(index, entries_[least]);
    index = least;
  }
  place(index, entry);
}

void TimerHeap::insert(TimerNode& node, Time time) {
  entries_.push_back({});
  rise(static_cast<std::uint32_t>(entries_.size() - 1), {time, &node});
}

void TimerHeap::move(TimerNode& node, Time time) {
  const auto earlier = time < entries_[node.index].time;
  if (earlier) {
    rise(node.index, {time, &node});
  } else {
    sink(node.index, {time, &node});
  }
}

void TimerHeap::remove(TimerNode& node) {
  const auto index = node.index;
  const auto gone = entries_[index].time;
  const auto last = entries_.back();
  entries_.pop_back();
  node.index = TimerNode::kOutside;
  if (last.node == &node) return;
  if (last.time < gone) {
    rise(index, last);
  } else {
    sink(index, last);
  }
}

}  // namespace crema::load
