#include "workflow/tokens.h"

#include "crema/workflow/step_condition.h"

#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using testing::condition;
using testing::job;
using testing::scope;

constexpr std::string_view kContexts =
    R"({"github": {"ref": "refs/heads/dev", "event_name": "push"}, "inputs": {"deploy": false},
        "needs": {"build": {"outputs": {"changed": "no"}}}})";

struct JobCase {
  const char* source;
  StatusView view;
  bool runs;
  const char* reason;
};

const StatusView kAlone{};
const StatusView kGood{.ancestors = {{"lint", JobStatus::success}}, .direct = {"lint"}};
const StatusView kFailed{.ancestors = {{"lint", JobStatus::failure}}, .direct = {"lint"}};
const StatusView kSkippedBehind{
    .ancestors = {{"build", JobStatus::success}, {"lint", JobStatus::skipped}},
    .direct = {"build"}};
const StatusView kCancelled{
    .ancestors = {{"lint", JobStatus::success}}, .direct = {"lint"}, .run_cancelled = true};

TEST(DecideJob, DecidesAsGitHubDoesAndSaysWhy) {
  const JobCase cases[] = {
      {"", kAlone, true, "runs: it needs no other job and has no `if`"},
      {"", kGood, true, "runs: all jobs it needs succeeded"},
      {"", kFailed, false,
       "skipped: needs.lint ended with failure and there is no `if` with a status function"},
      {"", kSkippedBehind, false,
       "skipped: lint, which this job needs indirectly, was skipped and there is no `if` with a "
       "status function"},
      {"github.event_name == 'push'", kFailed, false,
       "skipped: needs.lint ended with failure and `if` has no status function"},
      {"github.event_name == 'push'", kGood, true,
       "runs: `github.event_name == 'push'` is true (github.event_name is 'push')"},
      {"github.ref == 'refs/heads/main'", kGood, false,
       "skipped: `github.ref == 'refs/heads/main'` is false (github.ref is 'refs/heads/dev')"},
      {"github.event_name == 'push' && github.ref == 'refs/heads/main'", kAlone, false,
       "skipped: `github.ref == 'refs/heads/main'` is false (github.ref is 'refs/heads/dev')"},
      {"inputs.deploy", kAlone, false, "skipped: `inputs.deploy` is false"},
      {"false", kAlone, false, "skipped: `if` is false"},
      {"always()", kFailed, true, "runs: `always()` is true"},
      {"always() && github.ref == 'x'", kFailed, false,
       "skipped: `github.ref == 'x'` is false (github.ref is 'refs/heads/dev')"},
      {"failure()", kFailed, true, "runs: `failure()` is true"},
      {"failure()", kGood, false, "skipped: `failure()` is false"},
      {"success()", kFailed, false, "skipped: success() is false: needs.lint ended with failure"},
      {"failure('lint')", kFailed, true, "runs: `failure('lint')` is true"},
      {"failure('other')", kFailed, false, "skipped: `failure('other')` is false"},
      {"success('build')", kSkippedBehind, true, "runs: `success('build')` is true"},
      {"!failure() && !cancelled()", kSkippedBehind, true,
       "runs: `!failure() && !cancelled()` is true (failure() is false, cancelled() is false)"},
      {"", kCancelled, false,
       "skipped: the run was cancelled and there is no `if` with a status function"},
      {"cancelled()", kCancelled, true, "runs: `cancelled()` is true"},
      {"contains(needs.build.outputs.changed, 'yes')", kGood, false,
       "skipped: `contains(needs.build.outputs.changed, 'yes')` is false "
       "(needs.build.outputs.changed is 'no')"},
      {"github.none || github.ref == 'x'", kAlone, false,
       "skipped: `github.none || (github.ref == 'x')` is false (github.none is null, github.ref "
       "is 'refs/heads/dev')"},
  };
  for (const JobCase& test : cases) {
    const auto decision = decide_job(job("j", test.source), scope(kContexts), test.view);
    ASSERT_TRUE(decision) << test.source << ": " << decision.error().message;
    EXPECT_EQ(decision->runs, test.runs) << test.source;
    EXPECT_EQ(decision->reason, test.reason) << test.source;
  }
}

TEST(DecideJob, FailsWhereTheConditionCannotBeEvaluated) {
  const auto decision = decide_job(job("j", "fromJSON('')"), scope(kContexts), kAlone);
  EXPECT_EQ(decision.error().code, "expr/json");
}

struct StepCase {
  const char* source;
  StepStatusView view;
  bool runs;
  const char* reason;
};

TEST(DecideStep, LooksAtTheJobOrAtTheCompositeAction) {
  const StepStatusView good{};
  const StepStatusView failed{.job = JobStatus::failure};
  const StepStatusView cancelled{.job = JobStatus::cancelled};
  const StepStatusView good_action_in_failed_job{.job = JobStatus::failure,
                                                 .action = JobStatus::success};
  const StepStatusView failed_action{.job = JobStatus::success, .action = JobStatus::failure};
  const StepCase cases[] = {
      {"", good, true, "runs: no step before it failed"},
      {"", failed, false,
       "skipped: an earlier step of this job failed and there is no `if` with a status function"},
      {"", cancelled, false,
       "skipped: the job was cancelled and there is no `if` with a status function"},
      {"", good_action_in_failed_job, true, "runs: no step before it failed"},
      {"", failed_action, false,
       "skipped: an earlier step of this action failed and there is no `if` with a status "
       "function"},
      {"github.event_name == 'push'", failed, false,
       "skipped: an earlier step of this job failed and `if` has no status function"},
      {"failure()", failed, true, "runs: `failure()` is true"},
      {"failure()", good_action_in_failed_job, false, "skipped: `failure()` is false"},
      {"cancelled()", cancelled, true, "runs: `cancelled()` is true"},
      {"always()", cancelled, true, "runs: `always()` is true"},
  };
  for (const StepCase& test : cases) {
    Step step;
    step.condition_source = test.source;
    step.condition = condition(test.source);
    const auto decision = decide_step(step, scope(kContexts), test.view);
    ASSERT_TRUE(decision) << test.source << ": " << decision.error().message;
    EXPECT_EQ(decision->runs, test.runs) << test.source;
    EXPECT_EQ(decision->reason, test.reason) << test.source;
  }
}

}  // namespace
}  // namespace crema::workflow
