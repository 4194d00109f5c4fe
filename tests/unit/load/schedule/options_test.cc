#include "crema/load/schedule/options_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OptionsReading script(const std::string& json) {
  return read_options(std::make_shared<SourceFile>("options", json), OptionSource::script);
}

OptionsReading flags(std::vector<std::pair<std::string, std::string>> flags) {
  return read_flag_options(flags);
}

std::string all_messages(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) text += problem.message + "\n";
  return text;
}

TEST(Options, SayWhereTheyComeFrom) {
  const auto all = consolidate_options(std::vector<OptionsReading>{
      read_options(std::make_shared<SourceFile>("c", R"({"vus": 1, "batch": 1, "rps": 1})"),
                   OptionSource::config_file),
      script(R"({"vus": 2, "batch": 2})"), read_environment_options({{"K6_VUS", "3"}}),
      flags({{"tag", "a=b"}})});
  EXPECT_THAT(all.problems, IsEmpty());
  EXPECT_EQ(all.options.rps, 1);
  EXPECT_EQ(all.options.rps.source, OptionSource::config_file);
  EXPECT_EQ(all.options.batch, 2);
  EXPECT_EQ(all.options.batch.source, OptionSource::script);
  EXPECT_EQ(all.options.vus, 3);
  EXPECT_EQ(all.options.vus.source, OptionSource::environment);
  EXPECT_EQ(all.options.tags.source, OptionSource::command_line);
  EXPECT_EQ(all.options.max_redirects, 10);
  EXPECT_FALSE(all.options.max_redirects.written());
}

TEST(Options, WrongOnesHaveAPathAPlaceAndWhatWasExpected) {
  const auto reading = script(R"({
  "vus": 5,
  "scenarios": {
    "ramp": {
      "executor": "ramping-vus",
      "stages": [{"duration": "5s", "target": 3}, {"duration": "5s", "target": "many"}]
    }
  }
})");
  ASSERT_THAT(reading.problems, SizeIs(1));
  const Diagnostic& problem = reading.problems.front();
  EXPECT_EQ(problem.code, "load/option");
  EXPECT_EQ(problem.message,
            "`scenarios.ramp.stages[1].target` must be a whole number, but is \"many\"");
  EXPECT_EQ(problem.exit_code, kInvalidOptions);
  EXPECT_EQ(problem.span.line, 6U);
  EXPECT_EQ(problem.span.column, 80U);
  EXPECT_EQ(problem.span.end_column, 86U);
}

TEST(Options, AllThatIsWrongIsToldAtOnce) {
  const auto reading = script(R"({"vus": true, "duration": "x", "throw": 1, "tags": []})");
  EXPECT_THAT(reading.problems, SizeIs(4));
}

TEST(Options, OneWrongOptionDoesNotTakeAwayTheOthers) {
  const auto reading = script(R"({"vus": true, "duration": "5s"})");
  EXPECT_FALSE(reading.options.vus.has_value());
  EXPECT_EQ(reading.options.duration, 5s);
}

TEST(Options, UnknownOnesAreWarningsWithAPlace) {
  const auto reading = script("{\n  \"treshold\": {}\n}");
  ASSERT_THAT(reading.problems, SizeIs(1));
  EXPECT_EQ(reading.problems.front().code, "load/unknown-option");
  EXPECT_EQ(reading.problems.front().severity, Severity::warning);
  EXPECT_EQ(reading.problems.front().span.line, 2U);
  EXPECT_FALSE(has_errors(reading.problems));
}

TEST(Options, ThoseOfTheConfigFileAreUnknownInScripts) {
  EXPECT_THAT(script(R"({"out": ["json=x"]})").problems, SizeIs(1));
  const auto config = read_options(std::make_shared<SourceFile>("c", R"({"out": ["json=x"]})"),
                                   OptionSource::config_file);
  EXPECT_THAT(config.problems, IsEmpty());
  EXPECT_EQ(config.options.out, Texts{"json=x"});
}

TEST(Options, BrokenJsonIsOneErrorWithK6sExitCode) {
  const auto reading = script("{\n  \"vus\": }");
  ASSERT_THAT(reading.problems, SizeIs(1));
  EXPECT_EQ(reading.problems.front().code, "json/syntax");
  EXPECT_EQ(reading.problems.front().span.line, 2U);
  EXPECT_EQ(static_cast<int>(reading.problems.front().exit_code), 104);
}

