// Threshold expressions: what they say, what is wrong with them, and when they hold.
#include "crema/load/metrics/threshold.h"

#include "crema/load/metrics/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Moment = ThresholdSet::Moment;
using namespace std::chrono_literals;

TEST(Threshold, IsRead) {
  struct Case {
    std::string text;
    Aggregation aggregation;
    double percentile;
    Comparison comparison;
    double limit;
  };
  for (const auto& [text, aggregation, percentile, comparison, limit] : std::vector<Case>{
           {"p(95)<500", Aggregation::percentile, 95, Comparison::less, 500},
           {"p(99.9) <= 1e3", Aggregation::percentile, 99.9, Comparison::less_equal, 1000},
           {"p(95.)>0", Aggregation::percentile, 95, Comparison::greater, 0},
           {"  avg   >=   1.5  ", Aggregation::average, 0, Comparison::greater_equal, 1.5},
           {"count===0", Aggregation::count, 0, Comparison::equal, 0},
           {"rate==.5", Aggregation::rate, 0, Comparison::equal, 0.5},
           {"value!=-1", Aggregation::value, 0, Comparison::not_equal, -1},
           {"med<+2", Aggregation::median, 0, Comparison::less, 2},
           {"min<1", Aggregation::minimum, 0, Comparison::less, 1},
           {"max<1", Aggregation::maximum, 0, Comparison::less, 1},
       }) {
    const auto made = parse_threshold(text);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->source, text);
    EXPECT_EQ(made->aggregation, aggregation) << text;
    EXPECT_EQ(made->percentile, percentile) << text;
    EXPECT_EQ(made->comparison, comparison) << text;
    EXPECT_EQ(made->limit, limit) << text;
  }
}

// k6 refuses all of these, but for p(101), which it cannot compute.
TEST(Threshold, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string text;
    std::uint32_t column;
    std::string message;
  };
  for (const auto& [text, column, message] : std::vector<Case>{
           {"", 1, "no comparison"},
           {"count", 1, "no comparison"},
           {"count~1", 1, "no comparison"},
           {"value=<1", 6, "no comparison"},
           {"count<", 7, "`` is not a number"},
           {"foo<1", 1, "`foo` is no aggregation"},
           {"p95<1", 1, "`p95` is no aggregation"},
           {"P(95)<1", 1, "`P(95)` is no aggregation"},
           {"p( 95 )<1", 3, "` 95 ` is no percentile"},
           {"p(101)<1", 3, "`101` is no percentile"},
           {"p()<1", 6, "`` is no percentile"},
           {"avg<1s", 5, "`1s` is not a number"},
           {"avg<inf", 5, "`inf` is not a number"},
           {"avg < +-1", 7, "`+-1` is not a number"},
           {"p(95) < 200 && avg<1", 9, "`200 && avg<1` is not a number"},
       }) {
    const auto made = parse_threshold(text);
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, "load/threshold");
    EXPECT_THAT(made.error().message, HasSubstr(message));
    EXPECT_EQ(made.error().span.column, column) << text;
    EXPECT_FALSE(made.error().hint.empty());
  }
}

class Thresholds : public ::testing::Test {
 protected:
  ThresholdSet made(const ThresholdRequests& requests) {
    auto set = ThresholdSet::create(registry, requests);
    EXPECT_TRUE(set) << set.error().message;
    return set.value_or(ThresholdSet());
  }
  void add(const Metric* metric, double value, std::string_view status = "200") {
    const auto* set = tags.with(tags.empty(), "status", status);
    recorder.add(recorder.series(*metric, set), value, sys::WallTime(1s));
    collector.add(recorder.take());
  }

  Registry registry;
  Builtins builtins{registry};
  TagStore tags;
  Recorder recorder{registry, builtins, tags};
  Collector collector{registry};
};

