// A test as an agent carries out its part of it.
#include "point_batch.h"
#include "running_test.h"
#include "virtual_user.h"

#include "crema/load/metrics/delta.h"

namespace crema::load {

LoadExit RunningTest::run_part(const TestPart& part) {
  link_ = part.link;
  shared_.keep_points = part.keep_points;
  LoadExit exit = prepare();
  link_->speak();
  if (exit == LoadExit::ok) exit = start_workers();
  std::optional<Start> start;
  if (exit == LoadExit::ok) {
    link_->measured({.delta = serialise(Delta{}), .points = {}, .standing = standing()});
    link_->ready();
    start = link_->wait_for_start();
    if (!start) exit = LoadExit::interrupted;
  }
  if (start) {
    shared_.setup_data = std::move(start->setup_data);
    const Time at{std::chrono::nanoseconds(start->at)};
    started_ = at;
    facts_.started = at.time_since_epoch().count();
    send_measured();
    watch_.begin(host_.clock->monotonic(), loops_);
    execute(at);
    send_measured();
    generator_ = watch_.end(host_.clock->monotonic(), loops_);
    drop_what_is_left();
    send_measured();
    if (stop_.stop_requested()) {
      link_->leave();
      exit = LoadExit::interrupted;
    }
  }
  link_->done(exit, generator_);
  for (auto& worker : workers_) worker.reset();
  return exit;
}

// Everything that came since the last time: of each thread, then of the test itself.
void RunningTest::send_measured() {
  loops_.clear();
  const auto send = [this](const Delta& delta, const std::vector<Point>& points) {
    Measured measured{.delta = serialise(delta), .points = {}, .standing = standing()};
    if (link_->congested())
      lost_points_ += points.size();
    else
      measured.points = point_batch(points);
    measured.lost_points = lost_points_;
    link_->measured(std::move(measured));
  };
  for (auto& worker : workers_) {
    const Worker::Measured measured = worker->take_measured();
    loops_.push_back(measured.loop);
    send(measured.delta, measured.points);
  }
  send(control_->take(), control_->take_points());
}

Standing RunningTest::standing() const {
  Standing standing{.completed = facts_.iterations_completed,
                    .interrupted = facts_.iterations_interrupted,
                    .active = facts_.vus_active,
                    .initialized = facts_.vus_initialized,
                    .failed = facts_.failed,
                    .scenarios = {}};
  for (const auto& scenario : scenarios_)
    standing.scenarios.push_back({.name = scenario->facts.name,
                                  .active = scenario->active,
                                  .completed = scenario->completed,
                                  .dropped = scenario->dropped});
  return standing;
}

}  // namespace crema::load
