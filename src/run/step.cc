#include "step.h"

#include "job_run.h"
#include "step_process.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <chrono>

namespace crema::run {
namespace {

using evidence::LineKind;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string first_line(std::string_view text) {
  text = trim(text);
  return std::string(trim(text.substr(0, text.find_first_of("\r\n"))));
}

// The text of a name as written, where it cannot be evaluated.
std::string as_written(const workflow::Token& token) {
  if (token.kind == workflow::Token::Kind::expression) return "${{ " + token.text + " }}";
  return token.text;
}

std::string evaluated_or_written(const workflow::Token& token, const expr::Scope& scope) {
  auto text = workflow::evaluate_text(token, scope);
  return text ? std::move(*text) : as_written(token);
}

std::string default_name(const workflow::Step& step, const expr::Scope& scope) {
  return std::visit(
      Overloaded{
          [&](const workflow::RunStep& run) {
            return "Run " + first_line(evaluated_or_written(run.script, scope));
          },
          [](const workflow::UsesStep& uses) { return "Run " + uses.reference; },
          [](const workflow::WaitStep& wait) { return "Wait for " + join(wait.ids, ", "); },
          [](const workflow::WaitAllStep&) { return std::string("Wait for all background steps"); },
          [](const workflow::CancelStep& cancel) { return "Cancel " + cancel.id; },
      },
      step.action);
}

// Conditions without an `if` are by far the most frequent: no expression is needed for them.
Result<workflow::Decision> decide(StepFrame& frame, const workflow::Step& step,
                                  const workflow::StepStatusView& view) {
  const auto status = view.action.value_or(view.job);
  if (step.condition_source.empty() && status == workflow::JobStatus::success) {
    return workflow::Decision{.runs = true, .reason = {}, .trace = {}};
  }
  return workflow::decide_step(step, frame.scope, view);
}

// A step stays alive in a cancelled job when its condition holds there too.
bool survives_cancellation(const StepFrame& frame, const workflow::Step& step) {
  if (step.condition_source.empty()) return false;
  auto view = frame.job.status_view(frame.level);
  view.job = workflow::JobStatus::cancelled;
  if (view.action) view.action = workflow::JobStatus::cancelled;
  const auto decision = workflow::decide_step(step, frame.scope, view);
  return decision && decision->runs;
}

Result<> evaluate_own_environment(StepFrame& frame, const workflow::Step& step) {
  if (step.env.is_null()) return {};
  auto own = CREMA_TRY(workflow::evaluate_strings(step.env, frame.scope));
  for (auto& [name, value] : own) frame.overrides.emplace_back(std::move(name), std::move(value));
  frame.refresh_environment();
  return {};
}

void set_deadline(StepFrame& frame, const workflow::Step& step) {
  if (frame.level.parent != nullptr) frame.deadline = frame.level.parent->deadline;
  if (step.timeout_minutes.is_null()) return;
  const auto minutes = workflow::evaluate_number(step.timeout_minutes, frame.scope, 0);
  if (!minutes) {
    frame.log().write(LineKind::error, "the time limit is ignored: " + minutes.error().message);
    return;
  }
  if (*minutes <= 0) return;
  frame.timeout_minutes = *minutes;
  const auto limit = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double, std::ratio<60>>(*minutes));
  const auto own = frame.job.clock().monotonic() + limit;
  if (!frame.deadline || own < *frame.deadline) frame.deadline = own;
}

StepEnd run_body(StepFrame& frame, const workflow::Step& step) {
  return std::visit(Overloaded{
                        [&](const workflow::RunStep& run) { return run_script(frame, run); },
                        [&](const workflow::UsesStep& uses) { return run_action(frame, uses); },
                        [&](const auto&) {
                          return fail_step(frame,
                                           "this kind of step is for the steps of a job only");
                        },
                    },
                    step.action);
}

}  // namespace

std::string step_name(const workflow::Step& step, const expr::Scope& scope) {
  if (step.name.is_null()) return default_name(step, scope);
  const auto name = first_line(evaluated_or_written(step.name, scope));
  return name.empty() ? default_name(step, scope) : name;
}

StepEnd fail_step(StepFrame& frame, std::string_view message) {
  const auto masked = frame.job.facts().masker.mask(message);
  frame.log().annotate({.level = evidence::AnnotationLevel::error, .message = masked});
  return {.outcome = Outcome::failure, .exit_code = 0, .reason = masked};
}

StepEnd fail_step(StepFrame& frame, const Diagnostic& diagnostic) {
  auto message = diagnostic.message;
  if (diagnostic.span.known()) {
    message = fmt::format("{}:{}:{}: {}", diagnostic.span.source->path(), diagnostic.span.line,
                          diagnostic.span.column, message);
  }
  if (!diagnostic.hint.empty()) message += "; " + diagnostic.hint;
  return fail_step(frame, message);
}

Result<> prepare(StepFrame& frame, const workflow::Step& step) {
  auto environment = evaluate_own_environment(frame, step);
  frame.name = frame.job.facts().masker.mask(step_name(step, frame.scope));
  return environment;
}

std::optional<StepVerdict> admit(StepFrame& frame, const workflow::Step& step,
                                 const Result<>& prepared) {
  if (!prepared) return StepVerdict{fail_step(frame, prepared.error()), Outcome::failure};
  const auto decision = decide(frame, step, frame.job.status_view(frame.level));
  if (!decision) return StepVerdict{fail_step(frame, decision.error()), Outcome::failure};
  if (decision->runs) return std::nullopt;
  return StepVerdict{{Outcome::skipped, 0, frame.job.facts().masker.mask(decision->why())},
                     Outcome::skipped};
}

StopLinks::StopLinks(StepFrame& frame, std::function<bool()> survives_cancellation)
    : abandon_(frame.job.control().abandon.get_token(), [&frame] { frame.stop.request_stop(); }),
      outer_(frame.outer_stop, [&frame] { frame.stop.request_stop(); }) {
  const auto& cancel = frame.job.control().cancel;
  // A step that starts in a cancelled job was admitted there.
  if (cancel.stop_requested()) return;
  cancel_.emplace(cancel.get_token(), [&frame, survives = std::move(survives_cancellation)] {
    frame.job.mark_cancelled();
    if (!survives()) frame.stop.request_stop();
  });
}

StepVerdict run_admitted(StepFrame& frame, const workflow::Step& step) {
  set_deadline(frame, step);
  StepEnd end;
  {
    const StopLinks links(frame, [&] { return survives_cancellation(frame, step); });
    end = run_body(frame, step);
    obey_files(frame);
  }
  if (frame.command_failed && end.outcome == Outcome::success) {
    end = {Outcome::failure, end.exit_code, "a workflow command failed"};
  }
  auto conclusion = end.outcome;
  if (end.outcome == Outcome::failure && !step.continue_on_error.is_null()) {
    const auto forgiven = workflow::evaluate_boolean(step.continue_on_error, frame.scope, false);
    if (!forgiven) {
      frame.log().write(LineKind::error,
                        "continue-on-error is ignored: " + forgiven.error().message);
    } else if (*forgiven) {
      conclusion = Outcome::success;
    }
  }
  return {std::move(end), conclusion};
}

}  // namespace crema::run
