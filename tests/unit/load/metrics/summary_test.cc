// Numbers as a summary writes them, and what its options change; k6_test.cc has the whole of it.
#include "crema/load/metrics/summary.h"

#include "k6_run.h"
#include "summary_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

// What k6 prints for these.
TEST(SummaryValues, AreWrittenAsK6Does) {
  for (const auto& [milliseconds, text] : std::vector<std::pair<double, std::string>>{
           {0, "0s"},
           {1e-7, "0ns"},
           {0.00012, "120ns"},
           {0.0005, "500ns"},
           {0.001, "1µs"},
           {0.00999, "9.99µs"},
           {0.5, "500µs"},
           {0.9999, "999.9µs"},
           {0.99999, "999.99µs"},
           {1, "1ms"},
           {1.006, "1ms"},
           {12.345, "12.34ms"},
           {999.999, "999.99ms"},
           {1000, "1s"},
           {1999.9, "1.99s"},
           {59999.99, "59.99s"},
           {60000, "1m0s"},
           {61234.5, "1m1s"},
           {3599999, "59m59s"},
           {3600000, "1h0m0s"},
           {7384123, "2h3m4s"},
           {90000000, "25h0m0s"},
       })
    EXPECT_EQ(duration_text(milliseconds, TimeUnit::fitting), text);
  EXPECT_EQ(duration_text(-1.5, TimeUnit::fitting), "-1.5ms");
  EXPECT_EQ(duration_text(61234.5, TimeUnit::seconds), "61.23s");
  EXPECT_EQ(duration_text(1.006, TimeUnit::milliseconds), "1.01ms");
  EXPECT_EQ(duration_text(0.00999, TimeUnit::microseconds), "9.99µs");
  for (const auto& [number, text] :
       std::vector<std::pair<double, std::string>>{{0, "0"},
                                                   {1.5, "1.5"},
                                                   {1.0 / 3, "0.333333"},
                                                   {1234567, "1234567"},
                                                   {1e21, "1e+21"},
                                                   {1e-7, "0"},
                                                   {0.0000012345, "0.000001"},
                                                   {-3.25, "-3.25"},
                                                   {-1e-9, "0"}})
    EXPECT_EQ(number_text(number), text);
  for (const auto& [bytes, text] : std::vector<std::pair<double, std::string>>{{0, "0 B"},
                                                                               {9, "9 B"},
                                                                               {644, "644 B"},
                                                                               {1000, "1.0 kB"},
                                                                               {2469.1, "2.5 kB"},
                                                                               {7144.9, "7.1 kB"},
                                                                               {12345, "12 kB"},
                                                                               {148e6, "148 MB"},
                                                                               {-1234, "-1.2 kB"}})
    EXPECT_EQ(bytes_text(bytes), text);
  EXPECT_EQ(share_text(0.99995), "99.99%");
  EXPECT_EQ(share_text(2.0 / 3), "66.66%");
  EXPECT_EQ(share_text(1), "100.00%");
}

TEST(SummaryOptions, AreRead) {
  const std::vector<std::string> names = {"avg", "count", "p(99.99)", "p(0)"};
  const auto stats = parse_trend_stats(names);
  ASSERT_TRUE(stats);
  TrendSink sink;
  for (int i = 0; i <= 10000; ++i) sink.add(i);
  EXPECT_EQ((*stats)[0].of(sink), 5000);
  EXPECT_EQ((*stats)[1].of(sink), 10001);
  EXPECT_NEAR((*stats)[2].of(sink), 9999, 1e-6);
  EXPECT_EQ((*stats)[3].of(sink), 0);
  for (const std::string bad : {"", "mean", "p()", "p(101)", "p(-1)", "p(1", "p(x)", "p95"}) {
    const auto refused = parse_trend_stats(std::vector{bad});
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, "load/trend-stat");
  }
  EXPECT_EQ(*parse_time_unit("us"), TimeUnit::microseconds);
  EXPECT_EQ(*parse_time_unit(""), TimeUnit::fitting);
  EXPECT_EQ(parse_time_unit("min").error().code, "load/time-unit");
}

