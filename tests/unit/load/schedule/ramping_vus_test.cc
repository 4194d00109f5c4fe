#include "vectors.h"

#include "crema/load/schedule/executor.h"

#include <map>
#include <random>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

Scenario ramping(std::int64_t start, std::vector<Stage> stages) {
  Scenario scenario;
  scenario.executor = ExecutorKind::ramping_vus;
  scenario.start_vus = start;
  scenario.stages = std::move(stages);
  return scenario;
}

// [[seconds, users], ...]
Json as_json(const VuPlan& plan) {
  Json steps = Json::array();
  for (const VuStep& step : plan) {
    EXPECT_EQ(step.at.count() % 1'000'000'000, 0);
    EXPECT_EQ(step.unplanned, 0);
    steps.push_back({step.at.count() / 1'000'000'000, step.planned});
  }
  return steps;
}

TEST(RampingVus, PlansAsK6Does) {
  for (const Json& test : vectors("ramping-vus.json")) {
    Scenario scenario = ramping(test.at("start"), stages(test));
    const Striping share = striping(test);
    EXPECT_TRUE(scenario_problems(scenario).empty()) << test;
    EXPECT_EQ(as_json(active_users(scenario, share)), test.at("active")) << test.at("name");
    if (!test.contains("planned")) continue;
    scenario.graceful_stop = std::chrono::seconds(test.at("gracefulStop").get<int>());
    scenario.graceful_ramp_down = std::chrono::seconds(test.at("gracefulRampDown").get<int>());
    EXPECT_EQ(as_json(planned_users(scenario, share)), test.at("planned")) << test.at("name");
  }
}

TEST(RampingVus, KeepsUsersThatAHigherStageNeedsAgain) {
  // Down to 5 at once, up to 7 within the graceful period: at its end 7 are still needed.
  const Scenario scenario = ramping(10, {{10s, 10}, {0s, 5}, {10s, 5}, {0s, 7}, {60s, 7}});
  EXPECT_EQ(as_json(planned_users(scenario, {})), Json::parse("[[0,10],[40,7],[110,0]]"));
}

TEST(RampingVus, DropsAtTheEndOfThePeriodAndNotBefore) {
  Scenario scenario = ramping(3, {{1s, 3}, {0s, 0}, {9s, 0}});
  scenario.graceful_ramp_down = 4s;
  EXPECT_EQ(as_json(planned_users(scenario, {})), Json::parse("[[0,3],[5,0]]"));
}

TEST(RampingVus, TakesHundredsOfYearsTimesMillionsOfUsers) {
  const Scenario scenario = ramping(0, {{24h * 365 * 100, 1'000'000}});
  const VuPlan plan = active_users(scenario, {});
  ASSERT_EQ(plan.size(), 1'000'002U);
  EXPECT_EQ(plan[500'000].at, 24h * 365 * 50);
}

// The users of one plan at each moment at which any of the plans steps.
std::map<std::int64_t, std::int64_t> changes(const VuPlan& plan) {
  std::map<std::int64_t, std::int64_t> changes;
  std::int64_t users = 0;
  for (const VuStep& step : plan) {
    changes[step.at.count()] += step.planned - users;
    users = step.planned;
  }
  std::erase_if(changes, [](const auto& change) { return change.second == 0; });
  return changes;
}

TEST(RampingVus, InstancesTogetherAreOneAlone) {
  std::mt19937_64 random(3);  // NOLINT: the same in each run
  for (int round = 0; round < 20; ++round) {
    std::vector<Stage> stages;
    for (std::uint64_t i = 0; i < 1 + random() % 8; ++i) {
      stages.push_back({.duration = std::chrono::seconds(random() % 5 == 0 ? 0 : random() % 600),
                        .target = static_cast<std::int64_t>(random() % 300)});
    }
    Scenario scenario = ramping(static_cast<std::int64_t>(random() % 300), stages);
    const auto sequence = parse_segment_sequence("0,1/7,2/5,11/20,1").value();
    std::map<std::int64_t, std::int64_t> sum;
    for (const auto& segment : sequence) {
      const auto share = Striping::make(segment, sequence).value();
      for (const auto& [at, change] : changes(active_users(scenario, share))) sum[at] += change;
    }
    std::erase_if(sum, [](const auto& change) { return change.second == 0; });
    EXPECT_EQ(sum, changes(active_users(scenario, {})));
  }
}

}  // namespace
}  // namespace crema::load
