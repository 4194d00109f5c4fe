#include "call.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::run {
using expr::Value;

Result<Value> call_secrets(const workflow::Job& caller, const expr::Scope& scope,
                           const Value& callers_secrets) {
  const auto& call = *caller.call;
  if (call.inherit_secrets) return callers_secrets;
  auto inner = scope;
  inner.contexts["secrets"] = callers_secrets;
  expr::Object secrets;
  // GITHUB_TOKEN is every workflow's own.
  if (const auto token = callers_secrets.member("GITHUB_TOKEN"); !token.is_null()) {
    secrets.set("GITHUB_TOKEN", token);
  }
  for (const auto& [name, value] : CREMA_TRY(workflow::evaluate_strings(call.secrets, inner))) {
    secrets.set(name, Value(value));
  }
  for (const auto& declared : call.workflow->call_secrets) {
    const auto* value = secrets.find(declared.name);
    if (declared.required && (value == nullptr || !value->truthy())) {
      Diagnostic missing = make_error(
          "run/secret-missing",
          fmt::format("{} requires the secret '{}'", call.reference, declared.name), call.span);
      missing.hint = "pass it in the caller's `secrets:` and give it to the run";
      return fail(std::move(missing));
    }
  }
  return Value(std::move(secrets));
}

Result<Outputs> call_outputs(const WorkflowRun& called, expr::Scope scope) {
  expr::Object jobs;
  for (const auto& node : called.nodes) {
    expr::Object outputs;
    for (const auto& [name, value] : node->outputs) outputs.set(name, Value(value));
    jobs.set(node->job->id, Value(expr::Object{{"result", Value(evidence::to_text(node->result))},
                                               {"outputs", Value(std::move(outputs))}}));
  }
  scope.contexts["jobs"] = Value(std::move(jobs));
  Outputs outputs;
  for (const auto& declared : called.workflow->call_outputs) {
    outputs.emplace_back(declared.name, CREMA_TRY(workflow::evaluate_text(declared.value, scope)));
  }
  return outputs;
}

}  // namespace crema::run
