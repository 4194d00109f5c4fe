// One scenario on one thread: its executor at work.
#pragma once

#include "scenario_shared.h"
#include "virtual_user.h"

#include "crema/load/schedule/execution_plan.h"

#include <functional>
#include <memory>
#include <vector>

namespace crema::load {

class Worker;

// Made and run on a fiber of the worker. run() returns when all iterations have ended.
class ScenarioRun {
 public:
  // `striping` is that of the worker's share of the test, `threads` that among the threads of this
  // process. `start` is when the scenario begins.
  struct Place {
    Worker& worker;
    ScenarioShared& shared;
    Striping striping;
    Time start;
  };
  explicit ScenarioRun(Place place);
  virtual ~ScenarioRun() = default;
  ScenarioRun(const ScenarioRun&) = delete;
  ScenarioRun& operator=(const ScenarioRun&) = delete;

  void run();
  // Ends the scenario now, without grace; by a task of the worker.
  void abort();

 protected:
  virtual void execute() = 0;

  // No new iteration starts at or after the regular end, which is `regular_duration` after the
  // start, or once the scenario is aborted.
  bool ended() const;
  Time regular_end() const { return regular_end_; }
  // A user of the worker's, or null where none is idle.
  VirtualUser* take_user();
  void give_back(VirtualUser& user);
  // One iteration of a user that was taken.
  IterationEnd iterate(VirtualUser& user, std::int64_t number, Time intended = kNever);
  // The number of the iteration that starts now, among all of the scenario on this instance.
  std::int64_t next_number() { return place_.shared.started++; }
  // Starts a fiber that the run waits for.
  void start(std::function<void()> body);
  // Until all started fibers have ended. What still runs after the graceful stop is interrupted.
  void wait_for_all();
  // Counts iterations that were due and will not start.
  void drop(std::int64_t iterations);
  // How late an iteration that was dropped would have started, had it waited for a user.
  void record_delay(Duration delay);
  // Lets others run where this fiber never waits by itself.
  void breathe();

  Worker& worker() { return place_.worker; }
  ScenarioShared& shared() { return place_.shared; }
  const Scenario& scenario() const { return *place_.shared.scenario; }
  const Striping& striping() const { return place_.striping; }
  Time start_time() const { return place_.start; }
  Loop& loop();
  bool aborted() const { return aborted_; }

 private:
  void interrupt_users();
  const TagSet* tags();

  Place place_;
  const TagSet* tags_ = nullptr;
  Time regular_end_;
  bool aborted_ = false;
  Fiber control_;  // that runs execute()
  std::size_t fibers_ = 0;
  std::vector<VirtualUser*> taken_;
};

std::unique_ptr<ScenarioRun> make_scenario_run(ScenarioRun::Place place);

// One a family of executors; make_scenario_run has the table.
std::unique_ptr<ScenarioRun> make_looping_run(ScenarioRun::Place place);
std::unique_ptr<ScenarioRun> make_ramping_run(ScenarioRun::Place place);
std::unique_ptr<ScenarioRun> make_arrival_run(ScenarioRun::Place place);

}  // namespace crema::load
