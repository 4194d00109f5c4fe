#include "crema/workflow/explain.h"

#include "workflow/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using testing::condition;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::job;
using testing::scope;
using testing::strategy;
using testing::token;

constexpr std::string_view kContexts =
    R"({"github": {"ref": "refs/heads/main", "event_name": "push"}})";

Step step(std::string_view source, std::string_view script = "echo") {
  Step step;
  step.condition_source = source;
  step.condition = condition(source);
  RunStep run;
  run.script = token("\"" + std::string(script) + "\"");
  step.action = run;
  return step;
}

const EventFacts kPush{.name = "push", .ref = "refs/heads/main"};

Workflow with_steps(std::vector<Step> steps) {
  Workflow workflow;
  Trigger trigger;
  trigger.event = "push";
  trigger.branches = {"main"};
  workflow.triggers = {trigger};
  Job one = job("build");
  one.steps = std::move(steps);
  workflow.jobs = {one};
  return workflow;
}

std::vector<std::string> reasons(const ExplainedJob& explained) {
  std::vector<std::string> list;
  for (const ExplainedStep& one : explained.steps)
    for (const StepForecast& forecast : one.forecasts) list.push_back(forecast.condition.reason);
  return list;
}

TEST(Explain, CoversTriggerJobsAndSteps) {
  const Workflow workflow = with_steps({
      step("", "make build\\nmake test"),
      step(""),
      step("github.event_name == 'pull_request'"),
      step("always()"),
      step("failure()"),
      step("steps.check.outputs.changed == 'true'"),
      step("always() && hashFiles('go.sum') != ''"),
      step("env.DEPLOY && secrets.TOKEN"),
  });
  const Explanation explanation = explain(workflow, kPush, scope(kContexts));
  EXPECT_TRUE(explanation.trigger.runs);
  EXPECT_EQ(explanation.trigger.filters[0].reason, "'main' matches 'main'");
  ASSERT_EQ(explanation.jobs.size(), 1U);
  EXPECT_EQ(explanation.jobs[0].steps[0].name, "Run make build");
  EXPECT_THAT(
      reasons(explanation.jobs[0]),
      ElementsAre(
          "runs: it is the first step and has no `if`", "runs if the steps before it succeed",
          "skipped: `github.event_name == 'pull_request'` is false (github.event_name is 'push')",
          "runs: `always()` is true",
          "skipped if the steps before it succeed: then `failure()` is false",
          "decided at run time: it depends on steps.check.outputs.changed",
          "decided at run time: it depends on hashFiles('go.sum')",
          "decided at run time: it depends on env.DEPLOY"));
  const auto& parts = explanation.jobs[0].steps[5].forecasts[0].condition.parts;
  ASSERT_FALSE(parts.empty());
  EXPECT_EQ(parts[1].text, "steps.check.outputs.changed");
  EXPECT_EQ(parts[1].certainty, expr::Certainty::unknown);
  EXPECT_THAT(explanation.problems, IsEmpty());
}

TEST(Explain, TellsInstancesApartWhereTheyDiffer) {
  Workflow workflow = with_steps({step("matrix.os == 'mac'"), step("github.ref == 'x'")});
  workflow.jobs[0].strategy = strategy(R"({"matrix": {"os": ["linux", "mac", "bsd"]}})");
  const Explanation explanation = explain(workflow, kPush, scope(kContexts));
  const auto& steps = explanation.jobs[0].steps;
  ASSERT_EQ(steps[0].forecasts.size(), 3U);
  EXPECT_THAT(steps[0].forecasts[1].instances, ElementsAre("build (mac)"));
  EXPECT_EQ(steps[0].forecasts[1].condition.forecast, Forecast::runs);
  EXPECT_EQ(steps[0].forecasts[2].condition.reason,
            "skipped: `matrix.os == 'mac'` is false (matrix.os is 'bsd')");
  ASSERT_EQ(steps[1].forecasts.size(), 1U);
  EXPECT_THAT(steps[1].forecasts[0].instances, IsEmpty());
}

TEST(Explain, LooksIntoCalledWorkflowsWithTheirInputs) {
  auto called =
      std::make_shared<Workflow>(with_steps({step("inputs.env == 'prod'"), step("inputs.v == 1")}));
  called->call_inputs = {{.name = "env"}, {.name = "v", .type = InputType::number}};
  Workflow workflow = with_steps({});
  Job caller = job("call", "", {"build"});
  caller.call =
      ReusableCall{.reference = "./x.yml",
                   .inputs = token(R"({"env": "dev", "v": "${{ needs.build.outputs.v }}"})"),
                   .workflow = called};
  workflow.jobs.push_back(caller);
  const Explanation explanation = explain(workflow, kPush, scope(kContexts));
  ASSERT_EQ(explanation.jobs[1].called.size(), 1U);
  EXPECT_EQ(explanation.jobs[1].called[0].name, "call / build");
  EXPECT_THAT(reasons(explanation.jobs[1].called[0]),
              ElementsAre("skipped: `inputs.env == 'prod'` is false (inputs.env is 'dev')",
                          "decided at run time: it depends on inputs.v"));
}

TEST(Explain, ExplainsJobsAlsoWhereTheTriggerSaysNo) {
  const EventFacts other{.name = "push", .ref = "refs/heads/dev"};
  const Explanation explanation = explain(with_steps({step("")}), other, scope(kContexts));
  EXPECT_FALSE(explanation.trigger.runs);
  EXPECT_EQ(explanation.jobs.size(), 1U);
}

}  // namespace
}  // namespace crema::workflow
