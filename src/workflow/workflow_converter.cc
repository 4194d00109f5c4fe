// The workflow as a whole.
#include "convert.h"
#include "permissions.h"

#include <fmt/format.h>

namespace crema::workflow {

void convert_workflow(const Token& root, Workflow& workflow, std::size_t& job_count,
                      std::size_t max_jobs, Problems& problems) {
  workflow.name = part(root, "name").text;
  workflow.run_name = part(root, "run-name");
  convert_triggers(part(root, "on"), workflow, problems);
  workflow.env = part(root, "env");
  const Token run_defaults = part(part(root, "defaults"), "run");
  workflow.defaults_shell = part(run_defaults, "shell");
  workflow.defaults_working_directory = part(run_defaults, "working-directory");
  workflow.concurrency = part(root, "concurrency");
  check_concurrency(workflow.concurrency, problems);
  if (const Token* permissions = root.find("permissions"))
    workflow.permissions = permissions_of(*permissions);
  const Token jobs = part(root, "jobs");
  for (const auto& [id, definition] : jobs.entries) {
    if (!id.is_literal()) continue;
    if (max_jobs != 0 && job_count == max_jobs) {
      auto error =
          make_error("workflow/too-many-jobs",
                     fmt::format("there are more than {} jobs in all files", max_jobs), id.span);
      error.hint = "use a matrix, or fewer calls";
      problems.refuse(std::move(error));
    }
    ++job_count;
    workflow.jobs.push_back(convert_job(id, definition, problems));
  }
  if (!problems.any_errors()) check_needs(workflow.jobs, jobs, problems);
  for (Job& job : workflow.jobs) {
    if (!job.permissions) job.permissions = workflow.permissions;
  }
}

}  // namespace crema::workflow