TEST(Options, AThousandMistakesAreAHundredProblems) {
  std::string json = "{\"tags\": {";
  for (int i = 0; i < 1000; ++i) json += "\"t" + std::to_string(i) + "\": 5,";
  json += "\"last\": \"\"}}";
  EXPECT_THAT(script(json).problems, SizeIs(100));
}

TEST(Options, SecretsAreNotShownWhereTheyAreWrong) {
  const auto reading =
      script(R"({"tlsAuth": [{"cert": "c", "key": 123456789, "password": 42424}]})");
  ASSERT_THAT(reading.problems, SizeIs(2));
  EXPECT_THAT(all_messages(reading.problems), Not(HasSubstr("123456789")));
  EXPECT_THAT(all_messages(reading.problems), Not(HasSubstr("42424")));
}

TEST(Options, VariablesThatCannotBeReadSayTheirName) {
  const auto reading = read_environment_options({{"K6_VUS", "many"}, {"K6_DURATION", ""}});
  ASSERT_THAT(reading.problems, SizeIs(1));
  EXPECT_EQ(reading.problems.front().message, "`K6_VUS` must be a whole number, but is \"many\"");
}

TEST(Options, VariablesWithoutAnEffectAreNotPassedOverInSilence) {
  const auto reading = read_environment_options({{"K6_HOSTS", "a:1.2.3.4"}});
  ASSERT_THAT(reading.problems, SizeIs(1));
  EXPECT_EQ(reading.problems.front().severity, Severity::warning);
  EXPECT_THAT(reading.problems.front().message, HasSubstr("hosts"));
}

TEST(Options, FlagsWantUnitsAndSayTheirName) {
  EXPECT_THAT(all_messages(flags({{"duration", "1000"}}).problems), HasSubstr("`--duration`"));
  EXPECT_THAT(all_messages(flags({{"stage", "10:20s"}}).problems), HasSubstr("30s:10"));
  EXPECT_THAT(all_messages(flags({{"dns", "ttl=0,blah=nope"}}).problems), HasSubstr("blah=nope"));
  EXPECT_THAT(all_messages(flags({{"dns", "ttl=5s,select="}}).problems), HasSubstr("roundRobin"));
  EXPECT_THAT(all_messages(flags({{"tag", "=x"}}).problems), HasSubstr("name=value"));
  EXPECT_THAT(all_messages(flags({{"summary-time-unit", "h"}}).problems), HasSubstr("\"ms\""));
  EXPECT_THAT(all_messages(flags({{"nonsense", "h"}}).problems), HasSubstr("--nonsense"));
}

TEST(Options, FlagsSayWhatAParserNeeds) {
  bool vus = false;
  for (const OptionFlag& flag : option_flags()) {
    EXPECT_FALSE(flag.text.empty()) << flag.name;
    EXPECT_TRUE(flag.takes_value || flag.implied == "true") << flag.name;
    vus = vus || (flag.name == "vus" && flag.letter == 'u' && flag.takes_value);
  }
  EXPECT_TRUE(vus);
}

TEST(Options, AHigherSourceThatSaysWhatRunsReplacesScenariosWithAWarning) {
  const auto all = consolidate_options(std::vector<OptionsReading>{
      script(R"({"scenarios": {"a": {"executor": "constant-vus", "duration": "5s"}}})"),
      flags({{"iterations", "3"}})});
  EXPECT_FALSE(all.options.scenarios.has_value());
  ASSERT_THAT(all.problems, SizeIs(1));
  EXPECT_EQ(all.problems.front().message, "the command line replaces the scenarios of the script");
}

TEST(Options, PairsThatCannotBeTogetherSayAWayOut) {
  auto all = consolidate_options(std::vector<OptionsReading>{
      script(R"({"duration": "5s", "stages": [{"duration": "5s", "target": 1}]})")});
  derive_scenarios(all.options, all.problems);
  ASSERT_THAT(all.problems, SizeIs(1));
  EXPECT_EQ(all.problems.front().code, "load/option-conflict");
  EXPECT_THAT(all.problems.front().hint, HasSubstr("leave out"));
}