class Summary : public ::testing::Test {
 protected:
  Summary() : run("points.json") {
    run.thresholds.evaluate(run.collector, 2s, ThresholdSet::Moment::ended);
  }
  std::string text(const SummaryOptions& options) const {
    return summary_text({.collector = run.collector, .thresholds = run.thresholds, .duration = 2s},
                        options);
  }
  K6Run run;
};

TEST_F(Summary, HasModes) {
  EXPECT_EQ(text({.mode = SummaryMode::disabled}), "");
  EXPECT_THAT(text({}), Not(HasSubstr("http_req_waiting")));
  EXPECT_THAT(text({}), Not(HasSubstr("GROUP")));
  const auto full = text({.mode = SummaryMode::full});
  EXPECT_THAT(full, HasSubstr("http_req_waiting"));
  EXPECT_THAT(full, HasSubstr(R"(
  █ GROUP: outer

    checks_total.......: 14     7/s
    checks_succeeded...: 71.42% 10 out of 14
    checks_failed......: 28.57% 4 out of 14

    ✗ is small
      ↳  42% — ✓ 3 / ✗ 4
    ✓ is a number

    ↳ GROUP: inner

      checks_total.......: 7       3.5/s
      checks_succeeded...: 100.00% 7 out of 7
      checks_failed......: 0.00%   0 out of 7

      ✓ deep
)"));
}

// Two threads, a scenario with nested groups, one without, the default one, and setup.
TEST(SummaryParts, AreScenariosAndGroups) {
  Registry registry;
  const Builtins builtins(registry);
  const auto* sold = *registry.declare("sold", MetricType::counter);
  Collector collector(registry);
  const sys::WallTime now(1'700'000'000s);
  for (int thread = 0; thread < 2; ++thread) {
    TagStore tags;
    Recorder recorder(registry, builtins, tags, false, true);
    const auto add = [&](const char* scenario, const std::string& group, double value) {
      const auto* set = tags.with(tags.empty(), "scenario", scenario);
      recorder.add(recorder.series(*sold, tags.with(set, "group", group)), value, now);
    };
    const auto check = [&](Group& group, const char* scenario, const char* name, bool passed) {
      const auto* set = tags.with(tags.with(tags.empty(), "scenario", scenario), "check", name);
      set = tags.with(set, "group", group.path());
      recorder.add_check(*group.check(name), recorder.series(*builtins.checks, set), passed, now);
    };
    Group& root = recorder.root_group();
    check(root, "buy", "first", true);
    Group& shop = *root.group("shop");
    check(*shop.group("pay"), "buy", "paid", thread == 0);
    check(shop, "buy", "first", true);
    root.group("setup");
    add("buy", "::shop::pay", 1);
    add("buy", "", 10);
    add("look", "", 100);
    add("default", "::shop", 1000);
    add("", "::setup", 10000);
    collector.add(recorder.take());
  }
  const ThresholdSet none;
  const auto text = summary_text({.collector = collector, .thresholds = none, .duration = 2s},
                                 {.mode = SummaryMode::full});
  EXPECT_EQ(text.substr(text.find("  █ GROUP")), R"(  █ GROUP: shop

    CUSTOM
    sold...: 2000 1000/s


  █ SCENARIO: buy

    checks_total.......: 6      3/s
    checks_succeeded...: 83.33% 5 out of 6
    checks_failed......: 16.66% 1 out of 6

    ✓ first
    ✗ paid
      ↳  50% — ✓ 1 / ✗ 1

    CUSTOM
    sold...: 22 11/s

    ↳ GROUP: shop

      checks_total.......: 2       1/s
      checks_succeeded...: 100.00% 2 out of 2
      checks_failed......: 0.00%   0 out of 2

      ✓ first

      ↳ GROUP: pay

        checks_total.......: 2      1/s
        checks_succeeded...: 50.00% 1 out of 2
        checks_failed......: 50.00% 1 out of 2

        ✗ paid
          ↳  50% — ✓ 1 / ✗ 1

        CUSTOM
        sold...: 2 1/s


  █ SCENARIO: look

    CUSTOM
    sold...: 200 100/s
)");
}

// The form of k6's schema, of which the numbers are those of the other forms.
TEST_F(Summary, HasAFormForPrograms) {
  const SummaryFacts facts{
      .collector = run.collector, .thresholds = run.thresholds, .duration = 2s};
  const SummaryOrigin origin{.script = "export default \"x\"",
                             .version = "2.2.0",
                             .written_at = sys::WallTime(1'700'000'000s)};
  const auto json = json_of(machine_summary_json(facts, {}, origin));
  EXPECT_EQ(json["config"],
            nlohmann::json::parse(
                R"({"duration":2.0,"execution":"local","script":"export default \"x\""})"));
  EXPECT_EQ(json["metadata"]["k6_version"], "2.2.0");
  EXPECT_EQ(json["version"], "1.0.0");
  const auto handled = json_of(*handle_summary_json(facts, {}));
  std::size_t trends = 0;
  for (const auto& metric : json["results"]["metrics"]) {
    const auto& known = handled["metrics"][metric["name"].get<std::string>()];
    EXPECT_EQ(metric["type"], known["type"]) << metric;
    EXPECT_EQ(metric["contains"], known["contains"]);
    if (metric["type"] == "counter")
      EXPECT_EQ(metric["values"], nlohmann::json({{"count", known["values"]["count"]}}));
    if (metric["type"] == "rate") EXPECT_EQ(metric["values"]["matches"], known["values"]["passes"]);
    if (metric["type"] != "trend") continue;
    ++trends;
    EXPECT_EQ(metric["values"].size(), 6U);
    EXPECT_EQ(metric["values"]["p95"], known["values"]["p(95)"]);
  }
  EXPECT_GT(trends, 3U);
  const auto& checks = json["results"]["checks"];
  EXPECT_EQ(checks["metrics"][0]["values"]["count"],
            handled["metrics"]["checks"]["values"]["passes"].get<double>() +
                handled["metrics"]["checks"]["values"]["fails"].get<double>());
  EXPECT_EQ(checks["results"][0]["name"], "is small");
}

TEST_F(Summary, ShowsTheStatisticsAskedFor) {
  const auto shown =
      text({.trend_stats = *parse_trend_stats(std::vector<std::string>{"count", "p(50)"}),
            .time_unit = TimeUnit::seconds});
  EXPECT_THAT(shown, HasSubstr("order_time.....................: count=7 p(50)=0.37s\n"));
  EXPECT_THAT(shown, HasSubstr("order_cost.....................: count=7 p(50)=4.5\n"));
}

TEST_F(Summary, HasColoursOnlyOnATerminal) {
  EXPECT_THAT(text({}), Not(HasSubstr("\x1b")));
  const auto coloured = text({.colour = true});
  EXPECT_THAT(coloured, HasSubstr("\x1b[31m✗\x1b[0m 'rate==1' rate=\x1b[36m85.71%\x1b[0m"));
  std::string plain;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      plain += coloured[i];
  }
  EXPECT_EQ(plain, text({}));
}

TEST_F(Summary, LetsNothingInNamesMoveTheCursor) {
  run.recorder.root_group().check("\x1b[2Jgone\r")->passes = 1;
  run.collector.add(run.recorder.take());
  EXPECT_THAT(text({}), HasSubstr(" [2Jgone "));
}

TEST_F(Summary, SaysWhatTheLimitsOfTagsCost) {
  EXPECT_THAT(text({}), Not(HasSubstr("overflow")));
  Delta delta;
  delta.overflow = 12;
  run.collector.add(std::move(delta));
  EXPECT_THAT(text({}), HasSubstr("! 12 samples had more different tags"));
}

TEST_F(Summary, IsShownOfNothing) {
  Registry registry;
  const Builtins builtins(registry);
  const Collector collector(registry);
  const ThresholdSet none;
  const SummaryFacts facts{.collector = collector, .thresholds = none, .duration = 0s};
  EXPECT_EQ(summary_text(facts, {}), "\n  █ TOTAL RESULTS\n");
  const auto json = json_of(*handle_summary_json(facts, {}));
  EXPECT_TRUE(json["metrics"].empty());
  EXPECT_FALSE(json.contains("setup_data"));
  const SummaryFacts broken{
      .collector = collector, .thresholds = none, .duration = 0s, .setup_data = "{"};
  EXPECT_EQ(handle_summary_json(broken, {}).error().code, "json/syntax");
}

}  // namespace
}  // namespace crema::load
