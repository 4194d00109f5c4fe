// A load test while it runs: what belongs to it, and the steps from init code to exit code.
#pragma once

#include "generator_watch.h"
#include "remote_modules.h"
#include "scenario_run.h"
#include "side_seconds.h"
#include "test_code.h"
#include "worker.h"

#include "crema/base/sync.h"
#include "crema/load/metrics/output.h"
#include "crema/load/schedule/execution_plan.h"
#include "crema/load/test_run.h"

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::load {

// Why a test ends before its time; the first reason counts.
struct Ending {
  bool asked = false;
  LoadExit exit = LoadExit::ok;
  std::string message;
};

// The steps stand in three files: running_test.cc prepares, test_execution.cc makes load,
// test_end.cc judges and tells.
class RunningTest {
 public:
  RunningTest(const sys::Host& host, const TestRequest& request, std::stop_token stop);
  RunningTest(const RunningTest&) = delete;
  RunningTest& operator=(const RunningTest&) = delete;

  TestOutcome run();
  Inspection inspect(bool requirements);

 private:
  LoadExit prepare();
  Result<> make_parts();
  Result<> open_outputs();
  // The threads, each with its share of the users, ready to start.
  LoadExit start_workers();
  Result<> add_worker(std::int64_t index, std::int64_t threads);
  LoadExit make_users();
  // Runs `body` on a fiber of every worker, and waits.
  void on_all(const std::function<void(Worker&)>& body);
  LoadExit begin_and_execute();
  // setup() or teardown(), in a user of its own.
  LoadExit call_once(const std::string& function, Nanoseconds timeout, LoadExit on_timeout,
                     std::string* json);
  void record_wire(Worker& worker, ScriptUser& user);
  // What shared-iterations did not get to is dropped, and counted once for all threads.
  void drop_what_is_left();
  void execute();
  void make_scenarios();
  void run_scenarios(Worker& worker, Time start);
  void prepare_facts(ScenarioShared& shared, Time begin);
  void abort_scenarios();
  void end(LoadExit exit, const std::string& message);
  // vus and vus_max, once a second.
  void record_users();
  void collect();
  RunRecord series_so_far();
  void take_sides(TestOutcome& outcome);
  std::string script_hash() const;
  void say_validity(const TestOutcome& outcome) const;
  void judge_while_running(Nanoseconds elapsed);
  Progress progress() const;
  TestMoment moment() const;
  std::string document(const TestOutcome& outcome) const;
  // Thresholds at the end, summary, exit code.
  LoadExit finish(LoadExit exit);
  void summarise(const SummaryFacts& facts);
  // False where handleSummary() failed, so that the default is shown.
  bool write_own_summary(const SummaryFacts& facts);
  void write_summary_file(const std::string& path, const std::string& content);
  void export_summary(const SummaryFacts& facts);

  const sys::Host& host_;
  const TestRequest& request_;
  std::stop_token stop_;
  RemoteModules remote_;
  ModuleFiles files_;
  std::unique_ptr<Programs, void (*)(Programs*)> programs_;
  SharedArrayTexts shared_arrays_;
  Registry registry_;
  Builtins builtins_;
  ThresholdSet thresholds_;
  Collector collector_;
  TagStore control_tags_;
  Recorder control_;
  TestFacts facts_;
  UserSettings settings_;
  WorkerShared shared_;
  TestCode code_;
  SummaryOptions summary_;
  Striping striping_;
  ExecutionPlan plan_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<OutputWriter> outputs_;
  std::string outputs_text_;
  TextMap no_tags_;
  std::vector<std::unique_ptr<ScenarioShared>> scenarios_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<ScriptUser*> calling_{nullptr};
  Sync<Ending> ending_;
  Time started_{};
  Time ended_{};
  Time scenarios_started_{};
  Time scenarios_ended_{};
  sys::WallTime wall_started_{};  // of the scenarios
  std::vector<LoopStatistics> loops_;
  GeneratorWatch watch_;
  GeneratorFacts generator_;
  std::shared_ptr<SideSeconds> sides_;  // null where none are asked for
};

}  // namespace crema::load
