// An output that tells a server every few seconds what was measured, from a thread of its own: a
// server that is slow or away holds neither the test nor the other outputs up.
#pragma once

#include "sender.h"

#include "crema/base/sync.h"
#include "crema/load/metrics/output.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>

namespace crema::load {

// What is kept of the points, and the messages made of it. Never called by two threads at a time.
class Exporter {
 public:
  virtual ~Exporter() = default;
  virtual void take(std::span<const Point> points) = 0;
  // What is to be told now; asked for until it is "", for nothing.
  virtual std::string message() = 0;
  // The last message did not arrive: what it told is told again with the next.
  virtual void not_delivered() = 0;
  // After everything else was told, when the test is over; "" for nothing.
  virtual std::string farewell() { return {}; }
  // What the server says beside "done": a complaint to pass on; "" for none.
  virtual std::string complaint(std::string_view) { return {}; }
};

struct PushSettings {
  std::string name;  // of the output
  std::chrono::nanoseconds interval{};
  const sys::Clock* clock = nullptr;
  std::function<void(const Diagnostic&)> warn;
};

class PushedOutput : public Output {
 public:
  PushedOutput(std::unique_ptr<Exporter> exporter, std::unique_ptr<Sender> sender,
               PushSettings settings);
  PushedOutput(const PushedOutput&) = delete;
  PushedOutput& operator=(const PushedOutput&) = delete;
  ~PushedOutput() override;

  Result<> write(std::span<const Point> points) override;
  // Tells the rest. A server that stays away is asked three times, for ten seconds at most, and
  // then given up: a warning, because the test itself is fine.
  Result<> close() override;

 private:
  struct State {
    std::unique_ptr<Exporter> exporter;
    bool closing = false;
  };
  void run();
  bool push();
  void push_the_rest();
  bool deliver(const std::string& message);
  void say(const std::string& what, std::string hint = {}) const;

  PushSettings settings_;
  std::unique_ptr<Sender> sender_;
  Sync<State> state_;
  std::condition_variable closing_;
  bool away_ = false;      // of the thread
  std::string complaint_;  // that was said last
  std::thread thread_;
};

}  // namespace crema::load