TEST(Options, ProblemsOfScenariosStandWhereTheirMembersDo) {
  auto all = consolidate_options(std::vector<OptionsReading>{script(R"({"scenarios": {
    "a": {"executor": "constant-vus", "vus": 0, "duration": "1ms"},
    "b": {"executor": "shared-iterations", "exec": "gone"}
  }})")});
  derive_scenarios(all.options, all.problems);
  const std::vector<std::string> exported = {"default"};
  check_options(all.options, &exported, all.problems);
  ASSERT_THAT(all.problems, SizeIs(3));
  EXPECT_EQ(all.problems[0].message, "scenario a: vus must be at least 1, but is 0");
  EXPECT_EQ(all.problems[0].span.line, 2U);
  EXPECT_EQ(all.problems[0].span.column, 46U);
  EXPECT_THAT(all.problems[1].message, HasSubstr("duration must be at least 1s, but is 1ms"));
  EXPECT_THAT(all.problems[2].message, HasSubstr("exports no function `gone`"));
  EXPECT_EQ(all.problems[2].span.line, 3U);
}

TEST(Options, AreWrittenWithNullsOrWithoutThem) {
  const auto all = consolidate_options(std::vector<OptionsReading>{script(R"({"vus": 5})")});
  EXPECT_THAT(options_json(all.options, UnwrittenOptions::null), HasSubstr("\"duration\": null"));
  const std::string short_form = options_json(all.options, UnwrittenOptions::left_out);
  EXPECT_THAT(short_form, HasSubstr("\"vus\": 5"));
  EXPECT_THAT(short_form, HasSubstr("\"p(95)\""));
  EXPECT_THAT(short_form, Not(HasSubstr("null")));
}

TEST(Options, ReadBackWhatTheyWrite) {
  const std::string json = R"({"vus": 5, "hosts": {"a": "[fd00::1]:80", "b": "1.2.3.4"},
    "scenarios": {"a": {"executor": "ramping-arrival-rate", "preAllocatedVUs": 5, "timeUnit": "90s",
                        "stages": [{"duration": 1500, "target": "7"}], "tags": {"x": "y"}}},
    "thresholds": {"checks": [{"threshold": "rate>0.9", "abortOnFail": true, "delayAbortEval": 5}]},
    "tlsVersion": {"min": "tls1.2"}, "dns": {"select": "first"}, "blacklistIPs": ["10.1.1.1/9"],
    "executionSegment": "25%", "ext": {"any": [1, {"b": null}]}})";
  const auto first = script(json);
  EXPECT_THAT(all_messages(first.problems), IsEmpty());
  const std::string text = options_json(first.options, UnwrittenOptions::null);
  const auto again = script(text);
  EXPECT_THAT(all_messages(again.problems), IsEmpty());
  EXPECT_EQ(options_json(again.options, UnwrittenOptions::null), text);
}

TEST(Options, ThresholdsKnowWhereTheyStand) {
  const auto reading = script("{\"thresholds\": {\n\"checks\": [\n\"rate>0.9\",\n  \"x\"]}}");
  const auto& thresholds = reading.options.thresholds->at("checks");
  ASSERT_THAT(thresholds, SizeIs(2));
  EXPECT_EQ(thresholds[0].place.line, 3U);
  EXPECT_EQ(thresholds[1].place.line, 4U);
  EXPECT_EQ(thresholds[1].place.column, 3U);
}

TEST(Options, NamesAreKeptForATime) {
  EXPECT_EQ(parse_dns_ttl("inf").value(), Nanoseconds::max());
  EXPECT_EQ(parse_dns_ttl("0").value(), 0s);
  EXPECT_EQ(parse_dns_ttl("5").value(), 5ms);
  EXPECT_EQ(parse_dns_ttl("5m").value(), 5min);
  EXPECT_FALSE(parse_dns_ttl("-1s"));
}

TEST(Options, TheRemovedExecutorSaysThatItIsRemoved) {
  const auto reading = script(R"({"scenarios": {"a": {"executor": "externally-controlled"}}})");
  EXPECT_THAT(all_messages(reading.problems), HasSubstr("removed"));
}

TEST(Options, LocalAddressesAreRangesAndNetworks) {
  EXPECT_THAT(flags({{"local-ips", "10.0.0.1,10.0.0.5-10.0.0.9,fd00::/120"}}).problems, IsEmpty());
  EXPECT_THAT(flags({{"local-ips", "10.0.0.9-10.0.0.5"}}).problems, SizeIs(1));
  EXPECT_THAT(flags({{"local-ips", "10.0.0.1-fd00::1"}}).problems, SizeIs(1));
  EXPECT_THAT(flags({{"local-ips", "x"}}).problems, SizeIs(1));
}

}  // namespace
}  // namespace crema::load
