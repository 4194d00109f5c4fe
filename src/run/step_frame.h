// A step while it runs: the contexts it sees, where its output goes, what it has produced. Steps of
// the job and steps inside composite actions alike (actions/runner calls it ExecutionContext).
#pragma once

#include "job_variables.h"
#include "plan.h"
#include "post_step.h"
#include "step_files.h"
#include "step_log.h"
#include "steps_context.h"

#include "crema/expr/expression.h"
#include "crema/sys/process.h"
#include "crema/workflow/model.h"
#include "crema/workflow/step_condition.h"

#include <initializer_list>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace crema::run {

class JobRun;
struct StepFrame;

// A list of steps and what they share: those of the job, or of a composite action.
struct Level {
  expr::Scope scope;  // all contexts but env and steps
  StepsContext steps;
  StepFrame* parent = nullptr;               // the step that uses the composite action
  Outcome action_status = Outcome::success;  // of a composite action so far
  // `env` of the steps around a composite action, which its own steps see too.
  std::vector<std::pair<std::string, std::string>> overrides;
};

// Where the output and the commands of a step of the job go, and of all steps inside it.
class StepOutput : public CommandHandler {
 public:
  StepOutput(JobRun& job, evidence::StepIndex index, ProblemMatchers& matchers);

  StepLog log;
  StepFrame* current = nullptr;  // the innermost step that runs

  void set_output(std::string_view name, std::string value) override;
  void save_state(std::string_view name, std::string value) override;
  void set_variable(std::string_view name, std::string value) override;
  void add_path(std::string_view folder) override;
  Result<std::vector<ProblemMatcher>> load_matchers(std::string_view file) override;
  bool unsecure_commands_allowed() const override;
  void command_failed() override;

 private:
  JobRun& job_;
};

struct StepFrame {
  // A step made ready: its contexts stand, its files are there, nothing has run.
  StepFrame(JobRun& job, Level& level, StepOutput& output, JobVariables& variables,
            evidence::StepIndex index, std::string id);
  ~StepFrame();
  StepFrame(const StepFrame&) = delete;
  StepFrame& operator=(const StepFrame&) = delete;

  JobRun& job;
  Level& level;
  StepOutput& output;
  JobVariables& variables;  // the job's; a background step has a copy
  evidence::StepIndex index = 0;
  std::string id;
  std::string name;
  expr::Scope scope;                                           // of the level, with env and steps
  std::vector<std::pair<std::string, std::string>> overrides;  // its own env and that around it
  std::vector<PostStep>* posts = nullptr;  // where actions register what to do at the end
  StepFiles files;

  std::stop_source stop;
  std::stop_token outer_stop;  // stops this step and what it started, whatever its condition
  std::optional<sys::MonotonicTime> deadline;
  double timeout_minutes = 0;

  Outputs outputs;
  std::map<std::string, std::string> state;
  bool command_failed = false;

  StepLog& log() { return output.log; }
  void set_output(std::string_view name, std::string value);
  void set_github(std::initializer_list<std::pair<std::string_view, std::string>> members);
  std::string github(std::string_view name) const;
  // Evaluates what only this step's contexts tell; the error is the step's.
  void refresh_environment() { scope.contexts["env"] = variables.context_with(overrides); }

 private:
  StepFrame* outer_;  // what ran in this output before
};

// How a step ended, before `continue-on-error`.
struct StepEnd {
  Outcome outcome = Outcome::success;
  int exit_code = 0;
  std::string reason;
};

}  // namespace crema::run
