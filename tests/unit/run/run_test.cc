// The engine on this machine: real processes, a real store, workflows made by hand.
#include "crema/run/run.h"

#include "made_workflow.h"

#include "crema/sys/files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

namespace crema::run {
namespace {

using evidence::Outcome;

// Hears everything, for the tests to ask.
class Ear : public evidence::RunListener {
 public:
  void on_event(const evidence::Event& event) override {
    const std::lock_guard lock(mutex_);
    events.push_back(event);
  }
  void on_log(evidence::JobIndex job, evidence::StepIndex step,
              std::span<const evidence::LogLine> lines) override {
    const std::lock_guard lock(mutex_);
    for (const auto& line : lines) log += fmt::format("{}.{} {}\n", job, step, line.text);
  }
  template <class Body>
  std::vector<Body> all() const {
    std::vector<Body> found;
    for (const auto& event : events) {
      if (const auto* body = std::get_if<Body>(&event.body)) found.push_back(*body);
    }
    return found;
  }

  std::vector<evidence::Event> events;
  std::string log;

 private:
  std::mutex mutex_;
};

class RunTest : public testing::Test {
 protected:
  RunTest()
      : host_(sys::real_host()),
        folder_(*sys::TemporaryDirectory::create(host_.temporary_directory, "crema-run-test-")) {
    request_.repository.root = folder_.path() / "tree";
    request_.repository.name = "tree";
    request_.repository.sha = std::string(40, '0');
    request_.repository.ref = "refs/heads/main";
    EXPECT_TRUE(sys::make_directories(request_.repository.root));
    store_ = *store::Store::open(folder_.path() / "store", host_);
  }

  RunOutcome run(std::vector<workflow::Job> jobs) {
    request_.workflow = workflow_of(std::move(jobs));
    return run_again();
  }
  RunOutcome run_again() {
    auto recorder = *store_->begin_run("{}");
    evidence::Broadcast broadcast;
    broadcast.add(*recorder);
    broadcast.add(ear_);
    RunServices services{host_, *recorder, broadcast, store_->caches(), stop_.get_token(), nullptr};
    auto outcome = execute(request_, services);
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().message);
    return outcome ? std::move(*outcome) : RunOutcome{};
  }

  sys::Host host_;
  sys::TemporaryDirectory folder_;
  std::unique_ptr<store::Store> store_;
  RunRequest request_;
  std::stop_source stop_;
  Ear ear_;
};

TEST_F(RunTest, StepsRunInOrderAndHandOnOutputs) {
  auto second = run_step("", "second");
  std::get<workflow::RunStep>(second.action).script =
      expression_token("format('echo got {0} $FROM_ENV', steps.first.outputs.word)");
  const auto outcome = run({job("one", {run_step("echo word=hello >> $GITHUB_OUTPUT\n"
                                                 "echo FROM_ENV=there >> $GITHUB_ENV",
                                                 "first"),
                                        second})});
  EXPECT_EQ(outcome.result, Outcome::success);
  EXPECT_NE(ear_.log.find("got hello there\n"), std::string::npos) << ear_.log;
}

TEST_F(RunTest, AFailureSkipsWhatFollows) {
  auto last = run_step("echo cleaned up");
  last.condition_source = "always()";
  last.condition = expression_token("always()");
  const auto outcome = run({job("one", {run_step("exit 3"), run_step("echo never"), last}),
                            job("two", {run_step("echo neither")}, {"one"})});
  EXPECT_EQ(outcome.result, Outcome::failure);
  EXPECT_NE(ear_.log.find("cleaned up"), std::string::npos) << ear_.log;
  EXPECT_EQ(ear_.log.find("echo never"), std::string::npos);
  ASSERT_EQ(outcome.jobs.size(), 2U);
  EXPECT_EQ(outcome.jobs[1].result, Outcome::skipped);
  EXPECT_EQ(outcome.jobs[1].reason,
            "needs.one ended with failure and there is no `if` with a status function");
  const auto steps = ear_.all<evidence::StepFinished>();
  const auto failed = std::ranges::find(steps, Outcome::failure, &evidence::StepFinished::outcome);
  ASSERT_NE(failed, steps.end());
  EXPECT_EQ(failed->exit_code, 3);
}

// What ran is what the steps wrote to a file outside their workspaces.
TEST_F(RunTest, ResumeGoesOnAtTheStepThatFailedAndRunsAgainWhatNeedsIt) {
  const auto trace = (folder_.path() / "trace").string();
  const auto ready = (folder_.path() / "ready").string();
  auto report = job("report", {run_step("echo report >> " + trace)}, {"work"});
  report.condition_source = "always()";
  report.condition = expression_token("always()");
  const std::vector<workflow::Job> jobs = {
      job("first", {run_step("echo first >> " + trace)}),
      job("work",
          {run_step("echo begun >> " + trace + "; echo kept > file; echo A=1 >> $GITHUB_ENV", "a"),
           run_step("test -e " + ready + "; cat file; echo done$A >> " + trace, "b")},
          {"first"}),
      report};
  EXPECT_EQ(run(jobs).result, Outcome::failure);
  const auto number = **store_->latest_run();
  ASSERT_TRUE(sys::write_file(ready, ""));
  request_.resume = ResumeInfo{store_->find_run(number)->jobs, [&](evidence::JobIndex index) {
                                 return store_->journal(number, index);
                               }};
  auto recorder = *store_->reopen_run(number);
  RunServices services{host_, *recorder, *recorder, store_->caches(), stop_.get_token(), nullptr};
  const auto again = execute(request_, services);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->result, Outcome::success);
  EXPECT_EQ(*sys::read_file(trace), "first\nbegun\nreport\ndone1\nreport\n");
}

}  // namespace
}  // namespace crema::run
