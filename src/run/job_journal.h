// What a job must remember to go on after crema was killed or a step failed: saved after each step
// that succeeded, read when the run is resumed. No secret is in it: values that hold one are kept
// with its name in its place.
#pragma once

#include "plan.h"
#include "post_step.h"
#include "step.h"

#include <cstddef>
#include <memory>
#include <string>

namespace crema::run {

class JobJournal {
 public:
  explicit JobJournal(JobRun& job);
  ~JobJournal();

  // Whether an earlier attempt left this job a workspace to go on in.
  bool load();
  // The workspace turned out to be gone: the job starts from its first step.
  void forget();
  // Puts variables, path, results and post steps back as they were.
  void restore(StepLog& log);
  // The first step that still has to run.
  std::size_t first_step() const { return first_step_; }

  void note(const workflow::Step& step, const Outputs& outputs, const StepVerdict& verdict);
  void save();

 private:
  struct Done {
    const workflow::Step* step;
    Outputs outputs;
    Outcome outcome, conclusion;
  };
  struct Earlier;  // the journal that was read

  JobRun& job_;
  std::unique_ptr<Earlier> earlier_;
  std::size_t first_step_ = 0;
  std::vector<Done> done_;  // since the journal was saved
  bool fresh_ = true;       // nothing is saved of this attempt yet
  bool lost_ = false;       // a value cannot be kept: the job starts from its first step next time
};

}  // namespace crema::run
