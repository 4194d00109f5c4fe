// The executor ramping-vus: users start and stop as the stages say, the last one started first.
#include "scenario_run.h"
#include "worker.h"

#include <memory>
#include <vector>

namespace crema::load {
namespace {

class RampingRun : public ScenarioRun {
 public:
  using ScenarioRun::ScenarioRun;

 protected:
  void execute() override {
    for (const VuStep& step : active_users(scenario(), striping())) {
      if (loop().sleep_until(start_time() + step.at) == WakeReason::interrupted) break;
      if (aborted()) break;
      set_users(static_cast<std::size_t>(step.planned));
    }
    for (auto& handle : handles_) handle->wanted = false;
  }

 private:
  // A place for a user: it may be stopped and started again many times.
  struct Handle {
    bool wanted = false;
    bool busy = false;  // a fiber is looping for it
    VirtualUser* user = nullptr;
    std::uint64_t stop = 0;  // counts stops: a late timer of an earlier one does nothing
  };

  void set_users(std::size_t count) {
    while (handles_.size() < count) handles_.push_back(std::make_unique<Handle>());
    for (std::size_t i = 0; i < count; ++i) want(*handles_[i]);
    for (std::size_t i = handles_.size(); i-- > count;)
      if (handles_[i]->wanted) release(*handles_[i]);
  }

  void want(Handle& handle) {
    if (handle.wanted) return;
    handle.wanted = true;
    ++handle.stop;
    if (handle.busy) return;  // it was still finishing, and goes on
    VirtualUser* user = take_user();
    if (user == nullptr) return;
    handle.busy = true;
    handle.user = user;
    start([this, &handle] {
      loop_user(handle);
      give_back(*handle.user);
      handle.busy = false;
      handle.user = nullptr;
      // It was wanted again after its last look.
      if (handle.wanted && !ended()) {
        handle.wanted = false;
        want(handle);
      }
    });
  }

  // The iteration that runs may end within gracefulRampDown.
  void release(Handle& handle) {
    handle.wanted = false;
    const std::uint64_t stop = ++handle.stop;
    const Time last = loop().now() + graceful_ramp_down_of(scenario());
    if (last >= regular_end() + graceful_stop_of(scenario())) return;  // the end comes first
    Handle* kept = &handle;
    loop().call_at(last, [kept, stop, alive = std::weak_ptr<int>(alive_)] {
      if (alive.expired() || kept->stop != stop || !kept->busy) return;
      if (kept->user->running()) kept->user->interrupt();
    });
  }

  void loop_user(Handle& handle) {
    while (handle.wanted && !ended()) {
      iterate(*handle.user, next_number());
      breathe();
    }
  }

  std::vector<std::unique_ptr<Handle>> handles_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

std::unique_ptr<ScenarioRun> make_ramping_run(ScenarioRun::Place place) {
  return std::make_unique<RampingRun>(std::move(place));
}

}  // namespace crema::load
