// Executors that start iterations at given times, whatever the users do: constant-arrival-rate and
// ramping-arrival-rate.
#include "scenario_run.h"
#include "user_pool.h"
#include "worker.h"

#include "crema/load/schedule/arrival_times.h"

#include <fmt/format.h>

#include <deque>

namespace crema::load {
namespace {

class ArrivalRun : public ScenarioRun {
 public:
  using ScenarioRun::ScenarioRun;

 protected:
  void execute() override {
    const std::int64_t planned = striping().scale(pre_allocated_vus_of(scenario()));
    most_ = striping().scale(max_vus_of(scenario()));
    for (std::int64_t i = 0; i < planned; ++i)
      if (VirtualUser* user = take_user()) free_.push_back(user);
    users_ = static_cast<std::int64_t>(free_.size());
    // Ticks go to threads in proportion to the users they have.
    if (const auto among = worker().in_instance.among(shared().users))
      if (const auto own = shared().instance.nested(*among)) start_all(*own);
    if (!aborted()) loop().sleep_until(regular_end());
    // Users that wait for a tick have nothing more to do.
    for (VirtualUser* user : free_) give_back(*user);
    free_.clear();
    closed_ = true;
  }

 private:
  void start_all(const Striping& own) {
    ArrivalTimes times(scenario(), own);
    while (const auto offset = times.next()) {
      const Time at = start_time() + *offset;
      if (loop().now() < at && loop().sleep_until(at) == WakeReason::interrupted) return;
      if (aborted()) return;
      if (at < loop().now() && !free_.empty() && free_.back()->fresh())
        loop().yield();  // a user that has its connection may be done meanwhile
      else
        breathe();
      start_one(at);
    }
  }

  void start_one(Time intended) {
    if (free_.empty()) {
      drop(1);
      miss(intended);
      add_user();
      return;
    }
    VirtualUser* user = free_.back();
    free_.pop_back();
    start([this, user, intended] {
      iterate(*user, next_number(), intended);
      take_back(*user);
    });
  }

  void take_back(VirtualUser& user) {
    settle_missed();
    if (closed_)
      give_back(user);
    else
      free_.push_back(&user);
  }

  // k6 drops an iteration that no user is free for, and its delay with it: where a server stands
  // still, the worst moments leave no sample. Until a user is free is how long it would have waited
  // at least.
  void miss(Time intended) {
    if (missed_.size() >= kMostMissed) {
      record_delay(loop().now() - missed_.front());
      missed_.pop_front();
    }
    missed_.push_back(intended);
  }

  // Few at a time, so that who is due now does not come late for it.
  void settle_missed() {
    const Time now = loop().now();
    for (int i = 0; i < kSettledAtOnce && !missed_.empty(); ++i) {
      record_delay(now - missed_.front());
      missed_.pop_front();
    }
  }

  // One more user up to maxVUs, made while the test goes on.
  void add_user() {
    if (users_ >= most_) {
      warn();
      return;
    }
    ++users_;
    start([this] {
      if (!make_user(worker())) return;
      if (VirtualUser* user = take_user()) take_back(*user);
    });
  }

  void warn() {
    if (shared().warned.exchange(true) || !worker().shared().log) return;
    worker().shared().log(
        LogEntry{LogLevel::warning,
                 fmt::format("Insufficient VUs, reached {} active VUs and cannot initialize more",
                             max_vus_of(scenario())),
                 {{"executor", shared().facts.executor}, {"scenario", shared().facts.name}}});
  }

  static constexpr std::size_t kMostMissed = 1'000'000;
  static constexpr int kSettledAtOnce = 64;

  std::vector<VirtualUser*> free_;
  std::deque<Time> missed_;  // when those were due that were dropped and no user was free since
  std::int64_t users_ = 0;
  std::int64_t most_ = 0;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<ScenarioRun> make_arrival_run(ScenarioRun::Place place) {
  return std::make_unique<ArrivalRun>(std::move(place));
}

}  // namespace crema::load
