#include "scenario_run.h"

#include "worker.h"

#include <algorithm>

namespace crema::load {
namespace {

// How long a fiber that never waits may keep its thread.
constexpr auto kSlice = std::chrono::milliseconds(1);

}  // namespace

ScenarioRun::ScenarioRun(Place place)
    : place_(std::move(place)),
      regular_end_(place_.start + regular_duration(*place_.shared.scenario)) {}

Loop& ScenarioRun::loop() { return place_.worker.loop(); }

void ScenarioRun::run() {
  place_.worker.running.push_back(this);
  control_ = loop().current();
  loop().sleep_until(place_.start);
  if (!aborted_) execute();
  wait_for_all();
  std::erase(place_.worker.running, this);
}

void ScenarioRun::abort() {
  aborted_ = true;
  interrupt_users();
  loop().interrupt(control_);
}

void ScenarioRun::interrupt_users() {
  for (VirtualUser* user : taken_)
    if (user->running()) user->interrupt();
}

bool ScenarioRun::ended() const {
  return aborted_ || place_.worker.shared().test->ending ||
         place_.worker.loop().now() >= regular_end_;
}

VirtualUser* ScenarioRun::take_user() {
  auto& idle = place_.worker.idle;
  if (idle.empty()) return nullptr;
  VirtualUser* user = idle.back();
  idle.pop_back();
  user->enter(place_.shared);
  taken_.push_back(user);
  ++place_.shared.active;
  return user;
}

void ScenarioRun::give_back(VirtualUser& user) {
  std::erase(taken_, &user);
  place_.worker.idle.push_back(&user);
  --place_.shared.active;
}

IterationEnd ScenarioRun::iterate(VirtualUser& user, std::int64_t number, Time intended) {
  const IterationEnd end = user.iterate(number, place_.shared.instance.thing(number), intended);
  if (end == IterationEnd::interrupted) user.clear_interrupt();
  return end;
}

void ScenarioRun::start(std::function<void()> body) {
  ++fibers_;
  const Fiber fiber = loop().spawn([this, body = std::move(body)] {
    body();
    --fibers_;
    if (fibers_ == 0) loop().wake(control_);
  });
  if (!fiber) --fibers_;
}

void ScenarioRun::wait_for_all() {
  if (loop().interrupted()) loop().clear_interrupt(loop().current());
  const Time last = aborted_ ? loop().now() : regular_end_ + graceful_stop_of(scenario());
  while (fibers_ > 0) {
    const WakeReason reason = loop().park(aborted_ ? kNever : last);
    if (reason == WakeReason::interrupted) loop().clear_interrupt(loop().current());
    if (reason == WakeReason::timeout) {
      aborted_ = true;  // no more iterations of any kind
      interrupt_users();
    }
  }
}

const TagSet* ScenarioRun::tags() {
  if (tags_ != nullptr) return tags_;
  TagStore& store = place_.worker.tags();
  tags_ = store.empty();
  for (const auto& [key, value] : *place_.shared.tags) tags_ = store.with(tags_, key, value);
  tags_ = store.with(tags_, "scenario", place_.shared.facts.name);
  if (scenario().tags)
    for (const auto& [key, value] : *scenario().tags) tags_ = store.with(tags_, key, value);
  return tags_;
}

void ScenarioRun::drop(std::int64_t iterations) {
  if (iterations <= 0) return;
  Recorder& recorder = place_.worker.recorder();
  const WorkerShared& test = place_.worker.shared();
  recorder.add(recorder.series(*test.builtins->dropped_iterations, tags()),
               static_cast<double>(iterations), test.clock->wall());
  place_.shared.dropped += static_cast<std::uint64_t>(iterations);
}

void ScenarioRun::record_delay(Duration delay) {
  Recorder& recorder = place_.worker.recorder();
  const WorkerShared& test = place_.worker.shared();
  recorder.add(recorder.series(*test.builtins->iteration_start_delay, tags()),
               std::chrono::duration<double, std::milli>(delay).count(), test.clock->wall());
}

void ScenarioRun::breathe() {
  if (loop().now() - loop().turn_time() > kSlice) loop().yield();
}

std::unique_ptr<ScenarioRun> make_scenario_run(ScenarioRun::Place place) {
  switch (place.shared.scenario->executor) {
    case ExecutorKind::ramping_vus:
      return make_ramping_run(std::move(place));
    case ExecutorKind::constant_arrival_rate:
    case ExecutorKind::ramping_arrival_rate:
      return make_arrival_run(std::move(place));
    default:
      return make_looping_run(std::move(place));
  }
}

}  // namespace crema::load
