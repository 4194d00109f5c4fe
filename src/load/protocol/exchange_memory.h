// ExchangeMemory: what a request needs only while it is under way, lent to one after the other.
#pragma once

#include "crema/load/protocol/http1_parser.h"

#include <array>
#include <memory>
#include <vector>

namespace crema::load {

// Things that are lent: the last given back first, because it is still in the processor's cache.
template <class Thing>
class Lent {
 public:
  explicit Lent(std::vector<std::unique_ptr<Thing>>& idle) : idle_(idle) {
    if (idle_.empty()) {
      thing_ = std::make_unique<Thing>();
    } else {
      thing_ = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  ~Lent() { idle_.push_back(std::move(thing_)); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  Thing& operator*() { return *thing_; }
  Thing* operator->() { return thing_.get(); }

 private:
  std::vector<std::unique_ptr<Thing>>& idle_;
  std::unique_ptr<Thing> thing_;
};

// A user that waits for a response holds a parser; a buffer is held from the moment there is
// something to read until it is parsed, so that a thread needs one or two of them.
struct ExchangeMemory {
  using Buffer = std::array<char, std::size_t{32} * 1024>;
  std::vector<std::unique_ptr<Buffer>> buffers;
  std::vector<std::unique_ptr<ResponseParser>> parsers;
};

}  // namespace crema::load
