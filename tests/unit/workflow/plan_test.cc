#include "crema/workflow/plan.h"

#include "workflow/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::job;
using testing::scope;
using testing::strategy;
using testing::token;

constexpr std::string_view kContexts =
    R"({"github": {"ref": "refs/heads/main", "event_name": "push"}, "inputs": {"deploy": false}})";

std::vector<std::string> ids(const std::vector<PlannedJob>& jobs) {
  std::vector<std::string> list;
  for (const PlannedJob& planned : jobs) list.push_back(planned.id);
  return list;
}

std::vector<std::string> names(const PlannedJob& planned) {
  std::vector<std::string> list;
  for (const PlannedInstance& instance : planned.instances) list.push_back(instance.name);
  return list;
}

TEST(Plan, PutsJobsBehindWhatTheyNeed) {
  Workflow workflow;
  workflow.jobs = {job("deploy", "", {"test", "build"}), job("lint"), job("test", "", {"build"}),
                   job("build")};
  EXPECT_THAT(ids(make_plan(workflow, scope()).jobs),
              ElementsAre("lint", "build", "test", "deploy"));
}

struct Forecasted {
  const char* id;
  const char* source;
  std::vector<std::string> needs;
  Forecast forecast;
  const char* reason;
};

TEST(Plan, ForeseesWhatCanBeForeseen) {
  const Forecasted cases[] = {
      {"build", "", {}, Forecast::runs, "runs: it needs no other job and has no `if`"},
      {"main",
       "github.ref == 'refs/heads/main'",
       {},
       Forecast::runs,
       "runs: `github.ref == 'refs/heads/main'` is true (github.ref is 'refs/heads/main')"},
      {"off", "inputs.deploy", {}, Forecast::skipped, "skipped: `inputs.deploy` is false"},
      {"test",
       "",
       {"build", "main"},
       Forecast::runs_if_all_succeeds,
       "runs if build and main succeed"},
      {"push",
       "github.event_name == 'push'",
       {"build"},
       Forecast::runs_if_all_succeeds,
       "runs if build succeeds"},
      {"pr",
       "github.event_name == 'pull_request'",
       {"build"},
       Forecast::skipped,
       "skipped: `github.event_name == 'pull_request'` is false (github.event_name is 'push')"},
      {"after_off", "", {"off"}, Forecast::skipped, "skipped: off, which it needs, is skipped"},
      {"further",
       "",
       {"after_off"},
       Forecast::skipped,
       "skipped: after_off, which it needs, is skipped"},
      {"anyway", "always()", {"off", "build"}, Forecast::runs, "runs: `always()` is true"},
      {"alarm",
       "failure()",
       {"build"},
       Forecast::skipped_if_all_succeeds,
       "skipped if build succeeds: then `failure()` is false"},
      {"after_alarm",
       "",
       {"alarm"},
       Forecast::skipped_if_all_succeeds,
       "skipped if alarm succeeds: then alarm, which it needs, is skipped"},
      {"result",
       "always() && needs.build.result == 'success'",
       {"build"},
       Forecast::runs_if_all_succeeds,
       "runs if build succeeds: then `always() && (needs.build.result == 'success')` is true "
       "(always() is true, needs.build.result is 'success')"},
      {"skip_result",
       "always() && needs.off.result == 'skipped'",
       {"off"},
       Forecast::runs,
       "runs: `always() && (needs.off.result == 'skipped')` is true (always() is true, "
       "needs.off.result is 'skipped')"},
      {"output",
       "needs.build.outputs.changed == 'true'",
       {"build"},
       Forecast::unknown,
       "decided at run time: it depends on needs.build.outputs.changed"},
      {"after_output",
       "",
       {"output"},
       Forecast::unknown,
       "decided at run time: it depends on success()"},
      {"bad",
       "fromJSON(github.ref)",
       {},
       Forecast::unknown,
       "fails: `if` cannot be evaluated: Error parsing fromJson: unexpected character 'r' (line "
       "1, column 1)"},
  };
  Workflow workflow;
  for (const Forecasted& test : cases)
    workflow.jobs.push_back(job(test.id, test.source, test.needs));
  const Plan plan = make_plan(workflow, scope(kContexts));
  for (const PlannedJob& planned : plan.jobs) {
    const auto* test = std::find_if(std::begin(cases), std::end(cases),
                                    [&](const auto& one) { return planned.id == one.id; });
    EXPECT_EQ(planned.condition.forecast, test->forecast)
        << test->id << ": " << to_text(planned.condition.forecast);
    EXPECT_EQ(planned.condition.reason, test->reason) << test->id;
  }
}

