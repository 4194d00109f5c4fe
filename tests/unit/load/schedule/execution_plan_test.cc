#include "crema/load/schedule/execution_plan.h"

#include "vectors.h"

#include "crema/load/schedule/options_reading.h"

#include <cstdlib>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

Scenarios scenarios_of(const Json& json) {
  const Json document = {{"scenarios", json}};
  const auto reading =
      read_options(std::make_shared<SourceFile>("options", document.dump()), OptionSource::script);
  EXPECT_TRUE(reading.problems.empty()) << json;
  return *reading.options.scenarios;
}

// [[nanoseconds, planned, unplanned], ...]
Json as_json(const VuPlan& plan) {
  Json steps = Json::array();
  for (const VuStep& step : plan) {
    steps.push_back({step.at.count(), step.planned, step.unplanned});
  }
  return steps;
}

// The cases and what k6's own library says of them; CREMA_LOAD_PLANS names another such file.
TEST(ExecutionPlan, IsThatOfK6) {
  const char* other = std::getenv("CREMA_LOAD_PLANS");
  std::ifstream file(
      other == nullptr ? std::string(CREMA_SOURCE_DIR) + "/tests/data/load/plans.json" : other);
  ASSERT_TRUE(file.is_open());
  for (const Json& test : Json::parse(file)) {
    const Scenarios scenarios = scenarios_of(test.at("scenarios"));
    const Striping share = striping(test);
    const ExecutionPlan plan = plan_execution(scenarios, share);
    EXPECT_EQ(plan.descriptions, test.at("lines").get<std::vector<std::string>>()) << test;
    EXPECT_EQ(as_json(plan.users), test.at("steps")) << test;
    std::vector<bool> work;
    for (const Scenario* scenario : plan.in_order) work.push_back(has_work(*scenario, share));
    EXPECT_EQ(work, test.at("work").get<std::vector<bool>>()) << test;
  }
}

}  // namespace
}  // namespace crema::load
