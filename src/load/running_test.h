// A load test while it runs: what belongs to it, and the steps from init code to exit code.
#pragma once

#include "coordinator_link.h"
#include "fleet.h"
#include "generator_watch.h"
#include "remote_modules.h"
#include "scenario_run.h"
#include "side_seconds.h"
#include "test_code.h"
#include "test_controls.h"
#include "worker.h"

#include "crema/base/sync.h"
#include "crema/load/metrics/output.h"
#include "crema/load/remote/rest_server.h"
#include "crema/load/schedule/execution_plan.h"
#include "crema/load/script/secrets.h"
#include "crema/load/test_run.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::load {

inline constexpr auto kTick = std::chrono::seconds(1);  // measurements are collected so often
inline constexpr auto kThresholdsEvery = std::chrono::seconds(2);
inline constexpr std::string_view kInterrupted =
    "test run was aborted because crema received an 'interrupt' signal";

// Why a test ends before its time; the first reason counts.
struct Ending {
  bool asked = false;
  LoadExit exit = LoadExit::ok;
  std::string message;
};

// An agent's part of a test: who has ordered it, and whether every sample is wanted.
struct TestPart {
  CoordinatorLink* link = nullptr;
  bool keep_points = false;
};

// The steps stand in six files: running_test.cc prepares, test_execution.cc makes load,
// coordinated_execution.cc lets agents make it, part_execution.cc is what those do,
// steered_execution.cc heeds who steers it from outside, test_end.cc judges and tells.
class RunningTest {
 public:
  RunningTest(const sys::Host& host, const TestRequest& request, std::stop_token stop);
  RunningTest(const RunningTest&) = delete;
  RunningTest& operator=(const RunningTest&) = delete;
  // Whoever waits for an answer from outside gets one first.
  ~RunningTest() { controls_.close(); }

  TestOutcome run();
  Inspection inspect(bool requirements);
  Archiving archive(bool with_environment);
  // As an agent: no setup, no teardown, no judgement; what is measured goes to the coordinator.
  LoadExit run_part(const TestPart& part);

 private:
  LoadExit read_code();
  LoadExit prepare();
  Result<> make_parts();
  void leave_out_missing_suites();
  Result<> open_outputs();
  // The threads, each with its share of the users, ready to start.
  LoadExit start_workers();
  Result<> add_worker(std::int64_t index, std::int64_t threads);
  LoadExit make_users();
  // Runs `body` on a fiber of every worker, and waits.
  void on_all(const std::function<void(Worker&)>& body);
  LoadExit begin_and_execute();
  // Steered from outside (steered_execution.cc): false where the interface cannot be served.
  bool serve_api();
  TestControls::Test controlled();
  Result<> call_from_outside(const std::string& function, std::string* json);
  void wait_while_paused();
  // Until it is told to end, where `linger` is on; then nobody can ask anything any more.
  void linger();
  LoadExit run_setup(std::string* json);
  LoadExit run_teardown();
  void stop_from_outside();
  // setup() or teardown(), in a user of its own.
  LoadExit call_once(const std::string& function, Nanoseconds timeout, LoadExit on_timeout,
                     std::string* json);
  void record_wire(Worker& worker, ScriptUser& user);
  // What shared-iterations did not get to is dropped, and counted once for all threads.
  void drop_what_is_left();
  void execute(Time start);
  // Once a second while the scenarios run.
  void tick(Time now);
  // Where agents make the load.
  LoadExit gather_agents();
  void execute_on_agents();
  Fleet::Events fleet_events();
  void mirror_standing();
  void say_loss(const std::string& agent, const std::string& segment, const Diagnostic& why);
  // Where this is an agent.
  void send_measured();
  Standing standing() const;
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
  Result<std::string> machine_summary(const SummaryFacts& facts);

  const sys::Host& host_;
  SecretSources secrets_;
  const TestRequest request_;  // its log hides the test's secrets
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
  std::optional<Recorder> control_;  // of what no thread measures: users, iterations left over
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
  TestControls controls_{facts_, controlled()};
  Time started_{};
  Time ended_{};
  Time scenarios_started_{};
  Time scenarios_ended_{};
  sys::WallTime wall_started_{};  // of the scenarios
  std::vector<LoopStatistics> loops_;
  GeneratorWatch watch_;
  GeneratorFacts generator_;
  std::shared_ptr<SideSeconds> sides_;  // null where none are asked for
  Time next_thresholds_{};
  std::unique_ptr<Fleet> fleet_;     // null where this process makes the load
  CoordinatorLink* link_ = nullptr;  // null where this is no agent
  std::uint64_t lost_points_ = 0;    // of an agent
  std::unique_ptr<RestServer> api_;  // null where none is asked for; ends before all else
};

}  // namespace crema::load