TEST_F(Thresholds, AreHeldAgainstWhatWasMeasured) {
  auto set = made({{"http_req_duration", {{"p(50)<=20"}, {"max<15"}}},
                   {"http_req_duration{status:500}", {{"min>25"}}},
                   {"http_reqs", {{"count==3"}, {"rate>0.29"}, {"rate<0.3"}}},
                   {"vus", {{"value==7"}}},
                   {"checks", {{"rate>=0.5"}}}});
  for (const double value : {10.0, 20.0}) add(builtins.http_req_duration, value);
  add(builtins.http_req_duration, 30, "500");
  for (int i = 0; i < 3; ++i) add(builtins.http_reqs, 1);
  add(builtins.vus, 7);
  add(builtins.checks, 1);
  add(builtins.checks, 0);
  const auto crossed = set.evaluate(collector, 10s, Moment::running);
  EXPECT_THAT(crossed.metrics, ElementsAre("http_req_duration", "http_reqs"));
  EXPECT_FALSE(crossed.abort);
  const auto* duration = set.find("http_req_duration");
  EXPECT_TRUE(duration->conditions[0].passed);
  EXPECT_FALSE(duration->conditions[1].passed);
  EXPECT_EQ(duration->conditions[1].value, 30);
  EXPECT_EQ(set.find("http_reqs")->conditions[1].value, 0.3);
  EXPECT_EQ(set.find("http_req_duration{status:500}")->conditions[0].value, 30);
}

TEST_F(Thresholds, PassOverMetricsWithoutSamplesUntilTheEnd) {
  auto set = made({{"http_req_duration", {{"max==0"}, {"avg>1"}}},
                   {"http_reqs{status:500}", {{"count===0"}}},
                   {"http_reqs", {{"count>0"}}},
                   {"checks", {{"rate>0.99"}}},
                   {"vus", {{"value>0"}}}});
  EXPECT_TRUE(set.evaluate(collector, 2s, Moment::running).metrics.empty());
  const auto crossed = set.evaluate(collector, 4s, Moment::ended);
  EXPECT_THAT(crossed.metrics, ElementsAre("http_req_duration", "http_reqs", "vus"));
  EXPECT_TRUE(set.find("http_req_duration")->conditions[0].passed);
  EXPECT_TRUE(set.find("checks")->passed());
}

TEST_F(Thresholds, AbortOnlyWhenTheyAreMeantTo) {
  auto set = made({{"http_reqs", {{"count<1", true, 5s}, {"count>=0", true, 0s}}},
                   {"vus", {{"value<1", false, 0s}}}});
  add(builtins.http_reqs, 1);
  add(builtins.vus, 5);
  EXPECT_FALSE(set.evaluate(collector, 4999ms, Moment::running).abort);
  EXPECT_TRUE(set.evaluate(collector, 5s, Moment::running).abort);
}

TEST_F(Thresholds, AreRefusedWithEveryFault) {
  const auto set = ThresholdSet::create(registry, {{"http_reqs", {{"p(95)<1"}}},
                                                   {"nothing", {{"count<1"}}},
                                                   {"vus", {{"x"}}},
                                                   {"nothing{a:b}", {{"count<1"}}},
                                                   {"vus{a:b", {{"value<1"}}}});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, "load/threshold-method");
  EXPECT_THAT(set.error().message, HasSubstr("`p(95)<1`"));
  EXPECT_EQ(set.error().hint, "use count, rate");
  EXPECT_EQ(set.error().notes.size(), 4U);
  EXPECT_THAT(set.error().notes[0].message, HasSubstr("`nothing`"));
}

TEST(ThresholdTypes, HaveTheirAggregations) {
  using enum Aggregation;
  const std::vector all = {average, minimum, maximum, median, percentile, count, rate, value};
  const auto of = [&](MetricType type) {
    std::string text;
    for (const auto aggregation : all) text += supports(type, aggregation) ? '1' : '0';
    return text;
  };
  EXPECT_EQ(of(MetricType::trend), "11111000");
  EXPECT_EQ(of(MetricType::counter), "00000110");
  EXPECT_EQ(of(MetricType::rate), "00000010");
  EXPECT_EQ(of(MetricType::gauge), "00000001");
}

}  // namespace
}  // namespace crema::load
