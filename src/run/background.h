// Background steps of a job: started beside the others, at most ten at once; what they changed
// becomes visible where somebody waits for them. Reference: actions/runner
// BackgroundStepCoordinator.
#pragma once

#include "step.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace crema::run {

class BackgroundSteps {
 public:
  explicit BackgroundSteps(JobRun& job);
  ~BackgroundSteps();

  // Looks at the job's steps: whether one is left that nobody waits for.
  void plan(const std::vector<workflow::Step>& steps);
  bool needs_final_wait() const { return needs_final_wait_; }
  static bool is_control(const workflow::Step& step);

  void start(const workflow::Step& step, evidence::StepIndex index);
  void control(const workflow::Step& step, evidence::StepIndex index);  // wait, wait-all, cancel
  void final_wait(evidence::StepIndex index);
  // Ends what is left, before post steps; the worst result of all that were not cancelled on
  // purpose.
  Outcome drain();

 private:
  struct Task;
  void run(Task& task);
  Task* find(const std::string& id);
  std::vector<Task*> unfinished();
  void wait_for(const std::vector<Task*>& tasks, StepLog& log);
  Outcome flush(const std::vector<Task*>& tasks);
  void run_control(const std::string& id, const std::string& name, evidence::StepIndex index,
                   const workflow::Step* step);

  JobRun& job_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t running_ = 0;
  bool needs_final_wait_ = false;
  std::vector<std::unique_ptr<Task>> tasks_;
};

}  // namespace crema::run
