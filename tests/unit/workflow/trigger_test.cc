#include "crema/workflow/trigger.h"

#include "workflow/tokens.h"

#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using Paths = std::vector<std::string>;

struct TriggerCase {
  const char* what;
  Trigger trigger;
  EventFacts event;
  bool runs;
  const char* reason;
};

EventFacts push(std::string ref, std::optional<Paths> changed = std::nullopt) {
  return {.name = "push", .ref = std::move(ref), .changed_paths = std::move(changed)};
}

EventFacts pull_request(std::string activity, std::string base) {
  return {.name = "pull_request",
          .activity = std::move(activity),
          .ref = "refs/pull/7/merge",
          .base_ref = std::move(base)};
}

Trigger on(std::string event, Trigger filters = {}) {
  filters.event = std::move(event);
  return filters;
}

TEST(DecideTrigger, FollowsGitHubsRules) {
  const TriggerCase cases[] = {
      {"no filter", on("push"), push("refs/heads/x"), true, "runs: `on: push` has no filter"},
      {"no filter, tag", on("push"), push("refs/tags/v1"), true, "runs: `on: push` has no filter"},
      {"other event", on("push"), pull_request("opened", "main"), false,
       "skipped: `on:` names 'push', not 'pull_request'"},
      {"branch", on("push", {.branches = {"main", "release/**"}}), push("refs/heads/release/1/2"),
       true, "runs: `on: push` passes its filters"},
      {"other branch", on("push", {.branches = {"main", "release/**"}}), push("refs/heads/dev"),
       false, "skipped: branches: 'dev' matches none of 'main', 'release/**'"},
      {"excluded branch", on("push", {.branches = {"r/**", "!r/**-alpha"}}),
       push("refs/heads/r/1-alpha"), false,
       "skipped: branches: 'r/1-alpha' is excluded by '!r/**-alpha'"},
      {"only branches, tag", on("push", {.branches = {"main"}}), push("refs/tags/v1"), false,
       "skipped: branches: 'v1' is a tag, and only branches are filtered"},
      {"only ignored branches, tag", on("push", {.branches_ignore = {"x"}}), push("refs/tags/v1"),
       false, "skipped: branches: 'v1' is a tag, and only branches are filtered"},
      {"only tags, branch", on("push", {.tags = {"v*"}}), push("refs/heads/main"), false,
       "skipped: tags: 'main' is a branch, and only tags are filtered"},
      {"only ignored tags, branch", on("push", {.tags_ignore = {"v*"}}), push("refs/heads/main"),
       false, "skipped: tags: 'main' is a branch, and only tags are filtered"},
      {"both, tag", on("push", {.branches = {"main"}, .tags = {"v*"}}), push("refs/tags/v1"), true,
       "runs: `on: push` passes its filters"},
      {"ignored branch", on("push", {.branches_ignore = {"mona/octocat", "r/**"}}),
       push("refs/heads/r/1"), false, "skipped: branches-ignore: 'r/1' matches 'r/**'"},
      {"not ignored branch", on("push", {.branches_ignore = {"r/**"}}), push("refs/heads/main"),
       true, "runs: `on: push` passes its filters"},
      {"ignored tag", on("push", {.tags_ignore = {"v1*"}}), push("refs/tags/v1.2"), false,
       "skipped: tags-ignore: 'v1.2' matches 'v1*'"},
      {"path", on("push", {.paths = {"src/**"}}), push("refs/heads/x", Paths{"a", "src/b"}), true,
       "runs: `on: push` passes its filters"},
      {"no path", on("push", {.paths = {"src/**", "!src/doc/**"}}),
       push("refs/heads/x", Paths{"a", "src/doc/x"}), false,
       "skipped: paths: none of 2 changed files matches 'src/**', '!src/doc/**'"},
      {"nothing changed", on("push", {.paths = {"**"}}), push("refs/heads/x", Paths{}), false,
       "skipped: paths: none of 0 changed files matches '**'"},
      {"all ignored", on("push", {.paths_ignore = {"**.md"}}),
       push("refs/heads/x", Paths{"a.md", "b/c.md"}), false,
       "skipped: paths-ignore: all 2 changed files match '**.md'"},
      {"one not ignored", on("push", {.paths_ignore = {"**.md"}}),
       push("refs/heads/x", Paths{"a.md", "b"}), true, "runs: `on: push` passes its filters"},
      {"paths and tags", on("push", {.paths = {"src/**"}}), push("refs/tags/v1", Paths{"a"}), true,
       "runs: `on: push` passes its filters"},
      {"unknown paths", on("push", {.paths = {"src/**"}}), push("refs/heads/x"), true,
       "runs: `on: push` passes its filters"},
      {"branch and path must both pass", on("push", {.branches = {"main"}, .paths = {"src/**"}}),
       push("refs/heads/dev", Paths{"src/a"}), false,
       "skipped: branches: 'dev' matches none of 'main'"},
      {"pull request, base branch", on("pull_request", {.branches = {"main"}}),
       pull_request("opened", "main"), true, "runs: `on: pull_request` passes its filters"},
      {"pull request, other base", on("pull_request", {.branches = {"main"}}),
       pull_request("opened", "dev"), false, "skipped: branches: 'dev' matches none of 'main'"},
      {"pull request, usual activity", on("pull_request"), pull_request("synchronize", "main"),
       true, "runs: `on: pull_request` passes its filters"},
      {"pull request, unusual activity", on("pull_request"), pull_request("closed", "main"), false,
       "skipped: types: without `types:`, 'closed' is not among opened, synchronize and reopened"},
      {"pull request, chosen activity", on("pull_request", {.types = {"closed"}}),
       pull_request("closed", "main"), true, "runs: `on: pull_request` passes its filters"},
      {"chosen activity only", on("pull_request", {.types = {"closed"}}),
       pull_request("opened", "main"), false, "skipped: types: 'opened' is not among 'closed'"},
      {"any activity of other events",
       on("issues"),
       {.name = "issues", .activity = "pinned"},
       true,
       "runs: `on: issues` has no filter"},
      {"workflow_run",
       on("workflow_run", {.types = {"completed"}, .workflows = {"CI", "Lint"}}),
       {.name = "workflow_run", .activity = "completed", .upstream_workflow = "CI"},
       true,
       "runs: `on: workflow_run` passes its filters"},
      {"other workflow_run",
       on("workflow_run", {.workflows = {"CI"}}),
       {.name = "workflow_run", .activity = "completed", .upstream_workflow = "Docs"},
       false,
       "skipped: workflows: 'Docs' is not among 'CI'"},
      {"workflow_run's branch",
       on("workflow_run", {.branches = {"main"}}),
       {.name = "workflow_run",
        .ref = "refs/heads/main",
        .payload = testing::json(R"({"workflow_run": {"head_branch": "dev"}})")},
       false,
       "skipped: branches: 'dev' matches none of 'main'"},
      {"schedule",
       on("schedule", {.schedules = {{.cron = "0 1 * * *"}}}),
       {.name = "schedule", .payload = testing::json(R"({"schedule": "0 1 * * *"})")},
       true,
       "runs: `on: schedule` passes its filters"},
      {"other schedule",
       on("schedule", {.schedules = {{.cron = "0 1 * * *"}}}),
       {.name = "schedule", .payload = testing::json(R"({"schedule": "0 2 * * *"})")},
       false,
       "skipped: schedule: '0 2 * * *' is none of its lines"},
      {"dispatch",
       on("workflow_dispatch"),
       {.name = "workflow_dispatch", .ref = "refs/heads/x"},
       true,
       "runs: `on: workflow_dispatch` has no filter"},
  };
  for (const TriggerCase& test : cases) {
    Workflow workflow;
    workflow.triggers.push_back(test.trigger);
    const TriggerDecision decision = decide_trigger(workflow, test.event);
    EXPECT_EQ(decision.runs, test.runs) << test.what;
    EXPECT_EQ(decision.reason, test.reason) << test.what;
  }
}