TEST(Plan, ExpandsMatricesThatAreKnown) {
  Workflow workflow;
  Job known = job("test");
  known.strategy =
      strategy(R"({"matrix": {"os": ["linux", "mac"], "v": "${{ fromJSON('[1, 2]') }}"}})");
  known.runs_on = token(R"("${{ matrix.os }}")");
  known.environment =
      token(R"({"name": "${{ github.event_name }}", "url": "${{ steps.x.outputs.y }}"})");
  Job later = job("dynamic", "", {"test"});
  later.strategy = strategy(R"({"matrix": "${{ fromJSON(needs.test.outputs.matrix) }}"})");
  later.name = token(R"("${{ format('On {0}', matrix.os) }}")");
  later.runs_on = token(R"(["self-hosted", "${{ matrix.os }}"])");
  workflow.jobs = {known, later};
  const Plan plan = make_plan(workflow, scope(kContexts));
  EXPECT_THAT(names(plan.jobs[0]),
              ElementsAre("test (linux, 1)", "test (linux, 2)", "test (mac, 1)", "test (mac, 2)"));
  EXPECT_EQ(plan.jobs[0].expands_later, "");
  EXPECT_THAT(plan.jobs[0].instances[2].runs_on, ElementsAre("mac"));
  EXPECT_EQ(plan.jobs[0].instances[2].environment, "push");
  EXPECT_EQ(plan.jobs[1].expands_later, "it uses needs.test.outputs.matrix");
  EXPECT_THAT(names(plan.jobs[1]), ElementsAre("${{ format('On {0}', matrix.os) }}"));
  EXPECT_THAT(plan.jobs[1].instances[0].runs_on, ElementsAre("self-hosted", "${{ matrix.os }}"));
  EXPECT_THAT(plan.jobs[1].problems, IsEmpty());
}

TEST(Plan, ReportsWhatGitHubWouldRefuse) {
  Workflow workflow;
  Job bad = job("test");
  bad.strategy = strategy(R"({"matrix": {"os": []}})");
  workflow.jobs = {bad};
  const Plan plan = make_plan(workflow, scope());
  ASSERT_EQ(plan.jobs[0].problems.size(), 1U);
  EXPECT_EQ(plan.jobs[0].problems[0].message, "Matrix vector 'os' does not contain any values");
}

TEST(Plan, FollowsCalledWorkflows) {
  auto called = std::make_shared<Workflow>();
  called->call_inputs = {{.name = "env", .required = true},
                         {.name = "version", .type = InputType::number}};
  called->jobs = {job("prepare", "inputs.env == 'prod'"),
                  job("deploy", "inputs.version == 3", {"prepare"})};
  Job caller = job("release", "", {"build"});
  caller.name = token(R"("Release")");
  caller.strategy = strategy(R"({"matrix": {"env": ["prod", "dev"]}})");
  caller.call = ReusableCall{
      .reference = "./.github/workflows/deploy.yml",
      .inputs =
          token(R"({"env": "${{ matrix.env }}", "version": "${{ needs.build.outputs.version }}"})"),
      .workflow = called};
  Workflow workflow;
  workflow.jobs = {job("build"), caller};
  const Plan plan = make_plan(workflow, scope(kContexts));
  const PlannedJob& release = plan.jobs[1];
  EXPECT_EQ(release.calls, "./.github/workflows/deploy.yml");
  EXPECT_THAT(names(release), ElementsAre("Release (prod)", "Release (dev)"));
  EXPECT_THAT(release.problems, IsEmpty());
  const auto& prod = release.instances[0].called;
  EXPECT_THAT(ids(prod), ElementsAre("release/prepare", "release/deploy"));
  EXPECT_THAT(prod[1].needs, ElementsAre("release/prepare"));
  EXPECT_THAT(names(prod[0]), ElementsAre("Release (prod) / prepare"));
  EXPECT_EQ(prod[0].condition.forecast, Forecast::runs);
  EXPECT_EQ(prod[1].condition.reason, "decided at run time: it depends on inputs.version");
  EXPECT_EQ(release.instances[1].called[0].condition.forecast, Forecast::skipped);
  EXPECT_EQ(release.instances[1].called[1].condition.reason,
            "skipped: prepare, which it needs, is skipped");
}

TEST(Plan, NamesTheRun) {
  Workflow workflow;
  workflow.path = ".github/workflows/ci.yml";
  workflow.run_name = token(R"("${{ format('CI of {0}', github.ref) }}")");
  const Plan plan = make_plan(workflow, scope(kContexts));
  EXPECT_EQ(plan.name, ".github/workflows/ci.yml");
  EXPECT_EQ(plan.run_name, "CI of refs/heads/main");
}

}  // namespace
}  // namespace crema::workflow
