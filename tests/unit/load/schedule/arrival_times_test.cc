#include "crema/load/schedule/arrival_times.h"

#include "vectors.h"

#include "crema/load/schedule/executor.h"

#include <cmath>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

Scenario scenario_of(const Json& test) {
  Scenario scenario;
  scenario.executor = executor_named(test.at("executor").get<std::string>()).value();
  scenario.time_unit = duration_of_milliseconds(test.at("timeUnit")).value();
  scenario.pre_allocated_vus = 1;
  if (test.contains("maxVUs")) scenario.max_vus = test.at("maxVUs");
  if (test.contains("stages")) {
    scenario.stages = stages(test);
    scenario.start_rate = test.at("startRate");
  } else {
    scenario.rate = test.at("rate");
    scenario.duration = duration_of_milliseconds(test.at("duration")).value();
  }
  return scenario;
}

TEST(ArrivalTimes, AreThoseOfK6) {
  for (const Json& test : vectors("arrivals.json")) {
    const Scenario scenario = scenario_of(test);
    EXPECT_TRUE(scenario_problems(scenario).empty()) << test;
    // Without maxVUs a case is about the times alone.
    const Striping share =
        scenario.max_vus ? iteration_striping(scenario, striping(test)).value() : striping(test);
    ArrivalTimes times(scenario, share);
    std::vector<double> milliseconds;
    std::vector<std::int64_t> indexes;
    while (const auto at = times.next()) {
      milliseconds.push_back(static_cast<double>(at->count()) / 1e6);
      indexes.push_back(times.index());
    }
    if (test.contains("indexes")) {
      EXPECT_EQ(indexes, test.at("indexes").get<std::vector<std::int64_t>>()) << test.at("name");
      continue;
    }
    const auto expected = test.at("milliseconds").get<std::vector<double>>();
    ASSERT_EQ(milliseconds.size(), expected.size()) << test.at("name");
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(milliseconds[i], expected[i], test.value("window", expected[i] / 1000))
          << test.at("name");
    }
  }
}

Scenario constant(std::int64_t rate, Nanoseconds unit, Nanoseconds duration) {
  Scenario scenario;
  scenario.executor = ExecutorKind::constant_arrival_rate;
  scenario.rate = rate;
  scenario.time_unit = unit;
  scenario.duration = duration;
  scenario.pre_allocated_vus = 1;
  return scenario;
}

TEST(ArrivalTimes, KeepAPeriodOfWholeNanoseconds) {
  ArrivalTimes times(constant(3, 1s, 10s), {});
  EXPECT_EQ(times.next(), 0ns);
  EXPECT_EQ(times.next(), 333'333'333ns);
  EXPECT_EQ(times.next(), 666'666'666ns);
}

TEST(ArrivalTimes, EndBeforeTheDurationDoes) {
  ArrivalTimes times(constant(1, 1s, 3s), {});
  int count = 0;
  while (times.next()) ++count;
  EXPECT_EQ(count, 3);  // at 0s, 1s and 2s
  EXPECT_EQ(times.next(), std::nullopt);
}

TEST(ArrivalTimes, DoNotOverflowAtTheEndOfTime) {
  ArrivalTimes times(constant(1, Nanoseconds::max() / 2 + 1ns, Nanoseconds::max()), {});
  EXPECT_EQ(times.next(), 0ns);
  EXPECT_EQ(times.next(), Nanoseconds::max() / 2 + 1ns);
  EXPECT_EQ(times.next(), std::nullopt);
}

// The iterations that a ramp's line encloses until `at`.
long double area(const Scenario& scenario, Nanoseconds at) {
  long double sum = 0;
  long double from = static_cast<long double>(*scenario.start_rate);
  Nanoseconds start{0};
  for (const Stage& stage : *scenario.stages) {
    const auto length = static_cast<long double>(stage.duration->count());
    const auto to = static_cast<long double>(*stage.target);
    const auto until = static_cast<long double>(std::min(at - start, *stage.duration).count());
    if (until < 0) break;
    const long double rate = length > 0 ? from + (to - from) * until / length : to;
    sum += until * (from + rate) / 2;
    start += *stage.duration;
    from = to;
  }
  return sum / static_cast<long double>(scenario.time_unit->count());
}

TEST(ArrivalTimes, ComeWhenTheAreaIsWhole) {
  Scenario scenario;
  scenario.executor = ExecutorKind::ramping_arrival_rate;
  scenario.start_rate = 0;
  scenario.time_unit = 1s;
  scenario.stages = {{1s, 200}, {1s, 200}, {1s, 2000}, {0s, 1000}, {1s, 2000}, {1s, 300},
                     {2s, 0},   {3s, 0},   {1s, 1333}, {1s, 1334}, {1s, 1334}};
  ArrivalTimes times(scenario, {});
  std::int64_t count = 0;
  Nanoseconds last{-1};
  while (const auto at = times.next()) {
    ++count;
    EXPECT_EQ(times.index(), count - 1);
    EXPECT_GE(*at, last);
    last = *at;
    const auto reached = static_cast<long double>(count);
    EXPECT_LE(area(scenario, *at - 2ns), reached) << count;
    EXPECT_GE(area(scenario, *at + 2ns), reached) << count;
  }
  EXPECT_EQ(count, static_cast<std::int64_t>(area(scenario, 100s)));
}

TEST(ArrivalTimes, OfInstancesTogetherAreThoseOfOneAlone) {
  Scenario scenario;
  scenario.executor = ExecutorKind::ramping_arrival_rate;
  scenario.start_rate = 5;
  scenario.time_unit = 1s;
  scenario.stages = {{3s, 50}, {3s, 10}};
  scenario.pre_allocated_vus = 17;
  std::map<std::int64_t, Nanoseconds> alone;
  ArrivalTimes times(scenario, {});
  while (const auto at = times.next()) alone[times.index()] = *at;
  std::map<std::int64_t, Nanoseconds> together;
  const auto sequence = parse_segment_sequence("0,1/7,2/5,11/20,1").value();
  for (const auto& segment : sequence) {
    const auto share = Striping::make(segment, sequence).value();
    ArrivalTimes part(scenario, iteration_striping(scenario, share).value());
    while (const auto at = part.next()) {
      EXPECT_TRUE(together.emplace(part.index(), *at).second);
    }
  }
  EXPECT_EQ(together, alone);
}

}  // namespace
}  // namespace crema::load
