#include "crema/load/schedule/executor.h"

#include "crema/load/schedule/execution_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string problems_of(const Scenario& scenario) {
  std::string all;
  for (const auto& problem : scenario_problems(scenario)) all += problem.text + "\n";
  return all;
}

Scenario of(ExecutorKind kind) {
  Scenario scenario;
  scenario.executor = kind;
  return scenario;
}

TEST(Executor, HasItsNameInTheTable) {
  for (std::size_t i = 0; i < kExecutorKinds; ++i) {
    const auto kind = static_cast<ExecutorKind>(i);
    EXPECT_EQ(executor_named(executor_name(kind)), kind);
  }
  EXPECT_EQ(executor_named("externally-controlled"), std::nullopt);
}

TEST(Executor, RefusesMoreThanCanBeHeld) {
  Scenario many = of(ExecutorKind::per_vu_iterations);
  many.vus = 100'000'001;
  EXPECT_THAT(problems_of(many), HasSubstr("at most 100000000"));

  Scenario ramps = of(ExecutorKind::ramping_vus);
  ramps.stages = {{1s, 6'000'000}, {1s, 0}};
  EXPECT_THAT(problems_of(ramps), HasSubstr("10000000 is the most"));
  ramps.stages = {{0s, 6'000'000}, {0s, 0}};
  EXPECT_THAT(problems_of(ramps), IsEmpty());

  Scenario fast = of(ExecutorKind::constant_arrival_rate);
  fast.rate = 1'000'000'001;
  fast.duration = 5s;
  fast.pre_allocated_vus = 1;
  EXPECT_THAT(problems_of(fast), HasSubstr("one a nanosecond"));

  Scenario longest = of(ExecutorKind::constant_vus);
  longest.duration = Nanoseconds::max();
  EXPECT_THAT(problems_of(longest), HasSubstr("292 years"));
}

TEST(Executor, NamesTheMemberOfAProblem) {
  Scenario scenario = of(ExecutorKind::constant_vus);
  scenario.vus = 0;
  const auto problems = scenario_problems(scenario);
  ASSERT_THAT(problems, SizeIs(2));
  EXPECT_EQ(problems[0].member, "vus");
  EXPECT_EQ(problems[1].member, "");
  EXPECT_EQ(problems[1].text, "duration is missing");
}

TEST(Executor, SharesIterationsInProportionToUsers) {
  Scenario scenario = of(ExecutorKind::shared_iterations);
  scenario.vus = 5;
  scenario.iterations = 50;
  const auto sequence = parse_segment_sequence("0,1/4,3/4,1").value();
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> first;
  for (const auto& segment : sequence) {
    const auto share = Striping::make(segment, sequence).value();
    counts.push_back(planned_iterations(scenario, share));
    first.push_back(iteration_striping(scenario, share).value().thing(0));
  }
  // As k6's tests have it: the iterations of the segments start at 1, 0 and 3.
  EXPECT_EQ(counts, (std::vector<std::int64_t>{10, 30, 10}));
  EXPECT_EQ(first, (std::vector<std::int64_t>{1, 0, 3}));
}

TEST(Executor, HasNoWorkWhereNoUserIs) {
  Scenario scenario = of(ExecutorKind::ramping_arrival_rate);
  scenario.start_rate = 1;
  scenario.stages = {{1s, 1}};
  scenario.max_vus = 2;
  const auto share = Striping::make(parse_segment("1/5:2/5").value(),
                                    parse_segment_sequence("0,1/5,2/5,1").value())
                         .value();
  EXPECT_FALSE(has_work(scenario, share));
  EXPECT_FALSE(iteration_striping(scenario, share));
}

TEST(Executor, AddsUnplannedUsersToArrivals) {
  Scenario scenario = of(ExecutorKind::constant_arrival_rate);
  scenario.pre_allocated_vus = 100;
  scenario.max_vus = 4000;
  scenario.duration = 10s;
  const auto sequence = parse_segment_sequence("0,1/4,1/2,3/4,1").value();
  const auto share = Striping::make(sequence.front(), sequence).value();
  EXPECT_EQ(planned_users(scenario, share),
            (VuPlan{{.planned = 25, .unplanned = 975}, {.at = 40s}}));
}

TEST(ExecutionHeadline, IsThatOfK6) {
  Scenarios scenarios;
  scenarios["default"] = of(ExecutorKind::constant_vus);
  scenarios["default"].vus = 10;
  scenarios["default"].duration = 30'050ms;
  EXPECT_EQ(execution_headline(plan_execution(scenarios, {}), {}),
            "(100.00%) 1 scenario, 10 max VUs, 1m0.1s max duration (incl. graceful stop):");
  scenarios["other"] = scenarios["default"];
  scenarios["other"].name = "other";
  const auto third = Striping::make(parse_segment("1/3").value(), {}).value();
  EXPECT_EQ(execution_headline(plan_execution(scenarios, third), third),
            "(33.33%) 2 scenarios, 6 max VUs, 1m0.1s max duration (incl. graceful stop):");
}

TEST(ExecutionPlan, OfNothingIsEmpty) {
  const ExecutionPlan plan = plan_execution({}, {});
  EXPECT_THAT(plan.users, IsEmpty());
  EXPECT_EQ(plan.total_duration, 0s);
  EXPECT_EQ(plan.max_vus, 0);
}

}  // namespace
}  // namespace crema::load
