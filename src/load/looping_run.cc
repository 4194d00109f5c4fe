// Executors whose users all start at once and loop: constant-vus, per-vu-iterations and
// shared-iterations.
#include "scenario_run.h"
#include "worker.h"

#include <algorithm>

namespace crema::load {
namespace {

class LoopingRun : public ScenarioRun {
 public:
  using ScenarioRun::ScenarioRun;

 protected:
  void execute() override {
    const std::int64_t users = striping().scale(vus_of(scenario()));
    for (std::int64_t i = 0; i < users; ++i) {
      VirtualUser* user = take_user();
      if (user == nullptr) break;
      start([this, user] {
        loop_user(*user);
        give_back(*user);
      });
    }
  }

 private:
  void loop_user(VirtualUser& user) {
    std::int64_t own = 0;
    while (!ended()) {
      const auto number = next_of(own);
      if (!number) break;
      ++own;
      if (iterate(user, *number) == IterationEnd::interrupted && aborted()) break;
      breathe();
    }
    // Of a test that is aborted nobody expects the rest.
    if (scenario().executor == ExecutorKind::per_vu_iterations && !aborted())
      drop(iterations_of(scenario()) - own);
  }

  // The number of the next iteration of a user that has done `own`, or none.
  std::optional<std::int64_t> next_of(std::int64_t own) {
    switch (scenario().executor) {
      case ExecutorKind::per_vu_iterations:
        if (own >= iterations_of(scenario())) return std::nullopt;
        break;
      case ExecutorKind::shared_iterations: {
        // One count for all threads: who is quicker does more.
        std::int64_t next = shared().started.load();
        while (next < shared().total)
          if (shared().started.compare_exchange_weak(next, next + 1)) return next;
        return std::nullopt;
      }
      default:
        break;
    }
    return next_number();
  }
};

}  // namespace

std::unique_ptr<ScenarioRun> make_looping_run(ScenarioRun::Place place) {
  return std::make_unique<LoopingRun>(std::move(place));
}

}  // namespace crema::load
