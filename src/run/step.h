// Runs a step: its environment, its condition, what it does, what follows from how it ended.
#pragma once

#include "step_frame.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::run {

// The name a step is shown by: evaluated as far as it can be, else as written.
std::string step_name(const workflow::Step& step, const expr::Scope& scope);

struct StepVerdict {
  StepEnd end;
  Outcome conclusion = Outcome::success;  // after continue-on-error
};

// Evaluates `env` and the name, before the step is told of; what is wrong with `env` fails it
// later.
Result<> prepare(StepFrame& frame, const workflow::Step& step);

// Evaluates `if`: nullopt when the step runs, else how it ended without running.
std::optional<StepVerdict> admit(StepFrame& frame, const workflow::Step& step,
                                 const Result<>& prepared);

// Stops a step when its job is cancelled, unless it survives that; when the job's time is over; and
// when what it stands in is stopped. Lives as long as the step runs.
class StopLinks {
 public:
  StopLinks(StepFrame& frame, std::function<bool()> survives_cancellation);

 private:
  using Link = std::stop_callback<std::function<void()>>;
  std::optional<Link> cancel_;
  Link abandon_, outer_;
};

// Runs an admitted step to its end: time limit, cancellation, its files, continue-on-error.
StepVerdict run_admitted(StepFrame& frame, const workflow::Step& step);

// What a step of a job or a composite action leaves for the end of the job.
StepEnd run_post(StepFrame& frame, const PostStep& post);

// A condition that stands outside a workflow (`post-if` of a built-in, a journal).
Result<workflow::Decision> decide_condition(const StepFrame& frame, const std::string& condition);

// The parts: each kind of step.
StepEnd run_script(StepFrame& frame, const workflow::RunStep& step);
StepEnd run_action(StepFrame& frame, const workflow::UsesStep& step);

// Fails a step with an error that stands in its log.
StepEnd fail_step(StepFrame& frame, std::string_view message);
StepEnd fail_step(StepFrame& frame, const Diagnostic& diagnostic);

}  // namespace crema::run
