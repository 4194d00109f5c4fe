// Conditions of jobs and steps. GitHub runs a job whose condition is true; where the condition
// names no status function, `success() &&` stands before it, which the parser has added.
#include "reason.h"

#include "crema/base/strings.h"
#include "crema/workflow/step_condition.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

using expr::Value;

expr::Function constant(bool value) {
  return [value](std::span<const Value>) { return Result<Value>(Value(value)); };
}

// The results a job-level status function looks at: those of the jobs it names, or of all.
template <class Predicate>
bool any_ancestor(const std::vector<std::pair<std::string, JobStatus>>& ancestors,
                  std::span<const Value> names, const Predicate& holds) {
  return std::any_of(ancestors.begin(), ancestors.end(), [&](const auto& ancestor) {
    const bool named =
        names.empty() || std::any_of(names.begin(), names.end(), [&](const Value& name) {
          return equals_ignore_case(name.to_text(), ancestor.first);
        });
    return named && holds(ancestor.second);
  });
}

// "needs.lint ended with failure": the first cause why success() is false.
std::string blocking_need(const StatusView& view) {
  if (view.run_cancelled) return "the run was cancelled";
  const auto bad = [](const auto& ancestor) { return ancestor.second != JobStatus::success; };
  const auto direct = [&](const auto& ancestor) {
    return std::any_of(view.direct.begin(), view.direct.end(), [&](const std::string& id) {
      return equals_ignore_case(id, ancestor.first);
    });
  };
  const auto verb = [](JobStatus status) {
    return status == JobStatus::skipped ? std::string("was skipped")
                                        : fmt::format("ended with {}", to_text(status));
  };
  auto found =
      std::find_if(view.ancestors.begin(), view.ancestors.end(),
                   [&](const auto& ancestor) { return bad(ancestor) && direct(ancestor); });
  if (found != view.ancestors.end())
    return fmt::format("needs.{} {}", found->first, verb(found->second));
  found = std::find_if(view.ancestors.begin(), view.ancestors.end(), bad);
  if (found == view.ancestors.end()) return "";
  return fmt::format("{}, which this job needs indirectly, {}", found->first, verb(found->second));
}

struct Wording {
  std::string unconditional;  // why it runs without a condition
  std::string blocked;        // why success() is false; "" when it is true
};

std::string no_status_function(std::string_view source) {
  return source.empty() ? "there is no `if` with a status function" : "`if` has no status function";
}

std::string skip_reason(const std::vector<expr::TraceEntry>& trace, std::string_view source,
                        const Wording& wording) {
  const expr::TraceEntry* part = falsifying_part(trace);
  if (part == nullptr) return fmt::format("skipped: `if` is {}", trim(source));
  if (part != &trace.back() || named_by_author(source)) {
    if (wording.blocked.empty() || to_lower(part->text) != "success()")
      return "skipped: " + explain_part(trace, *part);
    if (named_by_author(source))
      return fmt::format("skipped: success() is false: {}", wording.blocked);
  }
  if (!wording.blocked.empty())
    return fmt::format("skipped: {} and {}", wording.blocked, no_status_function(source));
  const auto written = as_written(trace, source);
  return "skipped: " + explain_part(written, written.back());
}

std::string run_reason(const std::vector<expr::TraceEntry>& trace, std::string_view source,
                       const Wording& wording) {
  if (trim(source).empty()) return "runs: " + wording.unconditional;
  if (trace.empty()) return fmt::format("runs: `if` is {}", trim(source));
  const auto written = as_written(trace, source);
  return "runs: " + explain_part(written, written.back());
}

Result<Decision> decide(const Token& condition, std::string_view source, expr::Scope scope,
                        const Wording& wording) {
  Decision decision;
  scope.trace = &decision.trace;
  if (condition.is_null()) {
    decision.runs = wording.blocked.empty();
    decision.reason =
        decision.runs ? "runs: " + wording.unconditional
                      : fmt::format("skipped: {} and {}", wording.blocked, no_status_function(""));
    return decision;
  }
  const Value value = CREMA_TRY(evaluate(condition, scope));
  decision.runs = value.truthy();
  decision.reason = decision.runs ? run_reason(decision.trace, source, wording)
                                  : skip_reason(decision.trace, source, wording);
  return decision;
}

std::string blocking_step(const StepStatusView& view) {
  const JobStatus status = view.action.value_or(view.job);
  const std::string_view where = view.action ? "this action" : "this job";
  switch (status) {
    case JobStatus::success:
      return "";
    case JobStatus::failure:
      return fmt::format("an earlier step of {} failed", where);
    case JobStatus::cancelled:
      return "the job was cancelled";
    case JobStatus::skipped:
      return fmt::format("{} was skipped", where);
  }
  return "";
}

}  // namespace

std::string_view to_text(JobStatus status) {
  switch (status) {
    case JobStatus::success:
      return "success";
    case JobStatus::failure:
      return "failure";
    case JobStatus::cancelled:
      return "cancelled";
    case JobStatus::skipped:
      return "skipped";
  }
  return "";
}

void add_job_status_functions(expr::Scope& scope, const StatusView& view) {
  const auto ancestors = view.ancestors;
  const bool cancelled = view.run_cancelled;
  scope.functions["success"] = [ancestors, cancelled](std::span<const Value> names) {
    const bool bad = any_ancestor(ancestors, names,
                                  [](JobStatus status) { return status != JobStatus::success; });
    return Result<Value>(Value(!cancelled && !bad));
  };
  scope.functions["failure"] = [ancestors](std::span<const Value> names) {
    return Result<Value>(Value(any_ancestor(
        ancestors, names, [](JobStatus status) { return status == JobStatus::failure; })));
  };
  scope.functions["always"] = constant(true);
  scope.functions["cancelled"] = constant(cancelled);
}

Result<Decision> decide_job(const Job& job, expr::Scope scope, const StatusView& view) {
  add_job_status_functions(scope, view);
  const Wording wording{.unconditional = view.ancestors.empty()
                                             ? "it needs no other job and has no `if`"
                                             : "all jobs it needs succeeded",
                        .blocked = blocking_need(view)};
  return decide(job.condition, job.condition_source, std::move(scope), wording);
}

void add_step_status_functions(expr::Scope& scope, const StepStatusView& view) {
  const JobStatus status = view.action.value_or(view.job);
  scope.functions["success"] = constant(status == JobStatus::success);
  scope.functions["failure"] = constant(status == JobStatus::failure);
  scope.functions["always"] = constant(true);
  scope.functions["cancelled"] = constant(view.job == JobStatus::cancelled);
}

Result<Decision> decide_step_condition(const Token& condition, std::string_view source,
                                       expr::Scope scope, const StepStatusView& view) {
  add_step_status_functions(scope, view);
  const Wording wording{.unconditional = "no step before it failed",
                        .blocked = blocking_step(view)};
  return decide(condition, source, std::move(scope), wording);
}

Result<Decision> decide_step(const Step& step, expr::Scope scope, const StepStatusView& view) {
  return decide_step_condition(step.condition, step.condition_source, std::move(scope), view);
}

}  // namespace crema::workflow
