// Runs random graphs of jobs through the schedule with random ends, cancellations and numbers of
// places, and checks what must hold in every one of them. A failing seed fails again.
#include "made_workflow.h"
#include "schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace crema::run {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int below(int end) { return static_cast<int>(engine_() % static_cast<unsigned>(end)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937 engine_;
};

std::shared_ptr<workflow::Workflow> random_workflow(Dice& dice) {
  auto made = std::make_shared<workflow::Workflow>();
  made->path = "simulated.yml";
  const int jobs = 1 + dice.below(10);
  for (int i = 0; i < jobs; ++i) {
    workflow::Job job;
    job.id = "job" + std::to_string(i);
    job.runs_on = text_token("ubuntu-latest");
    for (int other = 0; other < i; ++other) {
      if (dice.one_in(3)) job.needs.push_back("job" + std::to_string(other));
    }
    if (dice.one_in(2)) {
      job.strategy.matrix = matrix_token(1 + dice.below(6));
      job.strategy.fail_fast = boolean_token(dice.one_in(2));
      if (dice.one_in(2)) job.strategy.max_parallel = number_token(1 + dice.below(3));
    }
    if (dice.one_in(4)) job.continue_on_error = boolean_token(true);
    if (dice.one_in(4)) job.concurrency = text_token(dice.one_in(2) ? "one" : "two");
    constexpr const char* kConditions[] = {"always()", "failure()", "!cancelled()", "success()"};
    if (dice.one_in(3)) {
      job.condition_source = kConditions[dice.below(4)];
      job.condition = expression_token(job.condition_source);
    }
    made->jobs.push_back(std::move(job));
  }
  // Written order is not the order of needs.
  if (dice.one_in(2)) std::ranges::reverse(made->jobs);
  return made;
}

// Holds what the schedule must keep to, and remembers what it did for the comparison of two runs.
class Simulation {
 public:
  explicit Simulation(unsigned seed) : dice_(seed) {
    request_.workflow = random_workflow(dice_);
    slots_ = 1 + static_cast<std::size_t>(dice_.below(4));
    schedule_ = std::make_unique<Schedule>(
        ScheduleFacts{.request = request_,
                      .github = expr::Value(expr::Object{}),
                      .variables = expr::Value(expr::Object{}),
                      .secrets = expr::Value(expr::Object{}),
                      .tell = [this](auto body) { hear(std::move(body)); },
                      .unsupported = [](const Leg&) { return std::string(); }});
  }

  void run() {
    ASSERT_TRUE(schedule_->plan());
    for (int rounds = 0; !schedule_->done(); ++rounds) {
      ASSERT_LT(rounds, 10000) << "it never ends";
      step();
      if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_TRUE(running_.empty());
    for (const auto& [job, count] : planned_) {
      EXPECT_EQ(finished_[job], 1) << "job " << job << " ended that often";
    }
  }

  const std::vector<std::string>& history() const { return history_; }

 private:
  void hear(const evidence::JobPlanned& body) { planned_[body.job] = 1; }
  void hear(const evidence::JobFinished& body) {
    ++finished_[body.job];
    history_.push_back("told " + std::to_string(body.job));
  }
  template <class Other>
  void hear(const Other&) {}
  void hear(decltype(evidence::Event::body) body) {
    std::visit([this](const auto& inner) { hear(inner); }, body);
  }

  void step() {
    const auto moves = schedule_->advance(slots_ - running_.size());
    for (const auto& cancellation : moves.cancel) {
      EXPECT_TRUE(cancelled_.insert(cancellation.leg).second) << "cancelled twice";
      EXPECT_TRUE(running_.contains(cancellation.leg));
      must_cancel_.erase(cancellation.leg);
    }
    EXPECT_TRUE(must_cancel_.empty()) << "fail-fast left a sibling running";
    must_cancel_.clear();
    for (auto* leg : moves.start) check_start(*leg);
    ASSERT_LE(running_.size(), slots_);
    if (schedule_->done()) return;
    ASSERT_FALSE(running_.empty()) << "nothing runs, and nothing ended it";
    if (!run_cancelled_ && dice_.one_in(40)) {
      run_cancelled_ = true;
      schedule_->cancel();
      return;
    }
    end_one();
  }

  void check_start(Leg& leg) {
    history_.push_back("start " + leg.name);
    EXPECT_TRUE(started_.insert(&leg).second) << "started twice";
    EXPECT_EQ(finished_[leg.index], 0) << "started after its end";
    running_.insert(&leg);
    for (const auto* need : leg.node->needs) {
      EXPECT_EQ(need->state, Node::State::ended) << leg.name << " started before its needs ended";
      for (const auto& other : need->legs) EXPECT_EQ(other->state, Leg::State::ended);
    }
    EXPECT_FALSE(leg.node->failed_fast) << "started after a sibling had failed";
    const auto limit = leg.node->expansion.max_parallel;
    const auto siblings =
        std::ranges::count_if(running_, [&](const Leg* other) { return other->node == leg.node; });
    if (limit > 0) {
      EXPECT_LE(static_cast<std::size_t>(siblings), limit);
    }
    const auto& group = leg.settings.concurrency.group;
    if (!group.empty()) {
      const auto members = std::ranges::count_if(
          running_, [&](const Leg* other) { return other->settings.concurrency.group == group; });
      EXPECT_EQ(members, 1) << "two of the group " << group;
    }
    if (run_cancelled_) {
      EXPECT_EQ(leg.job().condition_source.find("always()") != std::string::npos ||
                    leg.job().condition_source == "failure()",
                true)
          << leg.name << " started in a cancelled run";
    }
  }

  void end_one() {
    std::vector<Leg*> order(running_.begin(), running_.end());
    std::ranges::sort(order, {}, &Leg::index);
    auto& leg = *order[static_cast<std::size_t>(dice_.below(static_cast<int>(order.size())))];
    auto outcome = dice_.one_in(5) ? Outcome::failure : Outcome::success;
    if (cancelled_.contains(&leg) && !dice_.one_in(3)) outcome = Outcome::cancelled;
    running_.erase(&leg);
    ++finished_[leg.index];
    history_.push_back("end " + leg.name + " " + std::string(to_text(outcome)));
    const bool fails_fast = outcome == Outcome::failure && !leg.settings.continue_on_error &&
                            leg.node->expansion.fail_fast &&
                            leg.node->expansion.instances.size() > 1;
    schedule_->finish(leg, {outcome, {{"who", leg.name}}, ""});
    if (!fails_fast) return;
    for (auto* other : running_) {
      if (other->node == leg.node && !cancelled_.contains(other)) must_cancel_.insert(other);
    }
  }

  Dice dice_;
  RunRequest request_;
  std::size_t slots_ = 1;
  std::unique_ptr<Schedule> schedule_;
  bool run_cancelled_ = false;
  std::set<Leg*> running_, started_, cancelled_, must_cancel_;
  std::map<JobIndex, int> planned_, finished_;
  std::vector<std::string> history_;
};

class ScheduleSimulation : public testing::TestWithParam<unsigned> {};

TEST_P(ScheduleSimulation, KeepsItsPromises) {
  for (unsigned i = 0; i < 250; ++i) {
    const unsigned seed = GetParam() * 250 + i;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation first(seed);
    first.run();
    if (HasFailure()) return;
    Simulation second(seed);
    second.run();
    EXPECT_EQ(first.history(), second.history()) << "the order of jobs is not deterministic";
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ScheduleSimulation, testing::Range(0U, 8U));

}  // namespace
}  // namespace crema::run
