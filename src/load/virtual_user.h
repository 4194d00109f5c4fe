// A virtual user: a script's context with its numbers, and what one iteration of it is.
#pragma once

#include "crema/load/script/script_user.h"

#include <cstdint>
#include <string>

namespace crema::load {

class Worker;
struct ScenarioShared;

enum class IterationEnd : std::uint8_t { completed, interrupted };

class VirtualUser {
 public:
  VirtualUser(Worker& worker, std::int64_t in_instance, std::int64_t in_test);

  // Runs the init code; on a fiber.
  CallResult load(const std::string& address);
  // Before its first iteration in a scenario.
  void enter(ScenarioShared& scenario);
  // One iteration, with its samples. `number` is its place among all of the scenario on this
  // instance, `in_test` that among all instances; `intended` the time it was to start where an
  // executor has times.
  IterationEnd iterate(std::int64_t number, std::int64_t in_test, Time intended = kNever);
  // Stops the iteration that runs; from a task or another fiber of the same loop.
  void interrupt() { script_.interrupt(); }
  // After an iteration was interrupted, on the fiber that ran it.
  void clear_interrupt() { script_.clear_interrupt(); }

  bool running() const { return running_; }
  // Has never run: its first iteration costs more, for a connection above all.
  bool fresh() const { return iterations_ == 0; }
  std::int64_t in_instance() const { return in_instance_; }

 private:
  void record(Time begin, Time end);
  void record_wire();
  void record_delay(Duration delay);
  void report(const ScriptError& error) const;

  // The series of what every iteration measures, for the tags they were looked up with.
  struct IterationSeries {
    const TagSet* tags = nullptr;
    Series* duration = nullptr;
    Series* iterations = nullptr;
    Series* sent = nullptr;
    Series* received = nullptr;
  };
  const IterationSeries& series();

  Worker& worker_;
  ScriptUser script_;
  ScenarioShared* scenario_ = nullptr;
  std::int64_t in_instance_;
  std::int64_t in_test_;
  std::int64_t iterations_ = 0;              // __ITER of the next one
  std::int64_t iterations_in_scenario_ = 0;  // of the scenario it is in
  IterationSeries series_;
  bool running_ = false;
};

}  // namespace crema::load
