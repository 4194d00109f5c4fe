// What is asked of a running test from outside, handed to the thread that controls it.
#pragma once

#include "controlled_test.h"

#include "crema/base/sync.h"
#include "crema/load/script/execution_facts.h"

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>

namespace crema::load {

class TestControls : public ControlledTest {
 public:
  // What the test does when it is asked. All but `stop` are called on the controlling thread.
  struct Test {
    std::function<void()> stop;
    std::function<Result<>()> run_setup;
    std::function<Result<>()> run_teardown;
    std::string* setup_data = nullptr;
    std::function<void(const Look&)> look;  // under measuring()
  };
  TestControls(const TestFacts& facts, Test test) : facts_(facts), test_(std::move(test)) {}

  // On the controlling thread.
  void enter(TestStage stage) { stage_ = stage; }
  TestStage stage() const { return stage_; }
  void pause() { paused_ = true; }
  bool paused() const { return paused_; }
  void taint(bool tainted) { tainted_ = tainted; }
  // Does what was asked since the last time.
  void attend();
  // Nothing more is done; who still waits for an answer gets an error.
  void close();
  // Held while what was measured changes.
  std::mutex& measuring() { return measuring_; }

  // From any thread.
  Status status() const override;
  Result<> set_paused(bool paused) override;
  void stop() override;
  std::string setup_data() const override;
  Result<> set_setup_data(std::string json) override;
  Result<> run_setup() override;
  Result<> run_teardown() override;
  void measured(const Look& look) override;

 private:
  struct Task {
    std::function<Result<>()> run;
    std::promise<Result<>> done;
  };
  struct Queue {
    std::deque<Task> tasks;
    bool closed = false;
  };
  // Runs `task` on the controlling thread and waits for it.
  Result<> call(std::function<Result<>()> task) const;

  const TestFacts& facts_;
  Test test_;
  std::atomic<TestStage> stage_{TestStage::created};
  std::atomic<bool> paused_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> tainted_{false};
  mutable Sync<Queue> queue_;
  std::mutex measuring_;
};

}  // namespace crema::load
