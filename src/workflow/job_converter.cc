// One job: what it needs, calls or runs.
#include "convert.h"
#include "permissions.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

void add_needs(const Token& needs, Job& job) {
  const auto add = [&](const Token& need) {
    job.needs.push_back(need.text);
    job.needs_spans.push_back(need.span);
  };
  if (needs.kind == Token::Kind::string) add(needs);
  for (const Token& need : needs.items) add(need);
}

// owner/name/.github/workflows/file.yml@ref, ./.github/workflows/file.yml or $/...
bool names_workflow(std::string_view reference) {
  const auto at = reference.find('@');
  if (reference.starts_with("./") || reference.starts_with("$/"))
    return at == std::string_view::npos;
  const auto parts = split(reference.substr(0, at), '/');
  return at != std::string_view::npos && at + 1 < reference.size() && parts.size() >= 3 &&
         std::none_of(parts.begin(), parts.end(), [](auto part) { return part.empty(); });
}

ReusableCall call_of(const Token& uses, const Token& definition, Problems& problems) {
  ReusableCall call;
  call.reference = uses.text;
  call.span = uses.span;
  if (!uses.is_literal() || !names_workflow(uses.text)) {
    auto error =
        make_error("workflow/call-reference",
                   fmt::format("`{}` does not say which workflow to call", uses.text), uses.span);
    error.hint =
        "write `./.github/workflows/file.yml` or "
        "`owner/name/.github/workflows/file.yml@ref`";
    problems.refuse(std::move(error));
  }
  call.inputs = part(definition, "with");
  const Token secrets = part(definition, "secrets");
  call.inherit_secrets = secrets.kind == Token::Kind::string;
  if (!call.inherit_secrets) call.secrets = secrets;
  return call;
}

}  // namespace

Token part(const Token& mapping, std::string_view key) {
  const Token* found = mapping.find(key);
  return found == nullptr ? Token{} : *found;
}

Job convert_job(const Token& id, const Token& definition, Problems& problems) {
  Job job;
  job.id = id.text;
  job.span = id.span;
  bool usable = false;
  if (auto added = Ids().add(id.text, usable); !added) {
    added.error().span = id.span;
    problems.tolerate(std::move(added).error());
  }
  job.name = part(definition, "name");
  const Token* condition = definition.find("if");
  job.condition =
      condition_of(condition, workflow_schema().shape("job-if"), "jobs.<id>.if", problems);
  job.condition_source = condition_source(condition);
  add_needs(part(definition, "needs"), job);
  job.strategy.whole = part(definition, "strategy");
  job.strategy.matrix = part(job.strategy.whole, "matrix");
  job.strategy.fail_fast = part(job.strategy.whole, "fail-fast");
  job.strategy.max_parallel = part(job.strategy.whole, "max-parallel");
  job.runs_on = part(definition, "runs-on");
  job.environment = part(definition, "environment");
  job.concurrency = part(definition, "concurrency");
  job.env = part(definition, "env");
  const Token run_defaults = part(part(definition, "defaults"), "run");
  job.defaults_shell = part(run_defaults, "shell");
  job.defaults_working_directory = part(run_defaults, "working-directory");
  job.container = part(definition, "container");
  job.services = part(definition, "services");
  job.outputs = part(definition, "outputs");
  job.timeout_minutes = part(definition, "timeout-minutes");
  job.cancel_timeout_minutes = part(definition, "cancel-timeout-minutes");
  job.continue_on_error = part(definition, "continue-on-error");
  job.snapshot = part(definition, "snapshot");
  if (const Token* permissions = definition.find("permissions"))
    job.permissions = permissions_of(*permissions);
  if (const Token* steps = definition.find("steps"))
    job.steps = convert_steps(*steps, workflow_schema().shape("step-if"), problems);
  if (const Token* uses = definition.find("uses")) job.call = call_of(*uses, definition, problems);
  check_job_settings(job, problems);
  return job;
}

}  // namespace crema::workflow
