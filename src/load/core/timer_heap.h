// TimerHeap: times in the order in which they come, with cheap insert and removal.
#pragma once

#include "crema/load/core/loop.h"

#include <cstdint>
#include <vector>

namespace crema::load {

// Base of what the heap orders; it must stay where it is while it is in there.
struct TimerNode {
  static constexpr std::uint32_t kOutside = 0xFFFFFFFF;
  std::uint32_t index = kOutside;
  bool is_fiber = false;

  bool pending() const { return index != kOutside; }
};

// A heap of four children a node: half as deep as one of two, and four children lie in one line of
// the cache. Insert and removal cost O(log n), and O(1) for a time later than most, as deadlines
// of requests are.
class TimerHeap {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  Time first_time() const { return entries_.front().time; }
  TimerNode& first() const { return *entries_.front().node; }
  Time time_of(const TimerNode& node) const { return entries_[node.index].time; }

  void insert(TimerNode& node, Time time);
  // Moves a pending node to another time.
  void move(TimerNode& node, Time time);
  void remove(TimerNode& node);

 private:
  struct Entry {
    Time time;
    TimerNode* node;
  };
  void place(std::uint32_t index, Entry entry);
  void rise(std::uint32_t index, Entry entry);
  void sink(std::uint32_t index, Entry entry);

  std::vector<Entry> entries_;
};

}  // namespace crema::load
