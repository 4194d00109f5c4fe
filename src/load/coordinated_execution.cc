// A test whose load agents make: setup, teardown and judgement stay here.
#include "running_test.h"
#include "virtual_user.h"

#include "crema/load/archive.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// The order to start is at every agent by then.
constexpr auto kLead = std::chrono::milliseconds(300);
constexpr auto kLook = std::chrono::milliseconds(50);

}  // namespace

LoadExit RunningTest::gather_agents() {
  shared_.threads = 1;
  const auto prepare = [&]() -> Result<LoadExit> {
    if (code_.options.execution_segment.written()) {
      auto both = make_error("load/agents",
                             "a test with agents is cut in segments for them, and "
                             "cannot be a segment itself");
      both.hint = "leave out executionSegment, or the agents";
      return both;
    }
    CREMA_TRY(add_worker(0, 1));  // for setup, teardown and handleSummary; it has no users
    fleet_ = CREMA_TRY(Fleet::gather(*request_.agents, {.clock = *host_.clock,
                                                        .registry = registry_,
                                                        .builtins = builtins_,
                                                        .log = request_.log,
                                                        .stop = stop_}));
    return CREMA_TRY(
        fleet_->assign({.archive = CREMA_TRY(write_archive(archive_of(code_, files_, true))),
                        .segment = {},
                        .sequence = {},
                        .init_timeout = request_.init_timeout.count(),
                        .no_thresholds = request_.no_thresholds,
                        .wants_points = shared_.keep_points,
                        .secret_sources = request_.secret_sources}));
  };
  const auto exit = prepare();
  if (stop_.stop_requested()) {
    end(LoadExit::interrupted, std::string(kInterrupted));
    return LoadExit::interrupted;
  }
  if (!exit) log_diagnostic(request_.log, exit.error());
  mirror_standing();
  return exit ? *exit : LoadExit::generic;
}

void RunningTest::execute_on_agents() {
  make_scenarios();
  const Time now = host_.clock->monotonic();
  const Time start = now + kLead;
  scenarios_started_ = start;
  wall_started_ = host_.clock->wall() + kLead;
  for (const auto& shared : scenarios_)
    prepare_facts(*shared, start + start_time_of(*shared->scenario));
  fleet_->start(start, shared_.setup_data);
  const auto events = fleet_events();
  Time next_tick = start + kTick;
  next_thresholds_ = start + kThresholdsEvery;
  bool ending_sent = false;
  while (!fleet_->over()) {
    fleet_->attend(kLook, events);
    mirror_standing();
    controls_.attend();
    if (stop_.stop_requested()) end(LoadExit::interrupted, std::string(kInterrupted));
    if (!ending_sent && ending_.lock()->asked) {
      ending_sent = true;
      fleet_->stop();
    }
    const Time at = host_.clock->monotonic();
    if (at < next_tick) continue;
    next_tick += kTick;
    tick(at);
  }
  mirror_standing();
  if (const auto lost = fleet_->lost_points(); lost > 0 && request_.log)
    request_.log(LogEntry{LogLevel::warning,
                          fmt::format("{} samples are missing in the outputs: the network to the "
                                      "agents was too slow for them",
                                      lost),
                          {}});
}

Fleet::Events RunningTest::fleet_events() {
  return {.measured =
              [this](Delta&& delta) {
                const std::lock_guard lock(controls_.measuring());
                collector_.add(std::move(delta));
              },
          .points =
              [this](std::vector<Point>&& points) {
                if (outputs_) outputs_->push(std::move(points));
              },
          .end_asked = [this](LoadExit exit, const std::string& message) { end(exit, message); },
          .lost = [this](const std::string& agent, const std::string& segment,
                         const Diagnostic& why) { say_loss(agent, segment, why); }};
}

void RunningTest::say_loss(const std::string& agent, const std::string& segment,
                           const Diagnostic& why) {
  const double seconds =
      std::chrono::duration<double>(host_.clock->monotonic() - scenarios_started_).count();
  const std::string message = fmt::format(
      "the agent at {} is lost {:.1f} seconds after the start ({}); its part of the load, segment "
      "{} of {} agents, is missing from then on",
      agent, std::max(seconds, 0.0), why.message, segment, fleet_->size());
  if (!request_.agents->go_on || fleet_->lost() == fleet_->size())
    return end(LoadExit::generic, message);
  if (request_.log) request_.log(LogEntry{LogLevel::error, message, {{"hint", why.hint}}});
}

// What scripts, the progress and thresholds look at are the sums of all agents.
void RunningTest::mirror_standing() {
  if (!fleet_) return;
  const Standing sum = fleet_->standing();
  facts_.iterations_completed = sum.completed;
  facts_.iterations_interrupted = sum.interrupted;
  facts_.vus_active = sum.active;
  facts_.vus_initialized = sum.initialized;
  if (sum.failed) facts_.failed = true;
  for (const auto& own : sum.scenarios)
    for (const auto& scenario : scenarios_)
      if (scenario->facts.name == own.name) {
        scenario->active = own.active;
        scenario->completed = own.completed;
        scenario->dropped = own.dropped;
      }
}

}  // namespace crema::load