TEST(DecideTrigger, ReportsEveryFilterWithTheLineOfThePattern) {
  Workflow workflow;
  Trigger& trigger = workflow.triggers.emplace_back();
  trigger.event = "push";
  trigger.branches = {"main", "dev"};
  trigger.paths = {"src/**"};
  trigger.raw = testing::token(R"({"branches": ["main", "dev"], "paths": ["src/**"]})");
  trigger.raw.entries[0].second.items[1].span.line = 6;
  const TriggerDecision decision =
      decide_trigger(workflow, push("refs/heads/dev", Paths{"x", "src/a.go"}));
  EXPECT_TRUE(decision.runs);
  ASSERT_EQ(decision.filters.size(), 2U);
  EXPECT_EQ(decision.filters[0].reason, "'dev' matches 'dev' (line 6)");
  EXPECT_EQ(decision.filters[1].reason, "'src/a.go' matches 'src/**'");
}

Workflow dispatched() {
  Workflow workflow;
  workflow.dispatch_inputs = {
      {.name = "level", .type = InputType::choice, .options = {"info", "debug"}},
      {.name = "dry", .type = InputType::boolean, .fallback = testing::token("true")},
      {.name = "count", .type = InputType::number},
      {.name = "Who", .required = true},
      {.name = "where", .type = InputType::environment},
  };
  return workflow;
}

TEST(DispatchInputs, ApplyDefaultsAndTypes) {
  EXPECT_EQ(to_json(*dispatch_inputs(dispatched(), {{"who", "me"}})),
            to_json(testing::json(
                R"({"level": "info", "dry": true, "count": 0, "Who": "me", "where": ""})")));
  EXPECT_EQ(to_json(*dispatch_inputs(dispatched(), {{"who", ""},
                                                    {"level", "debug"},
                                                    {"dry", "false"},
                                                    {"count", "1.5"},
                                                    {"where", "prod"}})),
            to_json(testing::json(
                R"({"level": "debug", "dry": false, "count": 1.5, "Who": "", "where": "prod"})")));
}

TEST(DispatchInputs, RefuseWhatDoesNotFit) {
  const std::pair<std::map<std::string, std::string>, const char*> cases[] = {
      {{}, "required input 'Who' is not given"},
      {{{"who", "x"}, {"nope", "1"}}, "the workflow declares no input 'nope'"},
      {{{"who", "x"}, {"level", "warn"}}, "input 'level' takes one of info, debug, not 'warn'"},
      {{{"who", "x"}, {"dry", "yes"}}, "input 'dry' is a boolean, 'yes' is neither true nor false"},
      {{{"who", "x"}, {"count", "many"}}, "input 'count' is a number, 'many' is none"},
      {{{"who", "x"}, {"count", " "}}, "input 'count' is a number, ' ' is none"},
  };
  for (const auto& [given, message] : cases) {
    const auto inputs = dispatch_inputs(dispatched(), given);
    ASSERT_FALSE(inputs) << message;
    EXPECT_EQ(inputs.error().message, message);
  }
}

}  // namespace
}  // namespace crema::workflow
