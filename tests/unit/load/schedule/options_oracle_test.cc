// What crema makes of options is what a real k6 made of them: the cases of
// tests/data/load/options, with k6's answers.
#include "vectors.h"

#include "crema/load/schedule/options_reading.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

namespace crema::load {
namespace {

SourcePtr document(const std::string& name, const Json& value) {
  return std::make_shared<SourceFile>(name,
                                      value.is_string() ? value.get<std::string>() : value.dump());
}

OptionsReading consolidated(const Json& test) {
  std::vector<OptionsReading> readings;
  if (test.contains("config")) {
    readings.push_back(
        read_options(document("config.json", test.at("config")), OptionSource::config_file));
  }
  if (test.contains("script")) {
    readings.push_back(read_options(document("options", test.at("script")), OptionSource::script));
  }
  std::map<std::string, std::string> environment;
  const Json variables = test.value("environment", Json::object());
  for (const auto& [name, value] : variables.items()) {
    environment[name] = value;
  }
  readings.push_back(read_environment_options(environment));
  std::vector<std::pair<std::string, std::string>> flags;
  for (const auto& flag : test.value("flags", Json::array())) flags.emplace_back(flag[0], flag[1]);
  readings.push_back(read_flag_options(flags));
  return consolidate_options(readings);
}

Json without_nulls(const Json& value) {
  if (!value.is_structured()) return value;
  Json result = value.is_array() ? Json::array() : Json::object();
  for (const auto& [key, member] : value.items()) {
    if (value.is_array()) result.push_back(without_nulls(member));
    if (value.is_object() && !member.is_null()) result[key] = without_nulls(member);
  }
  return result;
}

std::string texts(const Problems& problems) {
  std::string all;
  for (const auto& problem : problems) all += problem.message + "\n";
  return all;
}

// What make.py of that folder keeps of k6's answer.
Json answer(const Json& test, Problems& problems) {
  OptionsReading all = consolidated(test);
  problems = all.problems;
  if (!has_errors(problems)) derive_scenarios(all.options, problems);
  std::vector<std::string> exported = {"default"};
  if (test.contains("exports")) exported = test.at("exports").get<std::vector<std::string>>();
  if (!has_errors(problems)) check_options(all.options, &exported, problems);
  if (has_errors(problems)) return {{"exit", 104}};
  const auto share = striping_of(all.options);
  Json options = Json::parse(options_json_with_requirements(all.options, *share));
  Json facts = {{"exit", 0},
                {"totalDuration", options.at("totalDuration")},
                {"maxVUs", options.at("maxVUs")}};
  options.erase("totalDuration");
  options.erase("maxVUs");
  if (options.at("summaryTrendStats").size() == 6) options.erase("summaryTrendStats");
  if (options.at("systemTags").size() == 14) options.erase("systemTags");
  facts["options"] = without_nulls(options);
  return facts;
}

TEST(OptionsOracle, CremaAnswersAsK6Does) {
  for (const auto* file : {"precedence.json", "scenarios.json", "values.json"}) {
    for (const Json& test : vectors(std::string("options/") + file)) {
      Problems problems;
      const Json facts = answer(test, problems);
      Json expected = test.at("k6");
      if (test.contains("crema")) {
        expected = test.at("crema");
        expected.erase("why");
      }
      EXPECT_TRUE(expected.at("exit") == 0 || expected.at("exit") == 104) << test;
      // Without the order of members, which is k6's as far as its own names go.
      EXPECT_EQ(nlohmann::json(facts), nlohmann::json(expected))
          << file << ": " << test.at("name") << "\n"
          << texts(problems);
    }
  }
}

TEST(OptionsOracle, ErrorsHaveAPlaceAndK6sExitCode) {
  for (const auto* file : {"scenarios.json", "values.json"}) {
    for (const Json& test : vectors(std::string("options/") + file)) {
      Problems problems;
      if (answer(test, problems).at("exit") == 0) continue;
      for (const Diagnostic& problem : problems) {
        if (problem.severity != Severity::error) continue;
        EXPECT_EQ(static_cast<int>(problem.exit_code), 104) << test.at("name");
        EXPECT_FALSE(problem.message.empty());
      }
    }
  }
}

// The answers are those of the k6 that is on PATH, if one is.
TEST(OptionsOracle, AnswersAreStillThoseOfK6) {
  const auto make = std::filesystem::path(CREMA_SOURCE_DIR) / "tests/data/load/options/make.py";
  const int status = std::system(("python3 '" + make.string() + "' --check").c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "there is no k6 on PATH to compare with";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace crema::load
