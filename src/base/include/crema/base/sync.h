// Sync<T>: a value and the lock that guards it are one object, so that forgetting the lock does
// not compile. After the idea of nix's Sync and folly's Synchronized.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

namespace crema {

template <class T>
class Sync {
 public:
  Sync() = default;
  explicit Sync(T value) : value_(std::move(value)) {}

  class Locked {
   public:
    explicit Locked(Sync& owner) : owner_(owner), lock_(owner.mutex_) {}
    T* operator->() { return &owner_.value_; }
    T& operator*() { return owner_.value_; }
    // Blocks until `ready(value)`; the lock is released while waiting.
    template <class Condition, class Ready>
    void wait(Condition& condition, Ready ready) {
      condition.wait(lock_, [&] { return ready(owner_.value_); });
    }
    template <class Condition, class Duration, class Ready>
    bool wait_for(Condition& condition, Duration duration, Ready ready) {
      return condition.wait_for(lock_, duration, [&] { return ready(owner_.value_); });
    }

   private:
    Sync& owner_;
    std::unique_lock<std::mutex> lock_;
  };

  Locked lock() { return Locked(*this); }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace crema
