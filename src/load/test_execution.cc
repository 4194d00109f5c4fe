// Threads, users, setup and teardown, scenarios, and what is measured meanwhile.
#include "running_test.h"
#include "user_pool.h"
#include "virtual_user.h"

#include "crema/sys/thread_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>

namespace crema::load {

LoadExit RunningTest::start_workers() {
  if (request_.agents) return gather_agents();
  const auto threads = static_cast<std::int64_t>(std::clamp<std::size_t>(
      request_.threads, 1, static_cast<std::size_t>(std::max<std::int64_t>(1, plan_.max_vus))));
  shared_.threads = static_cast<std::size_t>(threads);
  for (std::int64_t i = 0; i < threads; ++i)
    if (const auto added = add_worker(i, threads); !added) {
      log_diagnostic(request_.log, added.error());
      return LoadExit::generic;
    }
  // What is measured is put together here: on a machine of few cores the threads that make the
  // load, which do not inherit this, would come late each second.
  sys::give_way();
  return make_users();
}

Result<> RunningTest::add_worker(std::int64_t index, std::int64_t threads) {
  auto worker = CREMA_TRY(Worker::start(shared_, static_cast<std::size_t>(index)));
  if (threads > 1) {
    const auto parts = CREMA_TRY(split_segment({}, threads));
    worker->in_instance = CREMA_TRY(Striping::make(parts[static_cast<std::size_t>(index)], parts));
  }
  worker->in_test = CREMA_TRY(striping_.nested(worker->in_instance));
  workers_.push_back(std::move(worker));
  return {};
}

LoadExit RunningTest::make_users() {
  std::atomic<bool> failed{false};
  on_all([&](Worker& worker) {
    const ExecutionPlan plan = plan_execution(*code_.options.scenarios, worker.in_test);
    for (std::int64_t i = 0; i < plan.planned_vus && !failed; ++i)
      if (!make_user(worker)) failed = true;
  });
  return failed ? LoadExit::script_exception : LoadExit::ok;
}

void RunningTest::on_all(const std::function<void(Worker&)>& body) {
  Sync<std::size_t> left(workers_.size());
  std::condition_variable done;
  for (auto& worker : workers_)
    worker->begin([&, target = worker.get()] {
      body(*target);
      auto count = left.lock();
      if (--*count == 0) done.notify_all();
    });
  left.lock().wait(done, [](std::size_t count) { return count == 0; });
}

LoadExit RunningTest::begin_and_execute() {
  // Nothing has begun where it was ended while it was paused.
  const bool begins = !ending_.lock()->asked;
  LoadExit exit = LoadExit::ok;
  controls_.enter(TestStage::started);
  if (begins && !code_.options.no_setup.value_or(false)) exit = run_setup(&shared_.setup_data);
  if (exit == LoadExit::ok && !ending_.lock()->asked) {
    collect();
    watch_.begin(host_.clock->monotonic(), loops_);
    wall_started_ = host_.clock->wall();
    controls_.enter(TestStage::running);
    if (fleet_)
      execute_on_agents();
    else
      execute(host_.clock->monotonic());
    scenarios_ended_ = host_.clock->monotonic();
    collect();
    generator_ = fleet_ ? fleet_->generator() : watch_.end(scenarios_ended_, loops_);
    if (!fleet_) drop_what_is_left();
  }
  const auto ending = *ending_.lock();
  if (begins && !code_.options.no_teardown.value_or(false) && exit == LoadExit::ok)
    exit = run_teardown();
  controls_.enter(ending.asked ? TestStage::interrupted : TestStage::ended);
  ended_ = host_.clock->monotonic();
  collect();
  return ending.asked ? ending.exit : exit;
}

LoadExit RunningTest::run_setup(std::string* json) {
  if (!code_.exports("setup")) return LoadExit::ok;
  const TestStage before = controls_.stage();
  controls_.enter(TestStage::setup);
  const auto exit =
      call_once("setup", code_.options.setup_timeout.value_or(std::chrono::seconds(60)),
                LoadExit::setup_timeout, json);
  controls_.enter(before);
  return exit;
}

LoadExit RunningTest::run_teardown() {
  if (!code_.exports("teardown")) return LoadExit::ok;
  const TestStage before = controls_.stage();
  controls_.enter(TestStage::teardown);
  const auto exit =
      call_once("teardown", code_.options.teardown_timeout.value_or(std::chrono::seconds(60)),
                LoadExit::teardown_timeout, nullptr);
  controls_.enter(before);
  return exit;
}

LoadExit RunningTest::call_once(const std::string& function, Nanoseconds timeout,
                                LoadExit on_timeout, std::string* json) {
  CallResult result;
  bool timed_out = false;
  const std::stop_callback on_stop(stop_, [this] {
    workers_.front()->post([this] {
      if (ScriptUser* user = calling_) user->interrupt();
    });
  });
  workers_.front()->call([&] {
    Worker& worker = *workers_.front();
    ScriptUser user(worker.links(), 0);
    result = user.load(code_.address);
    if (result.end != CallEnd::returned) return;
    user.set_setup_data(shared_.setup_data);
    TagStore& store = worker.tags();
    const TagSet* tags = store.empty();
    for (const auto& [key, value] : code_.options.tags.value_or(TextMap{}))
      tags = store.with(tags, key, value);
    user.begin_scenario(tags, nullptr);
    user.enter_group(function);
    const TimerId timer = worker.loop().call_at(worker.loop().now() + timeout, [&user, &timed_out] {
      timed_out = true;
      user.interrupt();
    });
    {
      calling_ = &user;
      result = user.call({.function = function, .wants_json = json != nullptr});
      calling_ = nullptr;
    }
    worker.loop().cancel(timer);
    user.clear_interrupt();
    record_wire(worker, user);
  });
  if (json != nullptr) *json = result.json;
  if (timed_out) {
    if (request_.log)
      request_.log(LogEntry{
          LogLevel::error,
          fmt::format("{}() execution timed out after {} seconds", function,
                      std::chrono::duration<double>(timeout).count()),
          {{"hint",
            fmt::format("You can increase the time limit via the {}Timeout option", function)}}});
    return on_timeout;
  }
  if (result.end == CallEnd::interrupted && stop_.stop_requested()) {
    end(LoadExit::interrupted, std::string(kInterrupted));
    return LoadExit::interrupted;
  }
  if (result.end == CallEnd::threw) {
    log_exception(request_.log, result.error);
    return LoadExit::script_exception;
  }
  return LoadExit::ok;
}

void RunningTest::record_wire(Worker& worker, ScriptUser& user) {
  const WireBytes wire = user.take_wire_bytes();
  const sys::WallTime now = host_.clock->wall();
  Recorder& recorder = worker.recorder();
  recorder.add(recorder.series(*builtins_.data_sent, user.tags()), static_cast<double>(wire.sent),
               now);
  recorder.add(recorder.series(*builtins_.data_received, user.tags()),
               static_cast<double>(wire.received), now);
}

void RunningTest::execute(Time start) {
  make_scenarios();
  scenarios_started_ = start;
  // Before any thread runs: all of them read these.
  for (const auto& shared : scenarios_)
    prepare_facts(*shared, start + start_time_of(*shared->scenario));
  Sync<std::size_t> left(workers_.size());
  std::condition_variable changed;
  for (auto& worker : workers_)
    worker->begin([&, target = worker.get()] {
      run_scenarios(*target, start);
      auto count = left.lock();
      --*count;
      changed.notify_all();
    });
  Time next_tick = start + kTick;
  next_thresholds_ = start + kThresholdsEvery;
  bool ending_sent = false;
  const auto all_done = [&] {
    const auto wait = std::clamp<Nanoseconds>(next_tick - host_.clock->monotonic(), Nanoseconds(0),
                                              std::chrono::milliseconds(50));
    return left.lock().wait_for(changed, wait, [](std::size_t count) { return count == 0; });
  };
  while (!all_done()) {
    if (stop_.stop_requested()) end(LoadExit::interrupted, std::string(kInterrupted));
    if (link_ != nullptr && link_->stopped()) end(LoadExit::interrupted, {});
    controls_.attend();
    if (!ending_sent && ending_.lock()->asked) {
      ending_sent = true;
      abort_scenarios();
    }
    const Time now = host_.clock->monotonic();
    if (now < next_tick) continue;
    next_tick += kTick;
    tick(now);
  }
}

void RunningTest::tick(Time now) {
  if (link_ != nullptr) return send_measured();
  record_users();
  collect();
  if (request_.on_progress) request_.on_progress(progress());
  if (request_.on_moment) request_.on_moment(moment());
  if (now < next_thresholds_) return;
  next_thresholds_ += kThresholdsEvery;
  judge_while_running(now - started_);
}

void RunningTest::drop_what_is_left() {
  if (ending_.lock()->asked) return;
  for (const auto& shared : scenarios_) {
    if (shared->scenario->executor != ExecutorKind::shared_iterations) continue;
    const std::int64_t left = shared->total - shared->started;
    if (left <= 0) continue;
    const TagSet* tags = control_tags_.with(control_tags_.empty(), "scenario", shared->facts.name);
    control_->add(control_->series(*builtins_.dropped_iterations, tags), static_cast<double>(left),
                  host_.clock->wall());
  }
}

void RunningTest::make_scenarios() {
  for (const auto& [name, scenario] : *code_.options.scenarios) {
    auto shared = std::make_unique<ScenarioShared>();
    shared->scenario = &scenario;
    shared->facts.name = name;
    shared->facts.executor = executor_name(scenario.executor);
    shared->exec = exec_of(scenario);
    shared->min_iteration_duration = code_.options.min_iteration_duration.value_or(Nanoseconds(0));
    shared->reuse_connections = !code_.options.no_vu_connection_reuse.value_or(false);
    shared->tags = code_.options.tags ? &*code_.options.tags : &no_tags_;
    if (const auto own = iteration_striping(scenario, striping_)) shared->instance = *own;
    shared->users = striping_.scale(max_vus_of(scenario));
    shared->total = planned_iterations(scenario, striping_);
    scenarios_.push_back(std::move(shared));
  }
}

void RunningTest::run_scenarios(Worker& worker, Time start) {
  std::size_t left = 0;
  const Fiber control = worker.loop().current();
  for (auto& shared : scenarios_) {
    if (!has_work(*shared->scenario, worker.in_test)) continue;
    const Time begin = start + start_time_of(*shared->scenario);
    ++left;
    worker.loop().spawn([&, scenario = shared.get(), begin] {
      make_scenario_run({worker, *scenario, worker.in_test, begin})->run();
      if (--left == 0) worker.loop().wake(control);
    });
  }
  while (left > 0) worker.loop().park();
}

void RunningTest::prepare_facts(ScenarioShared& shared, Time begin) {
  const auto wall = host_.clock->wall() + (begin - host_.clock->monotonic());
  shared.facts.start_time =
      std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
  shared.facts.started = begin;
  const Nanoseconds duration = regular_duration(*shared.scenario);
  shared.facts.progress = [this, &shared, begin, duration] {
    if (shared.total > 0)
      return static_cast<double>(shared.completed) / static_cast<double>(shared.total);
    const auto spent = host_.clock->monotonic() - begin;
    return std::clamp(static_cast<double>(spent.count()) / static_cast<double>(duration.count()),
                      0.0, 1.0);
  };
}

void RunningTest::abort_scenarios() {
  for (auto& worker : workers_)
    worker->post([target = worker.get()] {
      for (ScenarioRun* run : target->running) run->abort();
    });
}

void RunningTest::end(LoadExit exit, const std::string& message) {
  auto ending = ending_.lock();
  if (ending->asked) return;
  *ending = {true, exit, message};
  facts_.ending = true;
  // An agent's own reasons are for its coordinator; it says them.
  if (link_ != nullptr && exit != LoadExit::interrupted) return link_->ask_end(exit, message);
  if (!message.empty() && request_.log) request_.log(LogEntry{LogLevel::error, message, {}});
}

void RunningTest::record_users() {
  const sys::WallTime now = host_.clock->wall();
  const TagSet* tags = control_tags_.empty();
  for (const auto& [key, value] : code_.options.tags.value_or(TextMap{}))
    tags = control_tags_.with(tags, key, value);
  std::int64_t active = 0;
  for (const auto& scenario : scenarios_) active += scenario->active;
  control_->add(control_->series(*builtins_.vus, tags), static_cast<double>(active), now);
  control_->add(control_->series(*builtins_.vus_max, tags),
                static_cast<double>(facts_.vus_initialized.load()), now);
}

void RunningTest::collect() {
  const std::lock_guard lock(controls_.measuring());
  loops_.clear();
  for (auto& worker : workers_) {
    Worker::Measured measured = worker->take_measured();
    loops_.push_back(measured.loop);
    collector_.add(std::move(measured.delta));
    if (outputs_) outputs_->push(std::move(measured.points));
  }
  collector_.add(control_->take());
  if (outputs_) outputs_->push(control_->take_points());
}

void RunningTest::judge_while_running(Nanoseconds elapsed) {
  const auto crossed = [&] {
    const std::lock_guard lock(controls_.measuring());
    return thresholds_.evaluate(collector_, elapsed, ThresholdSet::Moment::running);
  }();
  controls_.taint(!crossed.metrics.empty());
  if (crossed.abort)
    end(LoadExit::thresholds_failed,
        fmt::format("thresholds on metrics '{}' were crossed; at least one has abortOnFail "
                    "enabled, stopping test prematurely",
                    fmt::join(crossed.metrics, ", ")));
}

}  // namespace crema::load
