#include "virtual_user.h"

#include "scenario_shared.h"
#include "worker.h"

#include <algorithm>

namespace crema::load {
namespace {

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

VirtualUser::VirtualUser(Worker& worker, std::int64_t in_instance, std::int64_t in_test)
    : worker_(worker),
      script_(worker.links(), in_instance),
      in_instance_(in_instance),
      in_test_(in_test) {}

CallResult VirtualUser::load(const std::string& address) { return script_.load(address); }

void VirtualUser::enter(ScenarioShared& scenario) {
  if (scenario_ == nullptr) script_.set_setup_data(worker_.shared().setup_data);
  scenario_ = &scenario;
  iterations_in_scenario_ = 0;
  TagStore& store = worker_.tags();
  const TagSet* tags = store.empty();
  for (const auto& [key, value] : *scenario.tags) tags = store.with(tags, key, value);
  tags = store.with(tags, "scenario", scenario.facts.name);
  if (scenario.scenario->tags)
    for (const auto& [key, value] : *scenario.scenario->tags) tags = store.with(tags, key, value);
  script_.begin_scenario(tags, scenario.scenario->env ? &*scenario.scenario->env : nullptr);
}

IterationEnd VirtualUser::iterate(std::int64_t number, std::int64_t in_test, Time intended) {
  Loop& loop = worker_.loop();
  TestFacts& test = *worker_.shared().test;
  script_.begin_iteration(IterationFacts{.scenario = &scenario_->facts,
                                         .vu_in_instance = in_instance_,
                                         .vu_in_test = in_test_,
                                         .iteration = iterations_++,
                                         .iteration_in_scenario = iterations_in_scenario_++,
                                         .scenario_iteration_in_instance = number,
                                         .scenario_iteration_in_test = in_test,
                                         .intended = intended});
  running_ = true;
  ++test.vus_active;
  const Time begin = loop.now();
  const CallResult result = script_.call({.function = scenario_->exec});
  const Time end = loop.now();
  if (result.end == CallEnd::threw) report(result.error);
  // An iteration that aborts the test counts as one that has ended, as in k6.
  const bool interrupted =
      result.end == CallEnd::interrupted || (result.end != CallEnd::aborted && loop.interrupted());
  if (!interrupted) {
    record(begin, end);
    if (intended != kNever) record_delay(begin - intended);
    ++test.iterations_completed;
    ++scenario_->completed;
  } else {
    ++test.iterations_interrupted;
  }
  record_wire();
  if (!scenario_->reuse_connections) script_.close_idle_connections();
  if (!interrupted && scenario_->min_iteration_duration > end - begin)
    loop.sleep_until(begin + scenario_->min_iteration_duration);
  running_ = false;
  --test.vus_active;
  return interrupted ? IterationEnd::interrupted : IterationEnd::completed;
}

const VirtualUser::IterationSeries& VirtualUser::series() {
  const TagSet* tags = script_.tags();
  if (series_.tags == tags) return series_;
  Recorder& recorder = worker_.recorder();
  const Builtins& builtins = *worker_.shared().builtins;
  series_ = {.tags = tags,
             .duration = recorder.series(*builtins.iteration_duration, tags),
             .iterations = recorder.series(*builtins.iterations, tags),
             .sent = recorder.series(*builtins.data_sent, tags),
             .received = recorder.series(*builtins.data_received, tags)};
  return series_;
}

void VirtualUser::record(Time begin, Time end) {
  Recorder& recorder = worker_.recorder();
  const IterationSeries& to = series();
  const sys::WallTime now = script_.wall();
  recorder.add(to.duration, milliseconds(end - begin), now);
  recorder.add(to.iterations, 1, now);
}

void VirtualUser::record_wire() {
  Recorder& recorder = worker_.recorder();
  const IterationSeries& to = series();
  const sys::WallTime now = script_.wall();
  const WireBytes wire = script_.take_wire_bytes();
  recorder.add(to.sent, static_cast<double>(wire.sent), now);
  recorder.add(to.received, static_cast<double>(wire.received), now);
}

void VirtualUser::record_delay(Duration delay) {
  Recorder& recorder = worker_.recorder();
  recorder.add(recorder.series(*worker_.shared().builtins->iteration_start_delay, script_.tags()),
               milliseconds(std::max(delay, Duration(0))), script_.wall());
}

void VirtualUser::report(const ScriptError& error) const {
  const LogSink& log = worker_.shared().log;
  if (!log) return;
  log(LogEntry{.level = LogLevel::error,
               .message = error.text(),
               .fields = {{"executor", scenario_->facts.executor},
                          {"scenario", scenario_->facts.name},
                          {"source", "stacktrace"}}});
}

}  // namespace crema::load
